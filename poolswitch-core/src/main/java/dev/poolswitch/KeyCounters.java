package dev.poolswitch;

import dev.poolswitch.store.KeyRecord;
import java.util.concurrent.atomic.LongAdder;

/** What is counted about a key beside its leases. Health is a deliberate race: a lost sample does no harm. */
final class KeyCounters {

    private static final float SHARE_OF_NEWEST = 0.1f;

    private final LongAdder refusals = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder failovers = new LongAdder();
    private final LongAdder neutrals = new LongAdder();
    private final LongAdder resends = new LongAdder();
    private volatile long restoredRequests;
    private volatile long restoredFaults;
    private float successRate = 1;
    private float latencyNanos;

    void served(long nanos) {
        successRate += SHARE_OF_NEWEST * (1 - successRate);
        answered(nanos);
    }

    void answered(long nanos) {
        float before = latencyNanos;
        latencyNanos = before == 0 ? nanos : before + SHARE_OF_NEWEST * (nanos - before);
    }

    void refused() {
        refusals.increment();
    }

    void failed() {
        failures.increment();
        successRate -= SHARE_OF_NEWEST * successRate;
    }

    void failedOver() {
        failovers.increment();
    }

    void endedNeutral() {
        neutrals.increment();
    }

    void resent() {
        resends.increment();
    }

    void restore(KeyRecord.Counters earlier) {
        restoredRequests = earlier.requests();
        refusals.add(earlier.refusals());
        failures.add(earlier.failures());
        failovers.add(earlier.failovers());
        restoredFaults = earlier.refusals() + earlier.failures();
    }

    /** Leases of this run that ended well, given how many have ended. */
    long successes(long endedLeases) {
        return Math.max(0, endedLeases - (refusals.sum() + failures.sum() - restoredFaults) - neutrals.sum());
    }

    long restoredRequests() {
        return restoredRequests;
    }

    long refusals() {
        return refusals.sum();
    }

    long failures() {
        return failures.sum();
    }

    long failovers() {
        return failovers.sum();
    }

    long resends() {
        return resends.sum();
    }

    double successRate() {
        return successRate;
    }

    long latencyNanos() {
        return (long) latencyNanos;
    }
}
