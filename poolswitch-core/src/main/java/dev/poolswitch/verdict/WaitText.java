package dev.poolswitch.verdict;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads a wait out of the many ways in which providers write one: {@code 30}, {@code 1.5}, {@code 6m0s}, {@code 20ms},
 * {@code 1795170600}, {@code 1795168830000}, {@code 2026-11-20T10:00:42Z}, {@code 14.07:13:56}, {@code 2.12 days}.
 * Everything that is negative, not a number, not ASCII, longer than 31 days or an instant long past is unusable and
 * yields {@code null}; an instant that has just passed yields zero, and so does an HTTP date of any past.
 */
final class WaitText {

    /** The longest wait that is believed. */
    static final Duration LONGEST = Duration.ofDays(31);

    /** How far two clocks may differ: an instant that lies further back was never meant as a wait. */
    private static final Duration LATEST = Duration.ofMinutes(5);

    /** Above it a number is a Unix time in seconds: as a wait it would be 31 years. */
    private static final long EPOCH_SECONDS = 1_000_000_000L;

    /** Above it a number is a Unix time in milliseconds. */
    private static final long EPOCH_MILLIS = 1_000_000_000_000L;

    private static final int LONGEST_TEXT = 64;

    private static final List<String> PHRASES = List.of(
            "try again in ",
            "retry after ",
            "retry in ",
            "resets in ",
            "reset in ",
            "reset after ",
            "replenished in ",
            "available in ",
            "again after ",
            "please wait ");

    private static final List<String> FILLERS = List.of("about ", "approximately ", "for ", "another ", "~");

    private static final String REGAIN = "regain access on ";

    private WaitText() {}

    /** A usable wait, or {@code null}. */
    static @Nullable Duration usable(@Nullable Duration wait) {
        return wait == null || wait.isNegative() || wait.compareTo(LONGEST) > 0 ? null : wait;
    }

    /** The wait until an instant: zero when it has just passed, {@code null} when it is too far away or long past. */
    static @Nullable Duration until(@Nullable Instant instant, Instant now) {
        if (instant == null) {
            return null;
        }
        Duration wait = Duration.between(now, instant);
        if (wait.isNegative()) {
            return wait.negated().compareTo(LATEST) > 0 ? null : Duration.ZERO;
        }
        return usable(wait);
    }

    /** The wait until an HTTP date, which cannot be a number of another meaning: one in the past means at once. */
    private static @Nullable Duration untilDate(@Nullable Instant date, Instant now) {
        return date != null && date.isBefore(now) ? Duration.ZERO : until(date, now);
    }

    /** {@code Retry-After}: seconds, or an HTTP date as seen from {@code now}; and what some write there instead. */
    static @Nullable Duration retryAfter(String text, Instant now) {
        return reset(text, now);
    }

    /** {@code retry-after-ms}: milliseconds, or a time span as Azure Cosmos writes it. */
    static @Nullable Duration millis(String text) {
        String trimmed = text.trim();
        if (trimmed.indexOf(':') > 0) {
            return timeSpan(trimmed);
        }
        Duration thousandfold = Digits.seconds(trimmed);
        return thousandfold == null ? null : usable(thousandfold.dividedBy(1000));
    }

    /** A reset of any format: a wait, or an instant as seen from {@code now}. */
    static @Nullable Duration reset(String text, Instant now) {
        String trimmed = text.trim();
        if (trimmed.isEmpty() || trimmed.length() > LONGEST_TEXT) {
            return null;
        }
        Duration number = Digits.seconds(trimmed);
        if (number != null) {
            return number.toSeconds() > EPOCH_SECONDS ? until(epoch(number), now) : usable(number);
        }
        if (trimmed.length() > 10 && trimmed.charAt(4) == '-' && Digits.isDigit(trimmed.charAt(0))) {
            return until(timestamp(trimmed), now);
        }
        if (trimmed.indexOf(':') > 0 && trimmed.indexOf(' ') < 0) {
            return timeSpan(trimmed);
        }
        Duration units = units(trimmed.toLowerCase(Locale.ROOT), 0, true);
        return units != null ? units : untilDate(HttpDate.parse(trimmed), now);
    }

    private static Instant epoch(Duration number) {
        return number.toSeconds() > EPOCH_MILLIS
                ? Instant.ofEpochMilli(number.toSeconds())
                : Instant.ofEpochSecond(number.toSeconds(), number.toNanosPart());
    }

    private static @Nullable Instant timestamp(String text) {
        try {
            String iso = text.replace(' ', 'T');
            boolean zoned = iso.endsWith("Z") || iso.endsWith("z") || iso.lastIndexOf('-') > 10 || iso.indexOf('+') > 0;
            return OffsetDateTime.parse(zoned ? iso : iso + "Z").toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** .NET's {@code [d.]hh:mm:ss[.fff]}. */
    static @Nullable Duration timeSpan(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length != 3) {
            return null;
        }
        int dot = parts[0].indexOf('.');
        int days = dot < 0 ? 0 : Digits.small(parts[0].substring(0, dot));
        int hours = Digits.small(parts[0].substring(dot + 1));
        int minutes = Digits.small(parts[1]);
        Duration seconds = Digits.seconds(parts[2]);
        if (days < 0 || hours < 0 || minutes < 0 || seconds == null) {
            return null;
        }
        return usable(seconds.plusDays(days).plusHours(hours).plusMinutes(minutes));
    }

    /** The first wait that a message speaks of, as in "Please try again in 6m 11.52s."; {@code null} for none. */
    static @Nullable Duration prose(String message) {
        String text = message.toLowerCase(Locale.ROOT);
        for (String phrase : PHRASES) {
            for (int at = text.indexOf(phrase); at >= 0; at = text.indexOf(phrase, at + 1)) {
                Duration wait = spoken(text, at + phrase.length());
                if (wait != null) {
                    return wait;
                }
            }
        }
        return null;
    }

    private static @Nullable Duration spoken(String text, int from) {
        int at = from;
        for (String filler : FILLERS) {
            if (text.startsWith(filler, at)) {
                at += filler.length();
            }
        }
        int end = at;
        while (end < text.length() && end - at < LONGEST_TEXT && isSpanCharacter(text.charAt(end))) {
            end++;
        }
        String run = text.substring(at, end);
        if (run.indexOf(':') > 0) {
            return timeSpan(run.endsWith(".") ? run.substring(0, run.length() - 1) : run);
        }
        return units(text, at, false);
    }

    private static boolean isSpanCharacter(char c) {
        return Digits.isDigit(c) || c == ':' || c == '.';
    }

    /** "We regain access on 2026-12-01 at 00:00 UTC": the wait until then. */
    static @Nullable Duration regainAccess(String message, Instant now) {
        int at = message.indexOf(REGAIN);
        if (at < 0 || message.length() < at + REGAIN.length() + 10) {
            return null;
        }
        int from = at + REGAIN.length();
        try {
            LocalDate day = LocalDate.parse(message.substring(from, from + 10));
            LocalTime time = LocalTime.MIDNIGHT;
            if (message.startsWith(" at ", from + 10) && message.length() >= from + 19) {
                time = LocalTime.parse(message.substring(from + 14, from + 19));
            }
            return until(day.atTime(time).toInstant(ZoneOffset.UTC), now);
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** {@code 1h23m45.6s}, {@code 6m 11.52s}, {@code 26 seconds}; a last number without unit means seconds. */
    private static @Nullable Duration units(String text, int from, boolean whole) {
        Duration sum = Duration.ZERO;
        int at = from;
        boolean any = false;
        while (at < text.length() && Digits.isDigit(text.charAt(at)) && at - from < LONGEST_TEXT) {
            int end = numberEnd(text, at);
            Duration number = Digits.seconds(text.substring(at, end));
            int unitAt = end < text.length() && text.charAt(end) == ' ' ? end + 1 : end;
            int unitEnd = unitAt;
            while (unitEnd < text.length() && Character.isLetter(text.charAt(unitEnd))) {
                unitEnd++;
            }
            long nanos = unitNanos(text.substring(unitAt, unitEnd));
            if (number == null || number.compareTo(LONGEST.multipliedBy(1000)) > 0) {
                return null;
            }
            if (nanos == 0) {
                return whole
                        ? null
                        : any ? usable(sum) : unitEnd > unitAt && !isWord(text, unitAt) ? null : usable(number);
            }
            sum = sum.plus(times(number, nanos));
            any = true;
            at = whole ? afterSpace(text, unitEnd) : afterJoint(text, unitEnd);
        }
        return any && (!whole || at >= text.length()) ? usable(sum) : null;
    }

    /** Whether the letters after a bare number are a word of the sentence, so that the number counts seconds. */
    private static boolean isWord(String text, int at) {
        return at > 0 && text.charAt(at - 1) == ' ';
    }

    private static int afterSpace(String text, int from) {
        return from < text.length() && text.charAt(from) == ' ' ? from + 1 : from;
    }

    /** "2 hours and 5 minutes", "3 days, 4 hours". */
    private static int afterJoint(String text, int from) {
        int at = afterSpace(text, from < text.length() && text.charAt(from) == ',' ? from + 1 : from);
        return text.startsWith("and ", at) ? at + "and ".length() : at;
    }

    private static int numberEnd(String text, int from) {
        int end = from;
        while (end < text.length() && (Digits.isDigit(text.charAt(end)) || isDecimalPoint(text, end))) {
            end++;
        }
        return end;
    }

    private static boolean isDecimalPoint(String text, int at) {
        return text.charAt(at) == '.' && at + 1 < text.length() && Digits.isDigit(text.charAt(at + 1));
    }

    private static Duration times(Duration number, long nanosPerUnit) {
        long wholes = number.toSeconds();
        double rest = number.toNanosPart() / 1e9 * nanosPerUnit;
        return Duration.ofNanos(nanosPerUnit).multipliedBy(wholes).plusNanos(Math.round(rest));
    }

    private static long unitNanos(String unit) {
        return switch (unit) {
            case "ns", "us", "µs" -> unit.equals("ns") ? 1L : 1_000L;
            case "ms", "millisecond", "milliseconds" -> 1_000_000L;
            case "s", "sec", "secs", "second", "seconds" -> 1_000_000_000L;
            case "m", "min", "mins", "minute", "minutes" -> 60_000_000_000L;
            case "h", "hr", "hrs", "hour", "hours" -> 3_600_000_000_000L;
            case "d", "day", "days" -> 86_400_000_000_000L;
            default -> 0L;
        };
    }
}
