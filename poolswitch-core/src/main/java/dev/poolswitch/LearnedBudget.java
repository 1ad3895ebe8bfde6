package dev.poolswitch;

import dev.poolswitch.verdict.Budget;
import java.time.Duration;

/**
 * A budget that answers told of. What an answer says is left is true for the moment in which the provider wrote it; calls
 * that are out and not answered may or may not be in it, so they are taken off once more, which errs on the safe side
 * until the last of them is back. An answer to a call that began earlier than the one that spoke last is not heard,
 * unless it says less. When the stated reset has come the budget is full again, as far as its size is known.
 *
 * <p>Guarded by its own monitor, held for a few nanoseconds.
 */
final class LearnedBudget {

    private static final long UNKNOWN = Long.MAX_VALUE / 4;
    /** Without a stated reset what is left is believed for this long. */
    private static final long BELIEVED = Duration.ofMinutes(1).toNanos();
    /** Resets are often told in whole seconds, rounded down; a send that comes too early is refused. */
    private static final long ROUNDING = Duration.ofSeconds(1).toNanos();

    private static final int GUARD_SHARE = 200;

    private long left = UNKNOWN;
    private long limit = UNKNOWN;
    private long outstanding;
    private long resetAt = Nanos.NEVER;
    private long longestReset;
    private long heardFrom = -Nanos.NEVER;

    synchronized boolean tryTake(long amount, long now) {
        renew(now);
        if (Math.min(amount, limit) > left) {
            return false;
        }
        take(amount);
        return true;
    }

    synchronized void take(long amount) {
        left = left == UNKNOWN ? UNKNOWN : left - amount;
        outstanding += amount;
    }

    synchronized void giveBack(long amount) {
        left = left == UNKNOWN ? UNKNOWN : left + amount;
        counted(amount);
    }

    synchronized void counted(long amount) {
        outstanding = Math.max(0, outstanding - amount);
    }

    /** Returns whether there may be room where there was none. */
    synchronized boolean learn(Budget told, long own, long startedAt, long now) {
        renew(now);
        boolean wasSpent = left <= 0;
        if (told.limit() > 0) {
            limit = told.limit();
        }
        if (told.remaining() < 0) {
            return false;
        }
        long seen = told.remaining() - Math.max(0, outstanding - own);
        if (startedAt < heardFrom && seen >= left) {
            return false;
        }
        heardFrom = Math.max(heardFrom, startedAt);
        left = seen;
        long reset = told.reset() == null ? BELIEVED : Nanos.of(told.reset());
        longestReset = Math.max(longestReset, reset);
        resetAt = Nanos.plus(now, guarded(reset));
        return wasSpent && left > 0;
    }

    synchronized long opensAt(long amount, long now) {
        renew(now);
        return Math.min(amount, limit) <= left ? 0 : resetAt;
    }

    synchronized double utilisation(long now) {
        renew(now);
        return left == UNKNOWN || limit == UNKNOWN ? 0 : Math.min(1, Math.max(0, 1 - (double) left / limit));
    }

    private void renew(long now) {
        if (now < resetAt) {
            return;
        }
        left = limit == UNKNOWN ? UNKNOWN : limit - outstanding;
        // Should no answer tell more, the next window is as long as the longest that was heard of.
        resetAt = limit == UNKNOWN ? Nanos.NEVER : Nanos.plus(now, Math.max(ROUNDING, longestReset));
    }

    private static long guarded(long reset) {
        boolean wholeSeconds = reset % ROUNDING == 0;
        return Nanos.plus(
                reset, wholeSeconds && reset > 0 ? ROUNDING / 100 + reset / GUARD_SHARE : reset / GUARD_SHARE);
    }
}
