package dev.poolswitch;

import java.time.Duration;
import java.time.Instant;

/**
 * The two clocks and the timer of a pool. The monotonic clock measures windows, cooldowns and latencies; the wall clock
 * is read for HTTP dates, calendar months and what is persisted. Implementations are thread-safe.
 *
 * <p>Inject one to test time-dependent code without sleeping; the default is {@link #system()}.
 */
public interface TimeSource {

    /** A started timer. */
    @FunctionalInterface
    interface Timer {
        /** Takes the timer back; without effect when it has already run. */
        void cancel();
    }

    /** The clocks of the machine. */
    static TimeSource system() {
        return SystemTimeSource.INSTANCE;
    }

    /** Nanoseconds of a clock that never goes back; only differences have a meaning. */
    long nanoTime();

    /** The wall-clock time. */
    Instant instant();

    /**
     * Runs an action once after a delay, on a thread of the time source. The action must be short and must not block.
     *
     * @param delay how long to wait; zero or negative means at once
     */
    Timer schedule(Duration delay, Runnable action);
}
