package dev.poolswitch.testkit.server;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The three forms of a date that a recipient must understand (RFC 9110, section 5.6.7). */
public enum HttpDate {
    /** {@code Sun, 06 Nov 1994 08:49:37 GMT}. */
    IMF_FIXDATE("EEE, dd MMM yyyy HH:mm:ss 'GMT'"),

    /** {@code Sunday, 06-Nov-94 08:49:37 GMT}, obsolete. */
    RFC_850("EEEE, dd-MMM-yy HH:mm:ss 'GMT'"),

    /** {@code Sun Nov  6 08:49:37 1994}, obsolete. */
    ASCTIME("EEE MMM ppd HH:mm:ss yyyy");

    private final DateTimeFormatter formatter;

    HttpDate(String pattern) {
        formatter = DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).withZone(ZoneOffset.UTC);
    }

    /** The instant in this form; fractions of a second are cut off. */
    public String format(Instant instant) {
        return formatter.format(instant);
    }
}
