package dev.poolswitch;

import dev.poolswitch.verdict.Budget;
import java.time.Duration;

/** The optional limit on the whole pool's requests per second. */
final class Shaping {

    /** When only an event can open a key, the line is looked at again after this time even if the event is missed. */
    static final long EVENT_PATIENCE = Duration.ofSeconds(1).toNanos();

    private Shaping() {}

    /** Fractions of a request per second become one request in a longer window. */
    static WindowMeter meter(double perSecond) {
        if (perSecond >= 1) {
            return new WindowMeter(new Limit(Budget.Unit.REQUESTS, (long) perSecond, Duration.ofSeconds(1)));
        }
        return new WindowMeter(new Limit(Budget.Unit.REQUESTS, 1, Duration.ofNanos((long) (1e9 / perSecond))));
    }
}
