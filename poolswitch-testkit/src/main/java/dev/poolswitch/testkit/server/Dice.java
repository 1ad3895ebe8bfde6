package dev.poolswitch.testkit.server;

import java.time.Duration;
import java.util.Random;

/** The chance in a provider: faults and latencies, repeatable through the seed. Thread-safe. */
final class Dice {
    private final Random random;
    private final Faults faults;
    private final long minLatencyNanos;
    private final long maxLatencyNanos;

    Dice(long seed, Faults faults, long minLatencyNanos, long maxLatencyNanos) {
        this.random = new Random(seed);
        this.faults = faults;
        this.minLatencyNanos = minLatencyNanos;
        this.maxLatencyNanos = maxLatencyNanos;
    }

    Fault fault() {
        double drawn = random.nextDouble();
        double bound = faults.serverErrors();
        if (drawn < bound) {
            return Fault.SERVER_ERROR;
        }
        bound += faults.overloads();
        if (drawn < bound) {
            return Fault.OVERLOADED;
        }
        bound += faults.resets();
        if (drawn < bound) {
            return Fault.RESET;
        }
        bound += faults.hangs();
        return drawn < bound ? Fault.HANG : Fault.NONE;
    }

    Duration latency() {
        long spread = maxLatencyNanos - minLatencyNanos;
        return Duration.ofNanos(minLatencyNanos + (spread == 0 ? 0 : (long) (random.nextDouble() * spread)));
    }

    /** How an admitted request fails. */
    enum Fault {
        NONE,
        SERVER_ERROR,
        OVERLOADED,
        RESET,
        HANG
    }
}
