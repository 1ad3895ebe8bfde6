package dev.poolswitch;

import java.time.Duration;
import java.time.Instant;

/** Saturating conversions between the API's durations and the engine's nanoseconds. */
final class Nanos {

    /** Later than any instant the engine computes with, and far enough from overflow to be added to. */
    static final long NEVER = Long.MAX_VALUE / 4;

    private static final Duration LONGEST = Duration.ofNanos(NEVER);

    private Nanos() {}

    static long of(Duration duration) {
        if (duration.isNegative()) {
            return 0;
        }
        return duration.compareTo(LONGEST) >= 0 ? NEVER : duration.toNanos();
    }

    static long between(Instant from, Instant to) {
        Duration distance = Duration.between(from, to);
        if (distance.compareTo(LONGEST) >= 0) {
            return NEVER;
        }
        return distance.negated().compareTo(LONGEST) >= 0 ? -NEVER : distance.toNanos();
    }

    static long plus(long instant, long nanos) {
        return instant >= NEVER - nanos ? NEVER : instant + nanos;
    }
}
