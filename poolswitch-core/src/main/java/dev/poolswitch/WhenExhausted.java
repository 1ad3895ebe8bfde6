package dev.poolswitch;

import java.time.Duration;

/** What happens to a call that no key can serve now. Immutable. */
public final class WhenExhausted {

    private static final WhenExhausted FAIL_FAST = new WhenExhausted("fail_fast", Duration.ZERO, false);
    private static final WhenExhausted BEST_EFFORT = new WhenExhausted("best_effort", Duration.ZERO, true);

    private final String name;
    private final Duration wait;
    private final boolean bestEffort;

    /** The call fails at once with a {@link NoKeyAvailableException}. */
    public static WhenExhausted failFast() {
        return FAIL_FAST;
    }

    /**
     * The call waits its turn, first come first served, but fails at once when no key recovers within that time or
     * within the call's own deadline. The default, with 30 s.
     *
     * @throws IllegalArgumentException when the time is not above zero
     */
    public static WhenExhausted waitUpTo(Duration longest) {
        return new WhenExhausted("wait", Checks.positive("whenExhausted wait", longest), false);
    }

    /** The call goes out with the key that recovers first, although it is blocked; never with a disabled one. */
    public static WhenExhausted bestEffort() {
        return BEST_EFFORT;
    }

    private WhenExhausted(String name, Duration wait, boolean bestEffort) {
        this.name = name;
        this.wait = wait;
        this.bestEffort = bestEffort;
    }

    Duration longestWait() {
        return wait;
    }

    boolean isBestEffort() {
        return bestEffort;
    }

    @Override
    public String toString() {
        return wait.isZero() ? name : name + " " + wait;
    }
}
