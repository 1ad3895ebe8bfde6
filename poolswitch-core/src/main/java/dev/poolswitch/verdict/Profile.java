package dev.poolswitch.verdict;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What is known about one provider. Immutable.
 *
 * @param names its name and the other names it goes by
 * @param hosts its hosts; {@code *} stands for any run of characters
 * @param scopes whose limit a refusal is about when the rule does not say
 * @param windows the windows of budgets whose headers do not tell them, by bucket
 * @param rules its rules and the common ones in the order of decision
 */
record Profile(
        List<String> names,
        List<String> hosts,
        Map<VerdictKind, Scope> scopes,
        Map<String, Duration> windows,
        List<Rule> rules) {

    boolean servesHost(String host) {
        for (String pattern : hosts) {
            if (fits(pattern, host)) {
                return true;
            }
        }
        return false;
    }

    /** One star at most. */
    private static boolean fits(String pattern, String host) {
        int star = pattern.indexOf('*');
        if (star < 0) {
            return pattern.equals(host);
        }
        return host.length() >= pattern.length()
                && host.startsWith(pattern.substring(0, star))
                && host.endsWith(pattern.substring(star + 1));
    }

    /** The host of an origin or URI, in lower case, without scheme, port and path. */
    static String host(String upstream) {
        String text = upstream.trim().toLowerCase(Locale.ROOT);
        int scheme = text.indexOf("://");
        int from = scheme < 0 ? 0 : scheme + 3;
        int end = from;
        while (end < text.length() && "/:?#".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return text.substring(from, end);
    }
}
