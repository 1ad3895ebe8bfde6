package dev.poolswitch;

import java.time.Duration;
import java.util.OptionalLong;

/** What a {@link Strategy} sees of a key that is ready. The figures are live: they may change while it looks. */
public interface KeyCandidate {

    /** The key. */
    ApiKey key();

    /** Leases that have not ended. */
    int inFlight();

    /** Leases taken so far, those before the last restart included. */
    long requests();

    /** The share of leases that succeeded lately, 0 to 1; 1 for a key that was never used. */
    double successRate();

    /** The mean time from lease to answer lately; zero for a key that was never used. */
    Duration latency();

    /** The fullest of the key's limits, 0 to 1; 0 for a key without limits. */
    double utilisation();

    /** What is left of the monthly quota; empty without one. */
    OptionalLong estimatedRemainingQuota();
}
