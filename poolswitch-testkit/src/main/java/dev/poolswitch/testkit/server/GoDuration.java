package dev.poolswitch.testkit.server;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Durations as providers write them; rounded up, since a wait that is told too short is a lie. */
final class GoDuration {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1000 * MILLI;

    private GoDuration() {}

    /** As {@code 20ms}, {@code 1.5s}, {@code 6m0s} or {@code 1h0m0s}, in whole milliseconds. */
    static String format(long nanos) {
        long millis = millis(nanos);
        if (millis < 1000) {
            return millis + "ms";
        }
        String seconds = plain(BigDecimal.valueOf(millis % 60_000, 3)) + "s";
        long minutes = millis / 60_000;
        if (minutes == 0) {
            return seconds;
        }
        return minutes < 60 ? minutes + "m" + seconds : minutes / 60 + "h" + minutes % 60 + "m" + seconds;
    }

    /** As seconds with a fraction: {@code 1.5s}. */
    static String seconds(long nanos) {
        return plain(BigDecimal.valueOf(nanos, 9).setScale(3, RoundingMode.CEILING)) + "s";
    }

    static long millis(long nanos) {
        return (nanos + MILLI - 1) / MILLI;
    }

    static long wholeSeconds(long nanos) {
        return (nanos + SECOND - 1) / SECOND;
    }

    private static String plain(BigDecimal number) {
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }
}
