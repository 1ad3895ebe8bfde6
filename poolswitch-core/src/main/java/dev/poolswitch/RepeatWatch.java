package dev.poolswitch;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Remembers for a while which requests the pool has given up on, so that the exchange can tell whether something above it
 * sends them once more, and reports that once. Requests are known by a number; nothing of them is kept.
 *
 * <p>A pool that gave up nothing for a minute pays one volatile read a call; so does one that has reported. Of many requests that are
 * given up at the same time some are forgotten: that delays the report and never makes a false one. Thread-safe.
 */
public final class RepeatWatch {

    private static final Logger LOG = System.getLogger("dev.poolswitch");
    private static final int SLOTS = 64;
    /** No retry comes later than this. */
    private static final long MEMORY_NANOS = TimeUnit.SECONDS.toNanos(65);

    private final Engine engine;
    private final AtomicReferenceArray<@Nullable GivenUp> slots = new AtomicReferenceArray<>(SLOTS);
    private final AtomicBoolean reported = new AtomicBoolean();
    private volatile boolean watching;
    private volatile long lastGivenUpNanos;

    RepeatWatch(Engine engine) {
        this.engine = engine;
    }

    /** Whether there is something to look for: the pool has given up a request not long ago and has reported nothing. */
    public boolean watching() {
        return watching && !outdated();
    }

    private boolean outdated() {
        if (now() - lastGivenUpNanos <= MEMORY_NANOS) {
            return false;
        }
        // Races with gaveUp(): then one more failure is needed for a report.
        watching = false;
        return true;
    }

    /**
     * The pool has done for a request what it could and gives the failure to the application.
     *
     * @param request the request's number
     * @param streak how often in a row it was given up, this time included
     */
    public void gaveUp(long request, int streak) {
        if (reported.get()) {
            return;
        }
        long now = now();
        slots.set(slot(request), new GivenUp(request, streak, now));
        lastGivenUpNanos = now;
        watching = true;
    }

    /**
     * How often in a row this request was given up, the last time within {@code nanos}; 0 for not at all. Forgets it, so
     * that the streak ends unless the pool gives it up again.
     */
    public int takeStreak(long request, long nanos) {
        int slot = slot(request);
        GivenUp last = slots.get(slot);
        if (last == null || last.request != request || !slots.compareAndSet(slot, last, null)) {
            return 0;
        }
        return now() - last.atNanos <= nanos ? last.streak : 0;
    }

    /** Tells the log and the listeners, the first time only. */
    public void report(String hint) {
        if (!reported.compareAndSet(false, true)) {
            return;
        }
        watching = false;
        String name = engine.settings().name();
        LOG.log(Level.WARNING, "pool " + name + ": retries are stacked on the pool's own. " + hint);
        engine.listeners().tell(new PoolEvent.StackedRetries(name, hint));
    }

    private long now() {
        return engine.settings().timeSource().nanoTime();
    }

    private static int slot(long request) {
        return (int) (request ^ (request >>> 32)) & (SLOTS - 1);
    }

    private record GivenUp(long request, int streak, long atNanos) {}
}
