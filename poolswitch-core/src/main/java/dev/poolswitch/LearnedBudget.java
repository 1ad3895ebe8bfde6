package dev.poolswitch;

import dev.poolswitch.verdict.Budget;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A budget that answers told of. What an answer says is left is true for the moment in which the provider wrote it; calls
 * that are out and not answered may or may not be in it, so they are taken off once more, which errs on the safe side
 * until the last of them is back. An answer to a call that began earlier than the one that spoke last is not heard,
 * unless it says less; one to a call that began before the last reset speaks of a window that is over.
 *
 * <p>Whether the budget is full at the stated reset (fixed windows) or has only room for one more (sliding ones), no
 * header says. So our own sends are also held to the told size in any window as long as the longest reset that was heard
 * of, which overruns neither and uses both.
 *
 * <p>Guarded by its own monitor, held for a few nanoseconds.
 */
final class LearnedBudget implements Meter {

    private static final long UNKNOWN = Long.MAX_VALUE / 4;
    /** Without a stated reset what is left is believed for this long. */
    private static final long BELIEVED = Duration.ofMinutes(1).toNanos();
    /** Resets are often told in whole seconds, rounded down; a send that comes too early is refused. */
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private static final int GUARD_SHARE = 200;
    private static final Duration SHORTEST_WINDOW = Duration.ofMillis(10);

    private final Budget.Unit unit;
    private long left = UNKNOWN;
    private long limit = UNKNOWN;
    private long outstanding;
    private long resetAt = Nanos.NEVER;
    private long longestReset;
    private long heardFrom = -Nanos.NEVER;
    private long resetLastAt = -Nanos.NEVER;
    private @Nullable WindowMeter window;

    LearnedBudget(Budget.Unit unit) {
        this.unit = unit;
    }

    @Override
    public Budget.Unit unit() {
        return unit;
    }

    @Override
    public synchronized boolean tryTake(long amount, long now) {
        renew(now);
        long wanted = Math.min(amount, limit);
        if (wanted > left || (window != null && !window.tryTake(amount, now))) {
            return false;
        }
        left = left == UNKNOWN ? UNKNOWN : left - wanted;
        outstanding += amount;
        return true;
    }

    @Override
    public synchronized void take(long amount, long now) {
        left = left == UNKNOWN ? UNKNOWN : left - amount;
        outstanding += amount;
        if (window != null) {
            window.take(amount, now);
        }
    }

    @Override
    public synchronized void giveBack(long amount, long takenAt, long now) {
        if (left != UNKNOWN && takenAt >= resetLastAt) {
            left = Math.min(limit, left + amount);
        }
        if (window != null) {
            window.giveBack(amount, takenAt, now);
        }
        counted(amount);
    }

    /** A call has been answered, so what is told from now on has it in it. */
    @Override
    public synchronized void counted(long amount) {
        outstanding = Math.max(0, outstanding - amount);
    }

    /** A send was refused although our own sends had kept to what was told. */
    synchronized void refused(long startedAt, long now) {
        if (window != null) {
            window.refused(startedAt, now);
        }
    }

    /** Returns whether there may be room where there was none. */
    synchronized boolean learn(Budget told, long own, long startedAt, long now) {
        renew(now);
        boolean wasSpent = left <= 0;
        if (told.limit() > 0) {
            limit = told.limit();
        }
        if (told.remaining() < 0 || startedAt < resetLastAt) {
            return false;
        }
        long others = Math.max(0, outstanding - own);
        long seen = told.remaining() - others;
        if (startedAt < heardFrom && seen >= left) {
            return false;
        }
        heardFrom = Math.max(heardFrom, startedAt);
        left = explained(told.remaining(), now) ? limit : seen;
        long reset = told.reset() == null ? BELIEVED : Nanos.of(told.reset());
        resetAt = Nanos.plus(now, guarded(reset));
        if (told.reset() != null) {
            measure(reset, told.remaining(), others, now);
        }
        return wasSpent && left > 0;
    }

    @Override
    public synchronized long opensAt(long amount, long now) {
        renew(now);
        if (Math.min(amount, limit) > left) {
            return resetAt;
        }
        return window == null ? 0 : window.opensAt(amount, now);
    }

    /** Whether an answer told what is left, and that has not run out. */
    synchronized boolean isKnown(long now) {
        renew(now);
        return left != UNKNOWN && heardFrom >= resetLastAt;
    }

    @Override
    public synchronized double utilisation(long now) {
        renew(now);
        return left == UNKNOWN || limit == UNKNOWN ? 0 : Math.min(1, Math.max(0, 1 - (double) left / limit));
    }

    /**
     * Whether our own sends explain what is gone, so that nobody else uses the budget. Then our window knows better than
     * an answer when the next permit comes back: it need not wait to be told.
     */
    private boolean explained(long remaining, long now) {
        return window != null && window.limit().amount() == limit && remaining >= limit - window.used(now);
    }

    private void renew(long now) {
        if (now < resetAt) {
            return;
        }
        left = limit == UNKNOWN ? UNKNOWN : limit - outstanding;
        resetLastAt = now;
        // Should no answer tell more, the next window is as long as the longest that was heard of.
        resetAt = limit == UNKNOWN ? Nanos.NEVER : Nanos.plus(now, Math.max(SECOND, longestReset));
    }

    /** Our own sends of a window that was shorter count as used, for how they lie in the longer one is not known. */
    private void measure(long reset, long remaining, long others, long now) {
        boolean longer = reset > longestReset + longestReset / GUARD_SHARE;
        boolean resized = window != null && window.limit().amount() != limit;
        longestReset = Math.max(longestReset, reset);
        Duration length = Duration.ofNanos(longestReset);
        boolean usable = limit != UNKNOWN
                && length.compareTo(SHORTEST_WINDOW) > 0
                && length.compareTo(GateRules.LONGEST_TRUSTED_WAIT) < 0;
        if (usable && (longer || resized || window == null)) {
            window = new WindowMeter(new Limit(Budget.Unit.REQUESTS, limit, length));
            window.take(Math.max(0, limit - remaining + others), now);
        }
    }

    private static long guarded(long reset) {
        boolean wholeSeconds = reset > 0 && reset % SECOND == 0;
        return Nanos.plus(reset, wholeSeconds ? SECOND / 100 + reset / GUARD_SHARE : reset / GUARD_SHARE);
    }
}
