package dev.poolswitch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What is counted about a key. Its leases write it each time, so it has a cache line for itself: before it in memory lies
 * what is seldom written, behind it nothing. Health is a deliberate race: a lost sample does no harm.
 */
final class KeyCounters extends RareCounters {

    private static final VarHandle STARTED;
    private static final VarHandle ENDED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            STARTED = lookup.findVarHandle(KeyCounters.class, "started", long.class);
            ENDED = lookup.findVarHandle(KeyCounters.class, "ended", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final double SHARE_OF_NEWEST = 0.1;
    private static final int MOST_LOOKS = 16;

    @SuppressWarnings("UnusedVariable") // by way of STARTED
    private volatile long started;

    @SuppressWarnings("UnusedVariable") // by way of ENDED
    private volatile long ended;

    private double successRate = 1;
    private double latencyNanos;

    // All of them eight bytes long like those above, because fields are laid out by size.
    long space1;
    long space2;
    long space3;
    long space4;
    long space5;
    long space6;
    long space7;

    /** A lease begins. Returns how many did before. */
    long begins() {
        return (long) STARTED.getAndAdd(this, 1L);
    }

    /** A lease had not begun after all. */
    void unbegins() {
        STARTED.getAndAdd(this, -1L);
    }

    void ends() {
        ENDED.getAndAdd(this, 1L);
    }

    void served(long nanos) {
        successRate += SHARE_OF_NEWEST * (1 - successRate);
        answered(nanos);
    }

    void answered(long nanos) {
        double before = latencyNanos;
        latencyNanos = before == 0 ? nanos : before + SHARE_OF_NEWEST * (nanos - before);
    }

    void failed() {
        countFailure();
        successRate -= SHARE_OF_NEWEST * successRate;
    }

    long started() {
        return started;
    }

    /** Exact unless leases end faster than this can look; a thread that is put aside between two looks looks again. */
    int inFlight() {
        long done = ended;
        long begun = started;
        for (int looks = 0; done != ended && looks < MOST_LOOKS; looks++) {
            done = ended;
            begun = started;
        }
        return (int) (begun - done);
    }

    double successRate() {
        return successRate;
    }

    long latencyNanos() {
        return (long) latencyNanos;
    }
}
