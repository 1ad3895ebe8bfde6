package dev.poolswitch.verdict;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/**
 * The three forms of RFC 9110 section 5.6.7: {@code Fri, 20 Nov 2026 10:01:30 GMT}, {@code Friday, 20-Nov-26 10:01:30
 * GMT} and {@code Fri Nov 20 10:01:30 2026}. Lenient about the day's name, strict about everything that is counted.
 */
final class HttpDate {

    private static final String MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec";
    private static final int LONGEST = 40;

    private HttpDate() {}

    /** The instant that a date header tells; {@code null} when it is none. */
    static @Nullable Instant parse(@Nullable String text) {
        if (text == null || text.length() > LONGEST) {
            return null;
        }
        String[] parts = new String[6];
        int count = 0;
        StringTokenizer tokens = new StringTokenizer(text, " ,-");
        while (count < parts.length && tokens.hasMoreTokens()) {
            parts[count++] = tokens.nextToken();
        }
        if (count < 5 || tokens.hasMoreTokens()) {
            return null;
        }
        boolean asctime = month(parts[1]) > 0;
        if (!asctime && (count != 6 || (!parts[5].equalsIgnoreCase("GMT") && !parts[5].equalsIgnoreCase("UTC")))) {
            return null;
        }
        return asctime ? at(parts[4], parts[1], parts[2], parts[3]) : at(parts[3], parts[2], parts[1], parts[4]);
    }

    private static @Nullable Instant at(String yearText, String monthText, String dayText, String time) {
        String[] clock = time.split(":", -1);
        int year = Digits.small(yearText);
        int day = Digits.small(dayText);
        if (clock.length != 3 || year < 0 || day < 0) {
            return null;
        }
        int hour = Digits.small(clock[0]);
        int minute = Digits.small(clock[1]);
        int second = Digits.small(clock[2]);
        if (hour < 0 || minute < 0 || second < 0) {
            return null;
        }
        try {
            int fullYear = yearText.length() == 2 ? 2000 + year : year;
            return LocalDateTime.of(fullYear, month(monthText), day, hour, minute, Math.min(second, 59))
                    .toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static int month(String name) {
        if (name.length() != 3) {
            return 0;
        }
        int at = MONTHS.indexOf(name.toLowerCase(Locale.ROOT));
        return at >= 0 && at % 3 == 0 ? at / 3 + 1 : 0;
    }
}
