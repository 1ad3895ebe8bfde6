package dev.poolswitch;

import java.util.List;
import java.util.Locale;

/**
 * Chooses among the keys that are ready. In-flight leases are counted when they are taken, so that a burst spreads.
 * Implementations are thread-safe and fast; they run on every acquire, outside any lock.
 *
 * <p>Keys of a lower {@linkplain ApiKey#tier() tier} always come first: a strategy sees one tier at a time. The built-in
 * strategies cost the same whatever the size of the pool: beyond 16 ready keys they compare 16 of them.
 *
 * <p>One that throws or returns something else than a candidate disturbs no call: the keys are then taken in turn.
 */
@FunctionalInterface
public interface Strategy {

    /**
     * Chooses a key.
     *
     * @param ready the keys of the tier that are ready and may serve the call; never empty; valid during the call only
     * @return one of them
     */
    KeyCandidate choose(List<? extends KeyCandidate> ready);

    /** One after the other. */
    static Strategy roundRobin() {
        return BuiltInStrategy.ROUND_ROBIN;
    }

    /** The key with the fewest requests so far. */
    static Strategy leastUsed() {
        return BuiltInStrategy.LEAST_USED;
    }

    /** Any, evenly. */
    static Strategy random() {
        return BuiltInStrategy.RANDOM;
    }

    /**
     * The key with the largest share of its monthly quota left, then the fewest recent refusals, the fewest recent
     * failures, the fewest leases; idle keys that are equal in all this are taken in turn. An unknown quota counts as
     * full. The default.
     */
    static Strategy quotaFailover() {
        return BuiltInStrategy.QUOTA_FAILOVER;
    }

    /** The key with the fewest leases; those without any in turn. */
    static Strategy leastBusy() {
        return BuiltInStrategy.LEAST_BUSY;
    }

    /** At random, in proportion to weight × success rate ÷ (1 + latency in seconds). */
    static Strategy weighted() {
        return BuiltInStrategy.WEIGHTED;
    }

    /** The less utilised of two random keys (Mitzenmacher, "The Power of Two Choices", 2001). */
    static Strategy twoRandomChoices() {
        return BuiltInStrategy.TWO_RANDOM_CHOICES;
    }

    /** The tiers in their order, in turn within a tier. */
    static Strategy priority() {
        return BuiltInStrategy.PRIORITY;
    }

    /**
     * A built-in strategy by its name in configuration files, such as {@code quota_failover}; case and {@code -} for
     * {@code _} do not matter.
     *
     * @throws IllegalArgumentException when there is no such strategy; the message lists them
     */
    static Strategy byName(String name) {
        String wanted = Checks.notBlank("strategy", name)
                .trim()
                .toUpperCase(Locale.ROOT)
                .replace('-', '_');
        for (BuiltInStrategy strategy : BuiltInStrategy.values()) {
            if (strategy.name().equals(wanted)) {
                return strategy;
            }
        }
        throw new IllegalArgumentException(
                "strategy must be one of " + BuiltInStrategy.names() + ", but was \"" + Checks.shown(name) + "\"");
    }
}
