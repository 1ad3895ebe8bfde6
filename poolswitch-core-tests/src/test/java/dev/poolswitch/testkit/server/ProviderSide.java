package dev.poolswitch.testkit.server;

import java.time.Duration;

/** One limit as a provider keeps it, which refuses what is above. In the test kit's own package for its meters. */
public final class ProviderSide {

    private final Meter meter;

    public ProviderSide(long amount, Duration window, WindowKind kind, long now) {
        meter = Meter.of(Limit.of(amount, window, kind), now);
    }

    public synchronized boolean admits(long amount, long now) {
        boolean room = meter.waitNanos(amount, now) == 0;
        if (room) {
            meter.take(amount, now);
        }
        return room;
    }
}
