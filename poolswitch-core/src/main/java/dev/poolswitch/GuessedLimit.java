package dev.poolswitch;

import dev.poolswitch.verdict.Budget;
import java.time.Duration;

/**
 * A limit that no answer tells of, guessed from refusals that say nothing but no. From the first of them on, what is
 * accepted in a second is counted; a later refusal that comes out of the blue sets the limit to what was accepted in the
 * second before it. Longer windows of the provider are then used evenly. A guess that was used up for ten seconds without
 * a refusal is raised by a fiftieth: it may have been too low, and limits are raised.
 *
 * <p>Guarded by its own monitor.
 */
final class GuessedLimit {

    private static final Duration WINDOW = Duration.ofSeconds(1);
    private static final long WINDOW_NANOS = WINDOW.toNanos();
    private static final long COUNT_ALL = Long.MAX_VALUE / 8;
    private static final long HELD_NANOS = 10 * WINDOW_NANOS;
    private static final int RAISE_SHARE = 50;
    /** No guess slows a key down to nothing: a few requests per second always may try. */
    private static final int LEAST = 5;

    private static final int LOWER_SHARE = 10;

    private final WindowMeter accepted = new WindowMeter(new Limit(Budget.Unit.REQUESTS, COUNT_ALL, WINDOW));
    private final long begunAt;
    private long limit = COUNT_ALL;
    private long guessedAt;

    GuessedLimit(long now) {
        begunAt = now;
        guessedAt = now;
    }

    synchronized boolean tryTake(long now) {
        if (opensAt(now) > now) {
            return false;
        }
        if (accepted.used(now) >= limit) {
            limit += Math.max(1, limit / RAISE_SHARE);
            guessedAt = now;
        }
        accepted.take(1, now);
        return true;
    }

    synchronized void take(long now) {
        accepted.take(1, now);
    }

    synchronized void giveBack(long takenAt, long now) {
        accepted.giveBack(1, takenAt, now);
    }

    /**
     * A send was refused without a word about when to come again.
     *
     * @param fresh whether the scope was open until then; a probe in vain tells nothing new about the limit
     */
    synchronized void refused(long startedAt, boolean fresh, long now) {
        giveBack(startedAt, now);
        long seen = accepted.used(now);
        boolean young = now - begunAt < WINDOW_NANOS;
        if (!fresh || young || startedAt < guessedAt || seen == 0) {
            return;
        }
        limit = Math.max(LEAST, Math.min(limit - Math.max(1, limit / LOWER_SHARE), seen));
        guessedAt = now;
    }

    synchronized long opensAt(long now) {
        long excess = accepted.used(now) - limit;
        return excess < 0 || now - guessedAt >= HELD_NANOS ? 0 : accepted.whenGone(excess + 1, now);
    }

    synchronized double utilisation(long now) {
        return Math.min(1, (double) accepted.used(now) / limit);
    }
}
