package dev.poolswitch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The leases of a pool that have not ended, so that lost ones can be found. Several stacks without locks, newest lease
 * first; a thread always uses the same one, so that threads on different processors seldom write to the same memory.
 * Taking a lease pushes it; ended ones are dropped by whoever pushes next, and every 64th push walks its whole stack, so
 * that about 64 ended leases lie behind the open ones of a stack. Two threads that unlink at once skip ended leases only,
 * so whichever write stays is right.
 */
final class LeaseLog {

    private static final int WALK_EVERY = 64;
    private static final int STACKS_PER_PROCESSOR = 4;
    private static final int MOST_STACKS = 64;
    /** Between what different threads write lie two cache lines of 64 bytes, since processors fetch pairs. */
    private static final int REFERENCES_APART = 32;

    private static final int INTS_APART = 32;

    private final int mask;
    private final AtomicReferenceArray<@Nullable Lease> newest;
    /** Counted without care: a push that is missed delays a walk by one. */
    private final int[] pushes;

    LeaseLog() {
        this(Runtime.getRuntime().availableProcessors());
    }

    LeaseLog(int processors) {
        int stacks = Math.min(MOST_STACKS, Integer.highestOneBit(processors) * STACKS_PER_PROCESSOR);
        mask = stacks - 1;
        newest = new AtomicReferenceArray<>((stacks + 1) * REFERENCES_APART);
        pushes = new int[(stacks + 1) * INTS_APART];
    }

    void add(Lease lease) {
        int stack = 1 + ((int) Thread.currentThread().getId() & mask);
        int at = stack * REFERENCES_APART;
        while (true) {
            Lease before = newest.get(at);
            lease.older = open(before);
            if (newest.compareAndSet(at, before, lease)) {
                break;
            }
        }
        if (++pushes[stack * INTS_APART] % WALK_EVERY == 0) {
            prune(lease);
        }
    }

    List<Lease> olderThan(long before) {
        List<Lease> found = new ArrayList<>();
        for (int at = REFERENCES_APART; at < newest.length(); at += REFERENCES_APART) {
            for (Lease lease = open(newest.get(at)); lease != null; lease = open(lease.older)) {
                if (lease.startedAt() < before) {
                    found.add(lease);
                }
            }
        }
        return found;
    }

    /** Whether so many open leases are as asked for. Looks at no more than it takes to know. */
    boolean hasAtLeast(int many, Predicate<Lease> which) {
        int found = 0;
        for (int at = REFERENCES_APART; at < newest.length(); at += REFERENCES_APART) {
            for (Lease lease = open(newest.get(at)); lease != null && found < many; lease = open(lease.older)) {
                found += which.test(lease) ? 1 : 0;
            }
        }
        return found >= many;
    }

    /** How many leases are linked, ended ones included. */
    int length() {
        int length = 0;
        for (int at = REFERENCES_APART; at < newest.length(); at += REFERENCES_APART) {
            for (Lease lease = newest.get(at); lease != null; lease = lease.older) {
                length++;
            }
        }
        return length;
    }

    /** Drops the ended leases of all stacks: a thread that takes no more leases leaves its last ones behind. */
    void prune() {
        for (int at = REFERENCES_APART; at < newest.length(); at += REFERENCES_APART) {
            Lease before = newest.get(at);
            Lease open = open(before);
            newest.compareAndSet(at, before, open);
            prune(open);
        }
    }

    private static void prune(@Nullable Lease from) {
        for (Lease lease = from; lease != null; lease = lease.older) {
            lease.older = open(lease.older);
        }
    }

    private static @Nullable Lease open(@Nullable Lease from) {
        Lease lease = from;
        while (lease != null && lease.isEnded()) {
            lease = lease.older;
        }
        return lease;
    }
}
