package dev.poolswitch.http;

import dev.poolswitch.Origin;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * One request of an attempt, on a client whose redirects the adapter follows itself: the first, or one that a redirect led
 * to. For clients that take every header along to every host when they follow.
 *
 * @param method the method
 * @param uri the address, without the key
 * @param withBody whether the body is sent
 */
public record Hop(String method, URI uri, boolean withBody) {

    /** As many as the JDK's client follows; then the redirect itself is the answer. */
    public static final int MOST = 20;

    /** The first hop of an attempt: to the request's own address, or to that of the attempt's key. */
    public static Hop first(Attempt attempt, String method, URI uri, boolean withBody) {
        URI elsewhere = attempt.redirected(uri.getRawPath(), uri.getRawQuery());
        return new Hop(method, elsewhere == null ? uri : elsewhere, withBody);
    }

    /** Whether the hop leads to an origin; only one to the attempt's own may carry the key. */
    public boolean leadsTo(Origin origin) {
        return leads(uri, origin);
    }

    static boolean leads(URI uri, Origin origin) {
        String scheme = uri.getScheme();
        boolean http = "http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme);
        String host = http ? uri.getHost() : null;
        return host != null
                && origin.is(scheme, host, uri.getPort() == -1 ? Origin.defaultPort(scheme) : uri.getPort());
    }

    /** The address to send to, with the attempt's key if it stands in the query and this hop may carry it. */
    public URI target(Attempt attempt) {
        if (!attempt.placement().inQuery()) {
            return uri;
        }
        String bare = KeyInQuery.without(uri.toString(), attempt.placement().name());
        return URI.create(leadsTo(attempt.origin()) ? attempt.withKey(bare) : bare);
    }

    /**
     * The hop that an answer redirects to; {@code null} when the answer is for the application. The method changes as all
     * clients change it (RFC 9110, 15.4). To another scheme nothing is followed, as the JDK's client does it.
     *
     * @param location the answer's {@code Location}
     */
    public @Nullable Hop redirected(int status, @Nullable String location) {
        boolean redirect = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
        URI next = redirect ? resolved(location) : null;
        if (next == null) {
            return null;
        }
        boolean get = status < 307 && (method.equals("POST") || (status == 303 && !method.equals("HEAD")));
        return get ? new Hop("GET", next, false) : new Hop(method, next, withBody);
    }

    private @Nullable URI resolved(@Nullable String location) {
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
