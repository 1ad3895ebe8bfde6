package dev.poolswitch.testkit.server;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import org.jspecify.annotations.Nullable;

/** Finds the credentials that a request presents. */
final class KeyFinder {
    private final Set<String> headers = new CopyOnWriteArraySet<>(
            List.of("authorization", "x-api-key", "api-key", "x-goog-api-key", "x-subscription-token"));
    private final Set<String> parameters =
            new CopyOnWriteArraySet<>(List.of("key", "api_key", "apikey", "access_token"));

    void addHeader(String name) {
        headers.add(name.toLowerCase(Locale.ROOT));
    }

    void addParameter(String name) {
        parameters.add(name.toLowerCase(Locale.ROOT));
    }

    /** All credentials: those in headers, in the order of the request, then those in the query. */
    List<String> find(RequestHead head) {
        List<String> found = new ArrayList<>(2);
        for (Header header : head.headers()) {
            if (headers.contains(header.name().toLowerCase(Locale.ROOT))) {
                found.add(withoutScheme(header));
            }
        }
        int query = head.target().indexOf('?');
        if (query >= 0) {
            findInQuery(head.target().substring(query + 1), found);
        }
        return found.isEmpty() ? List.of() : List.copyOf(found);
    }

    private static String withoutScheme(Header header) {
        String value = header.value();
        return header.is("Authorization")
                ? value.substring(value.indexOf(' ') + 1).strip()
                : value;
    }

    private void findInQuery(String query, List<String> found) {
        for (int start = 0; start < query.length(); ) {
            int end = query.indexOf('&', start);
            end = end < 0 ? query.length() : end;
            int equals = query.indexOf('=', start);
            if (equals > start
                    && equals < end
                    && parameters.contains(query.substring(start, equals).toLowerCase(Locale.ROOT))) {
                String key = decoded(query.substring(equals + 1, end));
                if (key != null) {
                    found.add(key);
                }
            }
            start = end + 1;
        }
    }

    private static @Nullable String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
