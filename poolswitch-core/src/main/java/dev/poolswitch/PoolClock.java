package dev.poolswitch;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The pool's own clock: nanoseconds since a moment before the pool began, and their relation to the wall clock. */
final class PoolClock {

    /** Starting above zero leaves zero free to mean "never". */
    private static final long START = 1_000_000_000L;

    private final TimeSource source;
    private final long origin;

    PoolClock(TimeSource source) {
        this.source = source;
        this.origin = source.nanoTime() - START;
    }

    TimeSource source() {
        return source;
    }

    long now() {
        return source.nanoTime() - origin;
    }

    Instant wall(long poolTime) {
        return poolTime >= Nanos.NEVER ? Instant.MAX : source.instant().plusNanos(poolTime - now());
    }

    /** The wall time of what is yet to come, now at the earliest; {@code null} when only an event can tell. */
    @Nullable
    Instant wallOfOpening(long opensAt, long now) {
        return opensAt >= Nanos.NEVER ? null : wall(Math.max(opensAt, now));
    }

    /** The wall time of an instant on the pool's clock, given both clocks' reading of the same moment. */
    static Instant wall(long poolTime, long now, Instant wallNow) {
        return wallNow.plusNanos(poolTime - now);
    }

    long pool(Instant wall, long now) {
        return now + Nanos.between(source.instant(), wall);
    }
}
