package dev.poolswitch.testkit;

import dev.poolswitch.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Objects;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Clocks that stand still until a test moves them. Timers run on the thread that moves the clock, in the order in which
 * they fall due (those of the same instant in the order in which they were started), each at its own instant. A timer
 * without delay waits for the next move too, {@code advance(Duration.ZERO)} included. Thread-safe; no lock is held while
 * a timer runs, so a timer may start timers and take locks of its own.
 *
 * <pre>{@code
 * FakeTimeSource time = new FakeTimeSource();
 * KeyPool pool = KeyPool.builder().timeSource(time)….build();
 * pool.acquire().rateLimited(Duration.ofSeconds(20));
 * time.advance(Duration.ofSeconds(20));
 * }</pre>
 */
public final class FakeTimeSource implements TimeSource {

    /** Where the wall clock begins unless told: a Sunday noon, far from the turn of a month. */
    public static final Instant START = Instant.parse("2026-03-15T12:00:00Z");

    private static final Comparator<Pending> BY_DUE_TIME = (a, b) -> {
        // Compared by difference: a monotonic clock may overflow.
        long distance = a.at - b.at;
        return distance == 0 ? Long.compare(a.number, b.number) : Long.signum(distance);
    };

    private final PriorityQueue<Pending> pending = new PriorityQueue<>(BY_DUE_TIME);
    private long nanos;
    private Instant wall;
    private long started;

    private final class Pending implements Timer {

        private final long at;
        private final long number;
        private final Runnable action;

        Pending(long at, long number, Runnable action) {
            this.at = at;
            this.number = number;
            this.action = action;
        }

        @Override
        public void cancel() {
            synchronized (FakeTimeSource.this) {
                pending.remove(this);
            }
        }
    }

    /** Begins at {@link #START}. */
    public FakeTimeSource() {
        this(START);
    }

    /** Begins at an instant. */
    public FakeTimeSource(Instant start) {
        wall = Objects.requireNonNull(start, "start");
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
    public synchronized Timer schedule(Duration delay, Runnable action) {
        Objects.requireNonNull(action, "action");
        long wait = Math.max(0, saturated(delay));
        Pending timer = new Pending(nanos + wait, started++, action);
        pending.add(timer);
        return timer;
    }

    /**
     * Moves both clocks on and runs what falls due on the way, timers that those timers start included.
     *
     * @throws IllegalArgumentException when the time is negative; to set the wall clock back use {@link #setWall}
     */
    public void advance(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("time must not be negative, but was " + time);
        }
        long end = nanoTime() + time.toNanos();
        for (Pending due = next(end); due != null; due = next(end)) {
            due.action.run();
        }
    }

    /** Sets the wall clock, as an administrator or NTP does; the monotonic clock and the timers do not notice. */
    public synchronized void setWall(Instant now) {
        wall = Objects.requireNonNull(now, "now");
    }

    /** How many timers have neither run nor been cancelled. */
    public synchronized int pendingTimers() {
        return pending.size();
    }

    /** Moves to the next timer that is due by then and takes it out, or moves to the end. */
    private synchronized @Nullable Pending next(long end) {
        Pending due = pending.peek();
        if (due == null || due.at - end > 0) {
            moveTo(end);
            return null;
        }
        pending.remove();
        moveTo(due.at);
        return due;
    }

    private void moveTo(long target) {
        long step = target - nanos;
        if (step > 0) {
            nanos = target;
            wall = wall.plusNanos(step);
        }
    }

    private static long saturated(Duration delay) {
        try {
            // Half the range, so that due times can still be compared by difference.
            return Math.min(delay.toNanos(), Long.MAX_VALUE / 2);
        } catch (ArithmeticException tooLong) {
            return delay.isNegative() ? 0 : Long.MAX_VALUE / 2;
        }
    }
}
