package dev.poolswitch;

import java.time.Duration;
import java.time.Instant;

/** Clocks for tests within this module, which cannot see the test kit; its timers never run. */
final class ManualTime implements TimeSource {

    private long nanos;
    private Instant wall;

    ManualTime(Instant wall) {
        this.wall = wall;
    }

    ManualTime() {
        this(Instant.parse("2026-03-15T12:00:00Z"));
    }

    @Override
    public synchronized long nanoTime() {
        return nanos;
    }

    @Override
    public synchronized Instant instant() {
        return wall;
    }

    @Override
    public Timer schedule(Duration delay, Runnable action) {
        return () -> {};
    }

    synchronized void advance(Duration time) {
        nanos += time.toNanos();
        wall = wall.plus(time);
    }

    synchronized void setWall(Instant now) {
        wall = now;
    }
}
