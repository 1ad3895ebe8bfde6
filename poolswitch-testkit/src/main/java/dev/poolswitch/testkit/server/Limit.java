package dev.poolswitch.testkit.server;

import java.time.Duration;

/** So much in such a window. */
record Limit(long amount, long windowNanos, WindowKind kind) {
    static Limit of(long amount, Duration window, WindowKind kind) {
        if (amount < 1) {
            throw new IllegalArgumentException("a limit must allow at least 1: " + amount);
        }
        if (window.isNegative() || window.isZero()) {
            throw new IllegalArgumentException("a window must be longer than zero: " + window);
        }
        return new Limit(amount, window.toNanos(), kind);
    }
}
