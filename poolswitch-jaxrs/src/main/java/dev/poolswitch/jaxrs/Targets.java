package dev.poolswitch.jaxrs;

import dev.poolswitch.Origin;
import dev.poolswitch.http.Attempt;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The addresses of attempts. */
final class Targets {

    private Targets() {}

    /** The origin of an http or https address; {@code null} for any other. */
    static @Nullable Origin origin(URI uri) {
        String scheme = uri.getScheme();
        boolean http = "http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme);
        return http && uri.getHost() != null ? Origin.of(uri) : null;
    }

    /** Where an attempt's first hop goes, without the key. */
    static URI of(URI request, Attempt attempt) {
        URI elsewhere = attempt.redirected(request.getRawPath(), request.getRawQuery());
        return elsewhere == null ? request : elsewhere;
    }

    /** The address with the key in its query, if that is where the key stands and if this hop may have it. */
    static URI withKey(URI uri, Attempt attempt, boolean mayCarryKey) {
        if (!attempt.placement().inQuery()) {
            return uri;
        }
        String name = attempt.placement().name();
        StringBuilder query = new StringBuilder();
        if (uri.getRawQuery() != null) {
            for (String parameter : uri.getRawQuery().split("&", -1)) {
                if (!decoded(parameter.split("=", 2)[0]).equals(name)) {
                    query.append(query.length() == 0 ? "" : "&").append(parameter);
                }
            }
        }
        if (mayCarryKey) {
            query.append(query.length() == 0 ? "" : "&").append(encoded(name)).append('=');
            query.append(encoded(attempt.credential()));
        }
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        String all = uri.getScheme() + "://" + uri.getRawAuthority() + path;
        return URI.create(query.length() == 0 ? all : all + "?" + query);
    }

    /** A redirect's address, which may be relative, without the key's value. */
    static String withoutKey(String location, Attempt attempt) {
        if (!attempt.placement().inQuery()) {
            return location;
        }
        String secret = attempt.credential();
        return location.replace(encoded(secret), "").replace(secret, "");
    }

    /** As it stands in a query. */
    static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String decoded(String name) {
        try {
            return URLDecoder.decode(name, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return name;
        }
    }
}
