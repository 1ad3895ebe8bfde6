package dev.poolswitch.verdict;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code Retry-After} (RFC 9110 section 10.2.3) and {@code retry-after-ms}. A date is measured against the answer's
 * own {@code Date}, so that clocks need not agree. What is negative, no number or beyond 31 days is unusable.
 */
final class RetryAfter {

    private static final Duration LONGEST = Duration.ofDays(31);
    private static final int MOST_DIGITS = 18;

    /** The three forms of RFC 9110 section 5.6.7. */
    private static final List<DateTimeFormatter> DATES = List.of(
            DateTimeFormatter.RFC_1123_DATE_TIME,
            DateTimeFormatter.ofPattern("EEEE, dd-MMM-yy HH:mm:ss 'GMT'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC),
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ROOT)
                    .withZone(ZoneOffset.UTC));

    private RetryAfter() {}

    static @Nullable Duration of(Answer answer) {
        Duration millis = millis(answer.header("retry-after-ms"));
        if (millis != null) {
            return millis;
        }
        Duration longest = null;
        for (String value : answer.headers("Retry-After")) {
            Duration wait = seconds(value.strip());
            if (wait == null) {
                wait = until(value.strip(), answer);
            }
            if (wait != null && (longest == null || wait.compareTo(longest) > 0)) {
                longest = wait;
            }
        }
        return longest;
    }

    private static @Nullable Duration millis(@Nullable String value) {
        long number = value == null ? -1 : number(value.strip());
        return number < 0 ? null : usable(Duration.ofMillis(number));
    }

    private static @Nullable Duration seconds(String value) {
        long number = number(value);
        return number < 0 ? null : usable(Duration.ofSeconds(number));
    }

    private static long number(String digits) {
        if (digits.isEmpty() || digits.length() > MOST_DIGITS) {
            return -1;
        }
        long number = 0;
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            number = number * 10 + (c - '0');
        }
        return number;
    }

    private static @Nullable Duration until(String value, Answer answer) {
        Instant then = date(value);
        if (then == null) {
            return null;
        }
        String own = answer.header("Date");
        Instant sent = own == null ? null : date(own.strip());
        return usable(Duration.between(sent == null ? answer.receivedAt() : sent, then));
    }

    private static @Nullable Instant date(String value) {
        for (DateTimeFormatter form : DATES) {
            try {
                return form.parse(value, Instant::from);
            } catch (DateTimeParseException e) {
                // Not this form; the next one may fit.
            }
        }
        return null;
    }

    private static @Nullable Duration usable(Duration wait) {
        return wait.isNegative() || wait.compareTo(LONGEST) > 0 ? null : wait;
    }
}
