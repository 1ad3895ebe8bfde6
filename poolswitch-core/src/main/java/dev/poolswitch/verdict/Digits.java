package dev.poolswitch.verdict;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Numbers as headers write them: ASCII digits only, no sign, bounded. Java's own parsers take other alphabets too. */
final class Digits {

    private static final int LONGEST_INTEGER = 15;
    private static final int LONGEST_TEXT = 48;
    private static final int NANO_DIGITS = 9;

    private Digits() {}

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** A whole number of at most four digits; -1 for anything else. */
    static int small(String text) {
        if (text.isEmpty() || text.length() > 4) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < text.length(); i++) {
            if (!isDigit(text.charAt(i))) {
                return -1;
            }
            value = value * 10 + text.charAt(i) - '0';
        }
        return value;
    }

    /** A count such as {@code 4999}, {@code 12.0} or {@code 2,000,000}; -1 for anything else. */
    static long count(String text) {
        String trimmed = text.trim();
        long value = 0;
        int digits = 0;
        for (int i = 0; i < trimmed.length(); i++) {
            char c = trimmed.charAt(i);
            if (c == '.' && digits > 0) {
                return fraction(trimmed, i + 1) ? value : -1;
            }
            if (c == ',' && thousands(trimmed, i)) {
                continue;
            }
            if (!isDigit(c) || ++digits > LONGEST_INTEGER) {
                return -1;
            }
            value = value * 10 + c - '0';
        }
        return digits == 0 ? -1 : value;
    }

    private static boolean thousands(String text, int comma) {
        int end = comma + 4;
        return comma > 0
                && end <= text.length()
                && Digits.isDigit(text.charAt(comma + 1))
                && Digits.isDigit(text.charAt(comma + 2))
                && Digits.isDigit(text.charAt(comma + 3))
                && (end == text.length() || text.charAt(end) == ',' || text.charAt(end) == '.');
    }

    private static boolean fraction(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            if (!isDigit(text.charAt(i))) {
                return false;
            }
        }
        return from < text.length();
    }

    /** Seconds, whole or with a fraction; {@code null} for anything else. At most 15 digits before the point. */
    static @Nullable Duration seconds(String text) {
        int end = text.length();
        if (end == 0 || end > LONGEST_TEXT) {
            return null;
        }
        long whole = 0;
        int i = 0;
        while (i < end && isDigit(text.charAt(i))) {
            if (i == LONGEST_INTEGER) {
                return null;
            }
            whole = whole * 10 + text.charAt(i++) - '0';
        }
        if (i == 0) {
            return null;
        }
        if (i == end) {
            return Duration.ofSeconds(whole);
        }
        if (text.charAt(i) != '.' || !fraction(text, i + 1)) {
            return null;
        }
        long nanos = 0;
        for (int n = 0; n < NANO_DIGITS; n++) {
            int at = i + 1 + n;
            nanos = nanos * 10 + (at < end ? text.charAt(at) - '0' : 0);
        }
        return Duration.ofSeconds(whole, nanos);
    }
}
