package dev.poolswitch;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Keeps probes from coming as a herd. Providers that count in fixed windows or days tell all keys of a large pool the same
 * end; then those beyond the first few end a little later, each at its own moment. It only ever adds, and nothing where a
 * few keys end together: their probes are no more than the calls that wait anyway, and any delay costs capacity.
 *
 * <p>Where nothing was stated, a step after the first is stretched a little too: several processes that ran into the same
 * limit at the same moment would else double their steps in time with each other.
 *
 * <p>Thread-safe.
 */
final class Spread {

    /** So many blocks may end together. */
    static final int FEW = 16;

    /** Of a stated wait at most this part is added, so that what it costs in capacity stays below one per cent. */
    private static final int PART_OF_STATED = 64;

    private static final int PART_OF_UNSTATED = 8;
    private static final long MOST = Duration.ofSeconds(1).toNanos();

    /** Ends within such a time are one moment. */
    private static final long MOMENT = Duration.ofMillis(250).toNanos();

    private static final int MOMENTS = 64;

    private final long[] moments = new long[MOMENTS];
    private final int[] ending = new int[MOMENTS];

    /**
     * By how much a block is to end later than the rules say.
     *
     * @param before the gate's state before the refusal
     * @param after its state after it by the rules
     * @param stated whether the answer stated the wait
     */
    long of(GateState before, GateState after, boolean stated, long now) {
        if (after.streak() == before.streak()) {
            // A refusal that was out already when the gate was closed adds no block.
            return 0;
        }
        long wait = after.closedUntil() - now;
        boolean crowded = crowded(after.closedUntil());
        if (!stated && after.streak() > 1) {
            return random(wait / PART_OF_UNSTATED);
        }
        return crowded ? random(wait / PART_OF_STATED) : 0;
    }

    /** Counts a block that ends at an instant. Older moments are forgotten as others need their place. */
    private synchronized boolean crowded(long end) {
        long moment = end / MOMENT;
        int place = (int) (moment % MOMENTS);
        if (moments[place] != moment) {
            moments[place] = moment;
            ending[place] = 0;
        }
        return ++ending[place] > FEW;
    }

    private static long random(long most) {
        return ThreadLocalRandom.current().nextLong(Math.min(Math.max(most, 0), MOST) + 1);
    }
}
