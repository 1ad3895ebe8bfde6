package dev.poolswitch;

import dev.poolswitch.verdict.Budget;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Arrays;

/**
 * Counts what was sent in a sliding window and never lets more through than the limit, whichever window the provider
 * uses: fixed, sliding or a token bucket. A permit comes back one window and a guard after its send; the guard (0.2 % of
 * the window) covers requests that travel at different speeds. Sends of the same granule (0.25 % of the window) share an
 * entry that is stamped by the last of them, so a permit is 0.45 % of the window late at most, and at most 401 entries
 * are kept, however large the limit is.
 *
 * <p>A refusal although the limit was kept to shows that the guard is too small for this way to the provider. Then it
 * doubles, up to a twentieth of the window and a quarter of a second, and shrinks again by half after {@value #CALM_WINDOWS}
 * windows or ten minutes without another. Only where hardly a permit was left: else the refusal had another reason.
 *
 * <p>Guarded by its own monitor, which is held for a few dozen nanoseconds and never across foreign code.
 */
final class WindowMeter implements Meter {

    private static final int GUARD_SHARE = 500;
    private static final int WIDEST_GUARD_SHARE = 20;
    /** What holds requests up on their way does not grow with the window. */
    private static final long WIDEST_GUARD = Duration.ofMillis(250).toNanos();

    private static final int CALM_WINDOWS = 200;
    private static final long LONGEST_CALM = Duration.ofMinutes(10).toNanos();
    /** Of so many permits one may be left, for some may have come back since the refused send. */
    private static final int LEFT_SHARE = 50;

    private static final int GRANULE_SHARE = 400;
    /** Absurd amounts are cut here, so that sums stay far from overflow. */
    private static final long CEILING = Nanos.NEVER;

    private static final long[] NONE = {};
    private static final int FIRST_LENGTH = 4;

    private static final VarHandle USED;
    private static final VarHandle EXPIRES_AT;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            USED = lookup.findVarHandle(WindowMeter.class, "used", long.class);
            EXPIRES_AT = lookup.findVarHandle(WindowMeter.class, "expiresAt", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Limit limit;
    private final long most;
    private final long granule;
    private long span;
    private long widenedAt = -Nanos.NEVER;
    /** Written under the monitor, read without it where an answer may be out of date. Never negative. */
    private long used;
    /** No permit comes back before. As {@link #used}. */
    private long expiresAt = Nanos.NEVER;

    /** A ring; its length is a power of two, or 0, for most keys of a large pool may never be used. */
    private long[] opened = NONE;

    private long[] last = NONE;
    private long[] amounts = NONE;
    private int head;
    private int size;

    WindowMeter(Limit limit) {
        this.limit = limit;
        this.most = Math.min(limit.amount(), CEILING);
        long window = window();
        this.span = window + window / GUARD_SHARE;
        this.granule = window / GRANULE_SHARE;
    }

    Limit limit() {
        return limit;
    }

    @Override
    public Budget.Unit unit() {
        return limit.unit();
    }

    private long window() {
        return Nanos.of(limit.window());
    }

    /** Takes so many permits if there is room. More than the whole limit is cut to the limit, else it could never go. */
    @Override
    public synchronized boolean tryTake(long amount, long now) {
        expire(now);
        long taken = Math.min(amount, most);
        if (taken > most - used) {
            return false;
        }
        add(taken, now);
        return true;
    }

    /** Takes permits for a send that goes in any case, room or not; cut as {@link #tryTake} cuts. */
    @Override
    public synchronized void take(long amount, long now) {
        expire(now);
        add(Math.min(amount, most), now);
    }

    /** A send was refused. Where it was one of the last that there was room for, the provider saw more of them at once. */
    synchronized void refused(long startedAt, long now) {
        expire(now);
        if (startedAt >= widenedAt && used >= most - 1 - most / LEFT_SHARE) {
            widen(now);
        }
    }

    /** Doubles the guard. Returns whether it could. */
    synchronized boolean widen(long now) {
        long widest = Math.min(window() / WIDEST_GUARD_SHARE, WIDEST_GUARD);
        long guard = span - window();
        if (guard >= widest) {
            widenedAt = now;
            return false;
        }
        guard(now, Math.min(2 * guard, widest));
        return true;
    }

    private void guard(long now, long guard) {
        span = window() + guard;
        widenedAt = now;
        if (size > 0) {
            EXPIRES_AT.setOpaque(this, last[head] + span);
        }
    }

    /** Takes what was used beyond the reservation. */
    synchronized void settleUp(long amount, long now) {
        expire(now);
        add(Math.min(amount, CEILING - Math.min(used, CEILING)), now);
    }

    /**
     * Gives back permits that were taken at an instant and not used. They come out of the entry that holds them, else
     * out of an older one, never out of a newer one: its sends would seem to be older than they are and would come back
     * too early. What has left the window meanwhile is not given back again.
     */
    @Override
    public synchronized void giveBack(long amount, long takenAt, long now) {
        expire(now);
        if (now - takenAt >= span) {
            return;
        }
        long left = Math.min(amount, most);
        for (int i = size - 1; i >= 0 && left > 0; i--) {
            int at = (head + i) & (amounts.length - 1);
            if (i > 0 && opened[at] > takenAt) {
                continue;
            }
            long part = Math.min(left, amounts[at]);
            amounts[at] -= part;
            set(used - part);
            left -= part;
        }
    }

    /** When so many permits can be had: 0 when now. Whether they are really had is told by {@link #tryTake} alone. */
    @Override
    public long opensAt(long amount, long now) {
        // What has run out meanwhile only makes more room, so this is right without the monitor.
        return Math.min(amount, most) <= most - (long) USED.getOpaque(this) ? 0 : opensLater(amount, now);
    }

    private synchronized long opensLater(long amount, long now) {
        expire(now);
        long excess = used - most + Math.min(amount, most);
        if (excess <= 0) {
            return 0;
        }
        for (int i = 0; i < size; i++) {
            int at = (head + i) & (amounts.length - 1);
            excess -= amounts[at];
            if (excess <= 0) {
                return last[at] + span;
            }
        }
        return now + span;
    }

    /** When so many of the permits that are out will be back. */
    synchronized long whenGone(long amount, long now) {
        expire(now);
        long left = amount;
        for (int i = 0; i < size; i++) {
            int at = (head + i) & (amounts.length - 1);
            left -= amounts[at];
            if (left <= 0) {
                return last[at] + span;
            }
        }
        return now;
    }

    /** When the oldest permits that are out come back; {@link Nanos#NEVER} when none are. */
    synchronized long oldestBackAt(long now) {
        expire(now);
        return expiresAt;
    }

    /** How many permits an amount is when it is taken. */
    long cut(long amount) {
        return Math.min(amount, most);
    }

    synchronized int entries() {
        return size;
    }

    /** How many permits are out. */
    synchronized long used(long now) {
        expire(now);
        return used;
    }

    /** How much of the limit is in use, 0 to 1 (more after a settlement upwards). */
    @Override
    public double utilisation(long now) {
        long out = now < (long) EXPIRES_AT.getOpaque(this) ? (long) USED.getOpaque(this) : used(now);
        return (double) out / limit.amount();
    }

    private void add(long amount, long now) {
        if (amount <= 0) {
            return;
        }
        set(used + amount);
        if (size > 0) {
            int newest = (head + size - 1) & (amounts.length - 1);
            if (now - opened[newest] < granule) {
                amounts[newest] += amount;
                last[newest] = Math.max(last[newest], now);
                return;
            }
        }
        if (size == amounts.length) {
            grow();
        }
        int at = (head + size) & (amounts.length - 1);
        opened[at] = now;
        last[at] = now;
        amounts[at] = amount;
        size++;
        if (size == 1) {
            EXPIRES_AT.setOpaque(this, now + span);
        }
    }

    private void set(long amount) {
        USED.setOpaque(this, amount);
    }

    private void expire(long now) {
        if (now < expiresAt) {
            return;
        }
        if (widenedAt > -Nanos.NEVER && now - widenedAt > calm()) {
            narrow(now);
        }
        while (size > 0 && now - last[head] >= span) {
            set(used - amounts[head]);
            head = (head + 1) & (amounts.length - 1);
            size--;
        }
        EXPIRES_AT.setOpaque(this, size == 0 ? Nanos.NEVER : last[head] + span);
    }

    private long calm() {
        return Math.min(LONGEST_CALM, CALM_WINDOWS * Math.min(window(), LONGEST_CALM));
    }

    private void narrow(long now) {
        long base = window() / GUARD_SHARE;
        long guard = Math.max(base, (span - window()) / 2);
        guard(now, guard);
        if (guard == base) {
            widenedAt = -Nanos.NEVER;
        }
    }

    private void grow() {
        opened = straightened(opened);
        last = straightened(last);
        amounts = straightened(amounts);
        head = 0;
    }

    private long[] straightened(long[] ring) {
        long[] larger =
                Arrays.copyOf(Arrays.copyOfRange(ring, head, ring.length), Math.max(FIRST_LENGTH, ring.length * 2));
        System.arraycopy(ring, 0, larger, ring.length - head, head);
        return larger;
    }
}
