package dev.poolswitch;

import dev.poolswitch.verdict.Budget;
import java.time.Duration;

/**
 * At most so many requests or tokens in any window of a length. Immutable.
 *
 * @param unit what is counted
 * @param amount how many, at least 1
 * @param window the window's length, from 1 ms to 31 days
 */
public record Limit(Budget.Unit unit, long amount, Duration window) {

    /** One for all limits of a minute, which most limits are. */
    static final Duration MINUTE = Duration.ofMinutes(1);

    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofDays(31);

    public Limit {
        Checks.notNull("limit unit", unit);
        Checks.atLeast("limit amount", 1L, amount);
        Checks.notNull("limit window", window);
        if (window.compareTo(SHORTEST) < 0 || window.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("limit window must be 1 ms to 31 days, but was " + window);
        }
    }
}
