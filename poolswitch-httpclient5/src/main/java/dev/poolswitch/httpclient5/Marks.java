package dev.poolswitch.httpclient5;

import dev.poolswitch.http.CallOptions;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/** What the plug-in notes in the context of an exchange, and reads there. */
final class Marks {

    private static final String CALL = "dev.poolswitch.httpclient5.call";
    private static final String OPTIONS = CallOptions.class.getName();
    private static final Object OVER = "over";

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
    static void end(HttpContext context) {
        context.setAttribute(CALL, OVER);
    }

    /** The exchange is none of ours; forgets one that the same context was used for before. */
    static void notOurs(HttpContext context) {
        if (context.getAttribute(CALL) != null) {
            context.removeAttribute(CALL);
        }
    }

    static boolean handled(HttpContext context) {
        return context.getAttribute(CALL) != null;
    }

    static CallOptions options(HttpContext context) {
        return context.getAttribute(OPTIONS) instanceof CallOptions options ? options : CallOptions.none();
    }
}
