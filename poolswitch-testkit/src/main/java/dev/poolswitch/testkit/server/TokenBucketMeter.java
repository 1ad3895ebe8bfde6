package dev.poolswitch.testkit.server;

/** {@link WindowKind#TOKEN_BUCKET}. */
final class TokenBucketMeter implements Meter {
    private final Limit limit;
    private double level;
    private long filledAt;

    TokenBucketMeter(Limit limit, long now) {
        this.limit = limit;
        this.level = limit.amount();
        this.filledAt = now;
    }

    private void advance(long now) {
        double capacity = limit.amount();
        level = Math.min(capacity, level + capacity * (now - filledAt) / limit.windowNanos());
        filledAt = now;
    }

    private long nanosToGain(double amount) {
        return (long) Math.ceil(amount * limit.windowNanos() / limit.amount());
    }

    @Override
    public long limit() {
        return limit.amount();
    }

    @Override
    public long waitNanos(long amount, long now) {
        advance(now);
        double missing = amount - level;
        // Refilling in many small steps adds up rounding errors; one billionth is not a request.
        return missing <= 1e-9 ? 0 : nanosToGain(missing);
    }

    @Override
    public void take(long amount, long now) {
        advance(now);
        level -= amount;
    }

    @Override
    public long remaining(long now) {
        advance(now);
        return (long) Math.floor(Math.max(0, level) + 1e-9);
    }

    @Override
    public long resetNanos(long now) {
        advance(now);
        return nanosToGain(limit.amount() - level);
    }
}
