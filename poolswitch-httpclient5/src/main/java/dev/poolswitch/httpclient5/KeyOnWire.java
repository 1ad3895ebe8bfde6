package dev.poolswitch.httpclient5;

import dev.poolswitch.Origin;
import dev.poolswitch.http.Attempt;
import dev.poolswitch.http.PoolRouter;
import java.net.URI;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.cookie.CookieOrigin;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.message.BasicHeader;
import org.jspecify.annotations.Nullable;

/** Writes a key into a request just before it is sent, and takes it out again before anybody looks. */
final class KeyOnWire {

    private KeyOnWire() {}

    /** Whether a connection leads to an origin. */
    static boolean leads(HttpRoute route, Origin origin) {
        HttpHost target = route.getTargetHost();
        return origin.is(target.getSchemeName(), target.getHostName(), port(target));
    }

    /** The pool that a connection leads to; {@code null} when it is nobody's. */
    static PoolRouter.@Nullable Route route(PoolRouter router, HttpRoute route) {
        HttpHost target = route.getTargetHost();
        return router.route(target.getSchemeName(), target.getHostName(), port(target));
    }

    /** A planner of the application's own may have left it out. */
    static int port(HttpHost target) {
        return target.getPort() > 0 ? target.getPort() : Origin.defaultPort(target.getSchemeName());
    }

    /** The route to a key's own base URL: through the same proxy as the route that was planned for the request. */
    static HttpRoute route(URI elsewhere, HttpRoute planned) {
        Origin origin = Origin.of(elsewhere);
        HttpHost target = new HttpHost(origin.scheme(), origin.host(), origin.port());
        boolean secure = origin.scheme().equals("https");
        return planned.getProxyHost() == null
                ? new HttpRoute(target, planned.getLocalAddress(), secure)
                : new HttpRoute(target, planned.getLocalAddress(), planned.getProxyHost(), secure);
    }

    /** Takes all credentials out of the headers. */
    static void strip(HttpRequest request, Attempt attempt) {
        attempt.replaceAll(name -> {
            // One by one: to remove all of a name HttpClient makes an iterator, although mostly there is none.
            for (Header line = request.getFirstHeader(name); line != null; line = request.getFirstHeader(name)) {
                request.removeHeader(line);
            }
        });
    }

    /** Puts the key in, for {@link #erase} to take out. */
    static void write(HttpRequest request, Attempt attempt) {
        strip(request, attempt);
        if (attempt.placement().inQuery()) {
            request.setPath(attempt.withKey(request.getPath()));
        } else {
            // Sensitive: HttpClient compresses it without an index in HTTP/2 and follows no redirect to another host.
            request.setHeader(new BasicHeader(attempt.placement().name(), attempt.credential(), true));
        }
    }

    /** Takes the key out again, also of what HttpClient has noted about the request. */
    static void erase(HttpRequest request, Attempt attempt, HttpClientContext context) {
        strip(request, attempt);
        if (attempt.placement().inQuery()) {
            request.setPath(attempt.withoutKey(request.getPath()));
            CookieOrigin noted = context.getCookieOrigin();
            if (noted != null) {
                String path = attempt.withoutKey(noted.getPath());
                CookieOrigins.set(context, new CookieOrigin(noted.getHost(), noted.getPort(), path, noted.isSecure()));
            }
        }
    }

    /** Takes the key out of a redirect. */
    static void cleanLocation(HttpResponse response, Attempt attempt) {
        Header location = response.getFirstHeader(HttpHeaders.LOCATION);
        if (location != null && attempt.placement().inQuery()) {
            response.setHeader(HttpHeaders.LOCATION, attempt.withoutKey(location.getValue()));
        }
    }
}
