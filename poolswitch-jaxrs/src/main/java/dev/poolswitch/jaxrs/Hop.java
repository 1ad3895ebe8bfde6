package dev.poolswitch.jaxrs;

import dev.poolswitch.http.Attempt;
import jakarta.ws.rs.core.HttpHeaders;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * One request of an attempt: the first, or one that follows a redirect. Redirects are followed here because clients that
 * do it themselves take every header along to every host.
 *
 * @param method the method
 * @param uri the address, without the key
 * @param withEntity whether the entity is sent
 */
record Hop(String method, URI uri, boolean withEntity) {

    /** As many as the JDK's client follows; then the redirect itself is the answer. */
    static final int MOST = 20;

    /** Whether the key may be on this hop. */
    boolean mayCarryKey(Attempt attempt) {
        return attempt.origin().equals(Targets.origin(uri));
    }

    /**
     * The hop that an answer redirects to; {@code null} when the answer is for the application. The method changes as all
     * clients change it (RFC 9110, 15.4). To another scheme nothing is followed, as the JDK's client does it.
     */
    @Nullable
    Hop redirected(TransportAnswer answer) {
        int status = answer.status();
        boolean redirect = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
        URI next = redirect ? location(answer.header(HttpHeaders.LOCATION)) : null;
        if (next == null) {
            return null;
        }
        boolean get = status < 307 && (method.equals("POST") || (status == 303 && !method.equals("HEAD")));
        return get ? new Hop("GET", next, false) : new Hop(method, next, withEntity);
    }

    private @Nullable URI location(@Nullable String location) {
        try {
            URI next = location == null ? null : uri.resolve(location);
            return next != null && uri.getScheme().equalsIgnoreCase(next.getScheme()) && next.getHost() != null
                    ? next
                    : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
