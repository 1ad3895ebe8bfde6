package dev.poolswitch;

import dev.poolswitch.verdict.Budget;
import java.time.Duration;

/** The optional limit on the whole pool's requests per second. */
final class Shaping {

    /** When only an event can open a key, the line is looked at again after this time even if the event is missed. */
    static final long EVENT_PATIENCE = Duration.ofSeconds(1).toNanos();

    private Shaping() {}

    /**
     * A limit counts whole requests, so the window is stretched to the time that the next whole number takes: 1.5 a second
     * are 2 in 1.33 s. That lets no more than this number through in any one second, and the rate itself in the long run.
     */
    static WindowMeter meter(double perSecond) {
        double whole = Math.ceil(perSecond);
        return new WindowMeter(
                new Limit(Budget.Unit.REQUESTS, (long) whole, Duration.ofNanos((long) (1e9 * whole / perSecond))));
    }
}
