package dev.poolswitch.testkit.server;

import java.util.ArrayDeque;
import java.util.Deque;

/** {@link WindowKind#SLIDING}: keeps every admission of the last window. */
final class SlidingWindowMeter implements Meter {
    private final Limit limit;
    private final Deque<Taken> taken = new ArrayDeque<>();
    private long used;

    SlidingWindowMeter(Limit limit) {
        this.limit = limit;
    }

    private void advance(long now) {
        for (Taken oldest = taken.peekFirst();
                oldest != null && now - oldest.at >= limit.windowNanos();
                oldest = taken.peekFirst()) {
            used -= oldest.amount;
            taken.removeFirst();
        }
    }

    @Override
    public long limit() {
        return limit.amount();
    }

    @Override
    public long waitNanos(long amount, long now) {
        advance(now);
        long missing = used + amount - limit.amount();
        for (Taken oldest : taken) {
            if (missing <= 0) {
                break;
            }
            missing -= oldest.amount;
            if (missing <= 0) {
                return oldest.at + limit.windowNanos() - now;
            }
        }
        return 0;
    }

    @Override
    public void take(long amount, long now) {
        taken.addLast(new Taken(now, amount));
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
        Taken newest = taken.peekLast();
        return newest == null ? 0 : newest.at + limit.windowNanos() - now;
    }

    private record Taken(long at, long amount) {}
}
