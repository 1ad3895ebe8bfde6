package dev.poolswitch;

import dev.poolswitch.store.KeyRecord;

/** What is counted about a key when something is not as usual. */
abstract class RareCounters {

    private volatile long refusals;
    private volatile long failures;
    private volatile long failovers;
    private volatile long neutrals;
    private volatile long resends;
    private volatile long restoredRequests;
    private volatile long restoredFaults;

    synchronized void refused() {
        refusals++;
    }

    synchronized void failedOver() {
        failovers++;
    }

    synchronized void endedNeutral() {
        neutrals++;
    }

    synchronized void resent() {
        resends++;
    }

    synchronized void countFailure() {
        failures++;
    }

    synchronized void restore(KeyRecord.Counters earlier) {
        restoredRequests = earlier.requests();
        refusals += earlier.refusals();
        failures += earlier.failures();
        failovers += earlier.failovers();
        restoredFaults = earlier.refusals() + earlier.failures();
    }

    /** Leases of this run that ended well, given how many have ended. */
    long successes(long endedLeases) {
        return Math.max(0, endedLeases - (refusals + failures - restoredFaults) - neutrals);
    }

    long restoredRequests() {
        return restoredRequests;
    }

    long refusals() {
        return refusals;
    }

    long failures() {
        return failures;
    }

    long failovers() {
        return failovers;
    }

    long resends() {
        return resends;
    }
}
