package dev.poolswitch.http;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** A key in the query of a URL or a request target, absolute or not. Only text, so that no other parameter is touched. */
final class KeyInQuery {

    private KeyInQuery() {}

    static String with(String target, String name, String secret) {
        String bare = without(target, name);
        int fragment = bare.indexOf('#');
        String sent = fragment < 0 ? bare : bare.substring(0, fragment);
        String rest = fragment < 0 ? "" : bare.substring(fragment);
        return sent + (sent.indexOf('?') < 0 ? '?' : '&') + encoded(name) + '=' + encoded(secret) + rest;
    }

    static String without(String target, String name) {
        int query = target.indexOf('?');
        if (query < 0) {
            return target;
        }
        int fragment = target.indexOf('#', query);
        String sent = fragment < 0 ? target : target.substring(0, fragment);
        StringBuilder kept = new StringBuilder(target.length()).append(target, 0, query);
        char separator = '?';
        for (String parameter : sent.substring(query + 1).split("&", -1)) {
            int equals = parameter.indexOf('=');
            if (!decoded(equals < 0 ? parameter : parameter.substring(0, equals))
                    .equals(name)) {
                kept.append(separator).append(parameter);
                separator = '&';
            }
        }
        return kept.append(target, sent.length(), target.length()).toString();
    }

    /** As {@link #without}, and wherever else an upstream has put it. */
    static String free(String target, String name, String secret) {
        return replaced(without(target, name), secret, "");
    }

    static String replaced(String text, String secret, String by) {
        return text.replace(encoded(secret), by).replace(secret, by);
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String decoded(String name) {
        try {
            return name.indexOf('%') < 0 ? name : URLDecoder.decode(name, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return name;
        }
    }
}
