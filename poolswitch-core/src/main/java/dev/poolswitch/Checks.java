package dev.poolswitch;

import java.time.Duration;

/** Argument checks whose messages name the setting, what is allowed and, where it is no secret, the value. */
final class Checks {

    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

    private Checks() {}

    static <T> T notNull(String setting, T value) {
        if (value == null) {
            throw new NullPointerException(setting + " must not be null");
        }
        return value;
    }

    static String notBlank(String setting, String value) {
        if (notNull(setting, value).isBlank()) {
            throw new IllegalArgumentException(setting + " must not be blank");
        }
        return value;
    }

    /** A token of RFC 9110 section 5.6.2. */
    static String token(String setting, String value) {
        notBlank(setting, value);
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (!isAsciiLetterOrDigit(c) && TOKEN_MARKS.indexOf(c) < 0) {
                throw new IllegalArgumentException(setting + " may have ASCII letters, digits and " + TOKEN_MARKS
                        + " only, but has another character at index " + i);
            }
        }
        return value;
    }

    /** A name that is logged and stored: short, printable, without blanks. */
    static String name(String setting, String value) {
        notBlank(setting, value);
        if (value.length() > 128) {
            throw new IllegalArgumentException(setting + " may have 128 characters at most, but has " + value.length());
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c <= ' ' || c >= 0x7f) {
                throw new IllegalArgumentException(setting
                        + " may have printable ASCII without blanks only, but has another character at index " + i);
            }
        }
        return value;
    }

    /** A secret goes into a header, so nothing that could end the line or be refused by a client may be in it. */
    static String secret(String setting, String value) {
        notNull(setting, value);
        if (value.isBlank()) {
            throw new IllegalArgumentException(setting + " must not be blank");
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean atEdge = i == 0 || i == value.length() - 1;
            if (c < ' ' || c >= 0x7f || (c == ' ' && atEdge)) {
                throw new IllegalArgumentException(setting
                        + " may have printable ASCII only, without blanks or line ends around it;"
                        + " the character at index " + i + " is not allowed (the value is not shown)");
            }
        }
        return value;
    }

    static int atLeast(String setting, int least, int value) {
        if (value < least) {
            throw new IllegalArgumentException(setting + " must be at least " + least + ", but was " + value);
        }
        return value;
    }

    static long atLeast(String setting, long least, long value) {
        if (value < least) {
            throw new IllegalArgumentException(setting + " must be at least " + least + ", but was " + value);
        }
        return value;
    }

    static Duration positive(String setting, Duration value) {
        if (notNull(setting, value).isNegative() || value.isZero()) {
            throw new IllegalArgumentException(setting + " must be longer than zero, but was " + value);
        }
        return value;
    }

    static Duration notNegative(String setting, Duration value) {
        if (notNull(setting, value).isNegative()) {
            throw new IllegalArgumentException(setting + " must not be negative, but was " + value);
        }
        return value;
    }

    /** Foreign text for a message: short and without anything that could break a log line. */
    static String shown(String text) {
        String line = text.replaceAll("[^\\x20-\\x7e]", "?");
        return line.length() <= 40 ? line : line.substring(0, 40) + "...";
    }

    private static boolean isAsciiLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
}
