package dev.poolswitch.httpclient5;

import dev.poolswitch.Origin;
import dev.poolswitch.http.Attempt;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLHandshakeException;
import org.apache.hc.client5.http.ConnectTimeoutException;
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

    /** The origin that a connection leads to; a planner of the application's own may have left the port out. */
    static Origin origin(HttpRoute route) {
        HttpHost target = route.getTargetHost();
        String scheme = target.getSchemeName();
        int port = target.getPort() > 0 ? target.getPort() : Origin.defaultPort(scheme);
        return new Origin(scheme, target.getHostName(), port);
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

    /** The encoded path without the query. */
    static String path(HttpRequest request) {
        String target = target(request);
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    /** Where an attempt's request goes instead of its own URL; {@code null} when the key has no base URL. */
    static @Nullable URI elsewhere(Attempt attempt, HttpRequest request) {
        String target = target(request);
        int query = target.indexOf('?');
        return query < 0
                ? attempt.redirected(target, null)
                : attempt.redirected(target.substring(0, query), target.substring(query + 1));
    }

    static String target(HttpRequest request) {
        String target = request.getPath();
        return target == null || target.isEmpty() ? "/" : target;
    }

    static boolean hasCredentials(HttpRequest request, Attempt attempt) {
        for (Header header : request.getHeaders()) {
            if (attempt.replaces(header.getName())) {
                return true;
            }
        }
        return false;
    }

    /** Takes all credentials out of the headers. */
    static void strip(HttpRequest request, Attempt attempt) {
        for (Header header : request.getHeaders()) {
            if (attempt.replaces(header.getName())) {
                request.removeHeader(header);
            }
        }
    }

    /** Puts the key in, for {@link #erase} to take out. */
    static void write(HttpRequest request, Attempt attempt) {
        strip(request, attempt);
        String name = attempt.placement().name();
        if (attempt.placement().inQuery()) {
            String path = withoutParameter(request.getPath(), name);
            request.setPath(path + (path.indexOf('?') < 0 ? '?' : '&') + name + '=' + encoded(attempt.credential()));
        } else {
            // Sensitive: HttpClient compresses it without an index in HTTP/2 and follows no redirect to another host.
            request.setHeader(new BasicHeader(name, attempt.credential(), true));
        }
    }

    /** Takes the key out again, also of what HttpClient has noted about the request. */
    static void erase(HttpRequest request, Attempt attempt, HttpClientContext context) {
        strip(request, attempt);
        if (attempt.placement().inQuery()) {
            String name = attempt.placement().name();
            request.setPath(withoutParameter(request.getPath(), name));
            CookieOrigin noted = context.getCookieOrigin();
            if (noted != null) {
                CookieOrigins.set(
                        context,
                        new CookieOrigin(
                                noted.getHost(),
                                noted.getPort(),
                                withoutParameter(noted.getPath(), name),
                                noted.isSecure()));
            }
        }
    }

    /** Takes the key out of a redirect: an upstream that repeats the whole query would carry it away itself. */
    static void cleanLocation(HttpResponse response, Attempt attempt) {
        Header location = response.getFirstHeader(HttpHeaders.LOCATION);
        if (location != null && attempt.placement().inQuery()) {
            response.setHeader(
                    HttpHeaders.LOCATION,
                    withoutParameter(location.getValue(), attempt.placement().name()));
        }
    }

    /** Whether nothing can have been sent: the connection was never made. */
    static boolean neverConnected(Throwable failure) {
        return failure instanceof ConnectException
                || failure instanceof ConnectTimeoutException
                || failure instanceof NoRouteToHostException
                || failure instanceof UnknownHostException
                || failure instanceof SSLHandshakeException;
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    private static String withoutParameter(String path, String name) {
        int query = path.indexOf('?');
        if (query < 0 || !path.contains(name + "=")) {
            return path;
        }
        StringBuilder kept = new StringBuilder(path.substring(0, query));
        char separator = '?';
        for (String parameter : path.substring(query + 1).split("&", -1)) {
            if (!parameter.startsWith(name + "=")) {
                kept.append(separator).append(parameter);
                separator = '&';
            }
        }
        return kept.toString();
    }
}
