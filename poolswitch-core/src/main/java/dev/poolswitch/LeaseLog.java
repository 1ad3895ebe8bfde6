package dev.poolswitch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The leases of a key that have not ended, newest first, so that lost ones can be found. A stack without locks: taking
 * a lease pushes it; ended ones are dropped by whoever pushes next, and every 64th push walks the whole stack, so that
 * at most 64 ended leases lie behind the open ones. Two threads that unlink at once skip ended leases only, so whichever
 * write stays is right.
 */
final class LeaseLog {

    private static final int WALK_EVERY = 64;

    private final AtomicReference<@Nullable Lease> newest = new AtomicReference<>();

    void add(Lease lease, long number) {
        while (true) {
            Lease before = newest.get();
            lease.olderOfKey = open(before);
            if (newest.compareAndSet(before, lease)) {
                break;
            }
        }
        if (number % WALK_EVERY == 0) {
            prune(lease);
        }
    }

    List<Lease> olderThan(long before) {
        List<Lease> found = new ArrayList<>();
        for (Lease lease = open(newest.get()); lease != null; lease = open(lease.olderOfKey)) {
            if (lease.startedAt() < before) {
                found.add(lease);
            }
        }
        return found;
    }

    /** How many leases are linked, ended ones included. */
    int length() {
        int length = 0;
        for (Lease lease = newest.get(); lease != null; lease = lease.olderOfKey) {
            length++;
        }
        return length;
    }

    private static void prune(Lease from) {
        for (Lease lease = from; lease != null; lease = lease.olderOfKey) {
            lease.olderOfKey = open(lease.olderOfKey);
        }
    }

    private static @Nullable Lease open(@Nullable Lease from) {
        Lease lease = from;
        while (lease != null && lease.isEnded()) {
            lease = lease.olderOfKey;
        }
        return lease;
    }
}
