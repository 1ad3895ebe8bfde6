package dev.poolswitch.httpclient5;

import dev.poolswitch.http.Attempt;
import dev.poolswitch.http.CallOptions;
import java.io.IOException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/** What the plug-in notes in the context of an exchange, and reads there. */
final class Marks {

    private static final String CALL = "dev.poolswitch.httpclient5.call";
    private static final String OPTIONS = CallOptions.class.getName();

    private Marks() {}

    /** The call that is under way in this context; {@code null} outside of one. */
    static <C> @Nullable C running(HttpContext context, Class<C> type) {
        Object call = context.getAttribute(CALL);
        return type.isInstance(call) ? type.cast(call) : null;
    }

    static void begin(HttpContext context, Object call) {
        context.setAttribute(CALL, call);
    }

    /** The call is over; that there was one stays known, so that nobody repeats it. */
    static void end(HttpContext context, String exchange, @Nullable Attempt last) {
        context.setAttribute(CALL, new Over(exchange, last));
    }

    /**
     * A request for an origin that is nobody's. If a redirect of an exchange of ours leads there, the placeholder of a
     * credential does not travel along; a new exchange in a used context is left alone.
     */
    static void notOurs(HttpContext context, String exchange, HttpRequest request) {
        if (context.getAttribute(CALL) instanceof Over over) {
            if (!over.exchange.equals(exchange)) {
                context.removeAttribute(CALL);
            } else if (over.last != null) {
                KeyOnWire.strip(request, over.last);
            }
        }
    }

    /** For a call that the inner half sees and the outer one has not seen; nobody is to repeat it. */
    static IOException outerHalfMissing(HttpContext context, String exchange, Object handler) {
        end(context, exchange, null);
        return new IOException("a call for the upstream of " + handler + " has not come by its place, so it has no key;"
                + " HttpClient drops a handler beside an element that is switched off: use install(builder, pool), or add"
                + " the handler before PROTOCOL, which is always there");
    }

    /** Whether a pool decides, or has decided, about the exchange that the context is used for. */
    static boolean handled(HttpContext context) {
        return context.getAttribute(CALL) != null;
    }

    static CallOptions options(HttpContext context) {
        return context.getAttribute(OPTIONS) instanceof CallOptions options ? options : CallOptions.none();
    }

    private record Over(String exchange, @Nullable Attempt last) {

        @Override
        public String toString() {
            return "PoolSwitch";
        }
    }
}
