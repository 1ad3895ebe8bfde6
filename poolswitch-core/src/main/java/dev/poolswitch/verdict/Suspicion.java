package dev.poolswitch.verdict;

import org.jspecify.annotations.Nullable;

/**
 * Decides cheaply whether a 2xx answer may hold an error inside, so that only such a body is parsed: first from the
 * content type alone, then by looking for the few member names that all known shapes of such errors share. Allocates
 * nothing.
 */
final class Suspicion {

    /**
     * How much of a 2xx body is looked at. Errors inside are short or stand at the beginning of a stream; the more is
     * asked for, the longer a slow answer is held back from the application.
     */
    static final int DOCUMENT_PREFIX = 16 * 1024;

    static final int STREAM_PREFIX = 4 * 1024;

    private static final KeyScanner KEYS = new KeyScanner("\"error", "\"statu", "event:");
    private static final String TYPE = "\"type\"";
    private static final int LONGEST_NAME_REST = 16;

    private Suspicion() {}

    /** How many bytes of a 2xx body of this type are worth a look; 0 when it can hold no error that we would know. */
    static int prefixToLookAt(@Nullable String contentType) {
        if (contentType == null || contains(contentType, "json")) {
            return DOCUMENT_PREFIX;
        }
        if (begins(contentType, "text/event-stream")) {
            return STREAM_PREFIX;
        }
        return begins(contentType, "text/html") || begins(contentType, "text/plain") ? DOCUMENT_PREFIX : 0;
    }

    private static boolean begins(String text, String prefix) {
        return text.regionMatches(true, 0, prefix, 0, prefix.length());
    }

    private static boolean contains(String text, String word) {
        for (int i = Math.min(text.length(), 128) - word.length(); i >= 0; i--) {
            if (text.regionMatches(true, i, word, 0, word.length())) {
                return true;
            }
        }
        return false;
    }

    /** Whether the bytes of a 2xx body deserve to be parsed. */
    static boolean of(byte[] body) {
        return of(body, 0, body.length);
    }

    /** As {@link #of(byte[])}, of bytes that lie between others. */
    static boolean of(byte[] body, int offset, int length) {
        int end = offset + length;
        int first = offset;
        while (first < end && body[first] <= ' ' && body[first] >= 0) {
            first++;
        }
        if (first == end) {
            return false;
        }
        if (body[first] == '<' || (body[first] == 'e' && startsWith(body, first, end, "error code"))) {
            return true;
        }
        int at = KEYS.find(body, first, end);
        while (at >= 0) {
            int pattern = KEYS.patternAt(body, at);
            if ((at == offset || body[at - 1] != '\\')
                    && suspicious(pattern, body, offset, at + KeyScanner.WIDTH, end)) {
                return true;
            }
            at = KEYS.find(body, at + KeyScanner.WIDTH, end);
        }
        return false;
    }

    private static boolean suspicious(int pattern, byte[] body, int begin, int from, int end) {
        if (pattern == 2) {
            return startsWith(body, skipSpace(body, from, end), end, "error");
        }
        int at = from;
        while (at < end && body[at] != '"' && at - from < LONGEST_NAME_REST) {
            at++;
        }
        int colon = skipSpace(body, at + 1, end);
        if (colon >= end || body[colon] != ':') {
            return pattern == 0 && at == from && isType(body, begin, from - KeyScanner.WIDTH);
        }
        int value = skipSpace(body, colon + 1, end);
        if (value + 1 >= end) {
            return false;
        }
        return pattern == 0 ? isError(body[value], body[value + 1]) : isFailure(body, value, end);
    }

    /** Whether what begins there is the value of a member {@code type}: OpenAI streams {@code {"type":"error",…}}. */
    private static boolean isType(byte[] body, int begin, int valueAt) {
        int colon = skipSpaceBack(body, begin, valueAt - 1);
        if (colon < begin || body[colon] != ':') {
            return false;
        }
        int end = skipSpaceBack(body, begin, colon - 1) + 1;
        return end - TYPE.length() >= begin && startsWith(body, end - TYPE.length(), end, TYPE);
    }

    private static int skipSpaceBack(byte[] body, int begin, int from) {
        int at = from;
        while (at >= begin && (body[at] == ' ' || body[at] == '\n' || body[at] == '\r' || body[at] == '\t')) {
            at--;
        }
        return at;
    }

    /** Neither null nor false nor anything empty. */
    private static boolean isError(byte first, byte second) {
        return switch (first) {
            case 'n', 'f' -> false;
            case '"' -> second != '"';
            case '{' -> second != '}';
            case '[' -> second != ']';
            default -> true;
        };
    }

    /** The status words of Google's older services, and those of APIs that say it in so many words. */
    private static boolean isFailure(byte[] body, int value, int end) {
        return startsWith(body, value, end, "\"OVER_")
                || startsWith(body, value, end, "\"REQUEST_DENIED")
                || startsWith(body, value, end, "\"INVALID_REQUEST")
                || startsWith(body, value, end, "\"UNKNOWN_ERROR")
                || startsWith(body, value, end, "\"error")
                || startsWith(body, value, end, "\"failed");
    }

    private static int skipSpace(byte[] body, int from, int end) {
        int at = from;
        while (at < end && (body[at] == ' ' || body[at] == '\n' || body[at] == '\r' || body[at] == '\t')) {
            at++;
        }
        return at;
    }

    private static boolean startsWith(byte[] body, int from, int end, String word) {
        if (from + word.length() > end) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (body[from + i] != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
