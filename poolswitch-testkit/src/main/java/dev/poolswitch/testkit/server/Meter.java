package dev.poolswitch.testkit.server;

/** Counts against one limit. Not thread-safe; its owner locks. All times are those of the owner's clock. */
interface Meter {
    static Meter of(Limit limit, long now) {
        return switch (limit.kind()) {
            case FIXED -> new FixedWindowMeter(limit, now);
            case SLIDING -> new SlidingWindowMeter(limit);
            case TOKEN_BUCKET -> new TokenBucketMeter(limit, now);
        };
    }

    long limit();

    /** How many nanoseconds until there is room for the amount, 0 for now; the amount must not exceed the limit. */
    long waitNanos(long amount, long now);

    /** Counts the amount, for which there must be room. */
    void take(long amount, long now);

    long remaining(long now);

    /** How many nanoseconds until everything is allowed again. */
    long resetNanos(long now);
}
