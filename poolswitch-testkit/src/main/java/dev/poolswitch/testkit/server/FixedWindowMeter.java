package dev.poolswitch.testkit.server;

/** {@link WindowKind#FIXED}. */
final class FixedWindowMeter implements Meter {
    private final Limit limit;
    private long windowStart;
    private long used;

    FixedWindowMeter(Limit limit, long now) {
        this.limit = limit;
        this.windowStart = now;
    }

    private void advance(long now) {
        long windows = (now - windowStart) / limit.windowNanos();
        if (windows > 0) {
            windowStart += windows * limit.windowNanos();
            used = 0;
        }
    }

    @Override
    public long limit() {
        return limit.amount();
    }

    @Override
    public long waitNanos(long amount, long now) {
        advance(now);
        return used + amount <= limit.amount() ? 0 : windowStart + limit.windowNanos() - now;
    }

    @Override
    public void take(long amount, long now) {
        advance(now);
        used += amount;
    }

    @Override
    public long remaining(long now) {
        advance(now);
        return limit.amount() - used;
    }

    @Override
    public long resetNanos(long now) {
        advance(now);
        return windowStart + limit.windowNanos() - now;
    }
}
