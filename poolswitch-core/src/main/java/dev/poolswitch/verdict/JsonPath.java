package dev.poolswitch.verdict;

/**
 * Compares a path as rules write it ({@code error.details[*].reason}, {@code choices[0].error}) with the path of a
 * value ({@code error.details[3].reason}). {@code [*]} stands for any index.
 */
final class JsonPath {

    private JsonPath() {}

    /** Whether the whole path fits. */
    static boolean matches(String pattern, String path) {
        return consumed(pattern, path) == path.length();
    }

    /** Whether the path is the one of the pattern or leads into its object or array. */
    static boolean begins(String pattern, String path) {
        int end = consumed(pattern, path);
        return end >= 0 && (end == path.length() || path.charAt(end) == '.' || path.charAt(end) == '[');
    }

    /** How much of the path the pattern covers; -1 when it does not fit. */
    private static int consumed(String pattern, String path) {
        int at = 0;
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (at >= path.length()) {
                return -1;
            }
            if (c == '*' && path.charAt(at) != '*') {
                int close = path.indexOf(']', at);
                if (close < 0) {
                    return -1;
                }
                at = close;
            } else if (path.charAt(at++) != c) {
                return -1;
            }
        }
        return at;
    }
}
