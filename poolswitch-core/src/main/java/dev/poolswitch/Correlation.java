package dev.poolswitch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Notices refusals that speak of a limit which the keys share (a host's, an address's, an account's) although each answer
 * seems to be about one key: a key that had rested, or had budget left by what answers told, has no limit of its own to
 * run into. Several of those in a row, of different keys and with no success between, are one refusal of what they share.
 * Keys that were in use and reach their limits at the same time do not count.
 */
final class Correlation {

    private static final int ENOUGH = 3;
    private static final long WITHIN = Duration.ofMinutes(1).toNanos();
    /** Longer than the windows that a key can be refused in for what it did before; most providers count minutes. */
    private static final long RESTED = Duration.ofMinutes(1).toNanos();

    /** A conclusion from three answers rests the others no longer than this before it is tested. */
    private static final Duration LONGEST = Duration.ofMinutes(1);

    /**
     * A refusal of a key that had no reason of its own to be refused.
     *
     * @param gate what was closed
     * @param before the gate's state before
     * @param after its state after, unless something else has happened since
     * @param stated the wait that the answer stated
     */
    record Refused(
            Lease lease,
            Gate gate,
            GateState before,
            GateState after,
            @Nullable Duration stated,
            long at) {

        KeySlot slot() {
            return lease.slot();
        }
    }

    private final List<Refused> row = new ArrayList<>();
    /** The length of the row, for a look without the monitor. */
    private volatile int length;

    /**
     * Whether the key is known to have been idle for longer than any window that the refusal may be about.
     *
     * @param group the account whose limit it may be: then all its keys must have been
     */
    static boolean rested(Lease lease, @Nullable Group group, long statedNanos) {
        long idle = group == null ? lease.slot().idleBefore(lease) : group.idleBefore(lease);
        return idle >= Math.max(RESTED, statedNanos);
    }

    /** The shortest wait that was stated, if all did; the others may have told of limits of their own besides. */
    static @Nullable Duration shortestWait(List<Refused> row) {
        Duration shortest = LONGEST;
        for (Refused refusal : row) {
            if (refusal.stated() == null) {
                return null;
            }
            shortest = refusal.stated().compareTo(shortest) < 0 ? refusal.stated() : shortest;
        }
        return shortest;
    }

    /** Adds to the row. Returns the whole row once it is long enough, and begins another; else nothing. */
    synchronized List<Refused> refused(Refused refusal) {
        row.removeIf(earlier -> earlier.slot() == refusal.slot() || refusal.at() - earlier.at() > WITHIN);
        row.add(refusal);
        List<Refused> whole = row.size() >= ENOUGH ? List.copyOf(row) : List.of();
        if (!whole.isEmpty()) {
            row.clear();
        }
        length = row.size();
        return whole;
    }

    /** A key was served: what was refused before it began was each key's own affair. */
    void succeeded(Lease lease) {
        if (length != 0) {
            end(lease);
        }
    }

    private synchronized void end(Lease lease) {
        if (!row.isEmpty() && lease.startedAt() >= row.get(0).lease().startedAt()) {
            row.clear();
            length = 0;
        }
    }

    /** The group that all of them are of, else nothing: then it is the upstream that refuses. */
    static @Nullable Group shared(List<Refused> refusals) {
        Group group = refusals.get(0).slot().group();
        return refusals.stream().allMatch(refusal -> refusal.slot().group() == group) ? group : null;
    }
}
