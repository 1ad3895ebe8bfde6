package dev.poolswitch;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * Takes back leases that nobody ended. Whoever comes by does it now and then, for an idle pool has no thread.
 *
 * <p>To say where a lost lease was taken, the place must have been noted, and walking the stack costs more than all the
 * rest of an acquire. So the first leases of a pool are noted, one in a thousand, and, once a lease was lost, all.
 */
final class LostLeases {

    /** A tenth of a timeout late is early enough to take back a lease that nobody wants. */
    private static final int LOOKS_PER_TIMEOUT = 10;

    private static final int FIRST_SITES = 64;
    private static final int ONE_IN = 1024;

    private final Engine engine;
    private final LeaseLog log = new LeaseLog();
    private final AtomicInteger sitesLeft = new AtomicInteger(FIRST_SITES);

    private volatile boolean leaking;
    private volatile long nextLook;

    LostLeases(Engine engine) {
        this.engine = engine;
        this.nextLook = engine.clock().now() + interval();
    }

    /**
     * A lease is given out.
     *
     * @param number how many of its key were before it
     */
    void begins(Lease lease, long number) {
        if (wantsSite(number)) {
            lease.site = LeaseSite.here();
        }
        log.add(lease);
    }

    /** Whether so many open leases are as asked for. */
    boolean hasAtLeast(int many, Predicate<Lease> which) {
        return log.hasAtLeast(many, which);
    }

    /** Whether to note where a lease is taken. */
    boolean wantsSite(long number) {
        return leaking || number % ONE_IN == ONE_IN - 1 || (sitesLeft.get() > 0 && sitesLeft.getAndDecrement() > 0);
    }

    void reclaimIfDue(long now) {
        if (now >= nextLook) {
            reclaim(now);
        }
    }

    void reclaim(long now) {
        nextLook = now + interval();
        long before = now - Nanos.of(engine.settings().leaseTimeout());
        log.olderThan(before).forEach(this::reclaim);
        log.prune();
    }

    private void reclaim(Lease lost) {
        if (!lost.reclaim()) {
            return;
        }
        String taken = lost.site == null ? "a place that was not noted" : lost.site.toString();
        leaking = true;
        engine.log(
                System.Logger.Level.WARNING,
                "a lease of key " + lost.key().id() + " was not ended within "
                        + engine.settings().leaseTimeout() + " and is taken back; it was taken by " + taken
                        + ". End every lease in a try statement, and close every response body.");
        engine.listeners()
                .tell(new PoolEvent.LeaseReclaimed(
                        engine.settings().name(), lost.key().id(), taken));
    }

    private long interval() {
        return Math.max(1, Nanos.of(engine.settings().leaseTimeout()) / LOOKS_PER_TIMEOUT);
    }
}
