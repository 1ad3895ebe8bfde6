package dev.poolswitch;

import dev.poolswitch.verdict.ResponseClassifier;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The configuration of a pool, as built. Immutable; adapters read it.
 *
 * @param name the pool's name
 * @param upstream the origins that the keys are for
 * @param placement where keys stand in a request unless a key says otherwise
 * @param strategy how a key is chosen among those that are ready
 * @param retryAttempts sends in all for transient faults
 * @param maxRotations refusals after which a call gives up although there are more keys
 * @param cooldown how long a key rests whose quota is spent when the answer does not say
 * @param maxFailures failures in a row that open a key's circuit
 * @param retryableMethods methods, in upper case, that may be repeated although bytes may have reached the upstream
 * @param rateLimitPerSecond pool-wide limit on requests; empty when off
 * @param whenExhausted what happens when no key is ready
 * @param classifier what answers mean
 * @param allowCleartext whether keys may be sent over plain http to other machines
 * @param leaseTimeout after how long a lease that nobody ended is taken back
 * @param firstEventHold how long a stream of events is held back for its first one at most; zero when off
 * @param timeSource the clocks
 * @param quotaZone the time zone in which calendar months are counted
 */
public record PoolSettings(
        String name,
        List<Origin> upstream,
        KeyPlacement placement,
        Strategy strategy,
        int retryAttempts,
        int maxRotations,
        Duration cooldown,
        int maxFailures,
        Set<String> retryableMethods,
        OptionalDouble rateLimitPerSecond,
        WhenExhausted whenExhausted,
        ResponseClassifier classifier,
        boolean allowCleartext,
        Duration leaseTimeout,
        Duration firstEventHold,
        TimeSource timeSource,
        ZoneId quotaZone) {

    public PoolSettings {
        upstream = List.copyOf(upstream);
        retryableMethods = Set.copyOf(retryableMethods);
    }
}
