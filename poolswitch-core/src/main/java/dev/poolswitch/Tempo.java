package dev.poolswitch;

import java.time.Duration;

/**
 * Roughly how many leases of a key began lately, for the moment in which a refusal makes that interesting. It is kept in
 * stretches of at least a second, so that a lease costs one comparison. Unguarded: a count that is a little off does no
 * harm, since what is concluded from it is corrected by the next refusal.
 */
final class Tempo {

    /** The time that a limit nobody tells of is guessed for. */
    static final long SECOND = Duration.ofSeconds(1).toNanos();

    private long begunAt;
    private long begunWith;
    private long earlierAt = -Nanos.NEVER;
    private long earlierWith;

    /**
     * Begins with the key.
     *
     * @param now since when the key is known not to have been used
     */
    Tempo(long now) {
        // What the key did before that, for another process or an earlier one, is not known.
        begunAt = now - SECOND;
    }

    /**
     * A lease begins.
     *
     * @param number how many began before it
     */
    void begins(long number, long now) {
        if (now - begunAt >= SECOND) {
            earlierAt = begunAt;
            earlierWith = begunWith;
            begunAt = now;
            begunWith = number;
        }
    }

    /** For how long, at least, no lease had begun before this one; 0 when others have begun since. */
    long idleBefore(long startedAt) {
        return startedAt == begunAt && earlierAt > -Nanos.NEVER ? Math.max(0, begunAt - earlierAt - SECOND) : 0;
    }

    /** For how long, at least, no lease had begun before an instant; 0 when others have begun since. */
    long idleUntil(long then) {
        return Math.max(0, then - begunAt - SECOND);
    }

    /**
     * How many leases began within a second before an instant, and since then.
     *
     * @param number how many leases began in all
     * @param then a moment ago, when the last of them or one of the last began
     */
    long lately(long number, long then) {
        long stretch = then - begunAt;
        if (stretch >= SECOND) {
            return number - begunWith;
        }
        long before = begunAt - earlierAt;
        long missing = SECOND - stretch;
        long part = before >= Nanos.NEVER || before <= 0
                ? 0
                : (long) Math.ceil((double) (begunWith - earlierWith) * Math.min(missing, before) / before);
        return number - begunWith + part;
    }

    /** Since when the leases have begun that {@link #lately} counts. */
    long since(long now) {
        return begunWith > earlierWith ? Math.max(earlierAt, now - SECOND) : begunAt;
    }
}
