package dev.poolswitch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The keys of one tier and which of them may be ready. The keys do not change; another key makes another tier. */
final class Tier {

    /** Beyond this many candidates a comparing strategy stops looking: its cost must not grow with the pool. */
    static final int SAMPLE = 16;

    private static final int CURSOR_TRIES = 4;
    /** Candidates that may be seen to be the best without a look at the others. */
    private static final int LOOKS = 8;
    /** Draws of a weighted key before the health of several is summed up. */
    private static final int DRAWS = 4;

    final KeySlot[] slots;
    final ReadySet ready;
    private final RecoveryQueue recoveries;
    private final AtomicInteger shutting = new AtomicInteger();
    private final AtomicInteger shuts = new AtomicInteger();
    private final Memory memory = new Memory();

    Tier(List<KeySlot> slots, RecoveryQueue recoveries) {
        this.slots = slots.toArray(new KeySlot[0]);
        this.ready = new ReadySet(this.slots.length);
        this.recoveries = recoveries;
        // Processes that start together shall not all begin with the same key.
        this.memory.lastBest = ThreadLocalRandom.current().nextInt(Math.max(1, this.slots.length));
    }

    /**
     * What strategies remember: it changes with each pick. Apart from the cursor it is written by whoever comes by and
     * never together: a value that is lost or out of date costs a look at more candidates, or a pick that is not quite the
     * best.
     */
    static final class Memory extends Spaced {

        private static final VarHandle CURSOR;

        static {
            try {
                CURSOR = MethodHandles.lookup().findVarHandle(Memory.class, "cursor", long.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private volatile long cursor = -1;
        private long lastBest;
        private long fewestRequests = -1;
        private long fewestAsOf;
        private double healthiest;

        long after1;
        long after2;
        long after3;
        long after4;
        long after5;
        long after6;
        long after7;
    }

    /** Compares candidates for {@link #best}. */
    interface Ranking {
        boolean better(KeySlot candidate, KeySlot best, long now);

        /** Whether none can be better than this one, which nothing is held against; else it takes a comparison to know. */
        boolean unbeatable(KeySlot candidate, long fewestRequests);
    }

    /**
     * The best of at most {@value #SAMPLE} candidates, beginning after the one that was the best last; a key that owes a
     * probe goes first. Where one of the first few is unbeatable the others are not looked at, so that equally good keys
     * are taken in turn.
     */
    @Nullable
    KeySlot best(LeaseRequest request, long now, Ranking ranking) {
        int first = ready.next((int) memory.lastBest + 1);
        if (memory.fewestAsOf == ready.additions()) {
            int at = first;
            // A troubled key may owe a probe, which the closer look finds out.
            for (int looks = 0; looks < LOOKS && at >= 0 && slots[at].untroubled(); looks++) {
                KeySlot slot = slots[at];
                if (ranking.unbeatable(slot, memory.fewestRequests) && clear(slot, request, now)) {
                    memory.lastBest = at;
                    return slot;
                }
                at = following(at, first);
            }
        }
        return sampled(first, request, now, ranking);
    }

    /** A candidate, drawn in proportion to health among all, or among {@value #SAMPLE} where the draws are unlucky. */
    @Nullable
    KeySlot drawn(LeaseRequest request, long now) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        int at = -1;
        for (int draws = 0; draws < DRAWS; draws++) {
            at = ready.random();
            if (at < 0 || !clear(slots[at], request, now)) {
                break;
            }
            double health = slots[at].health();
            double top = Math.max(health, memory.healthiest);
            memory.healthiest = top;
            // Kept with its share of the best health that was seen: as likely as its health, without a sum over all.
            if (random.nextDouble() * top < health) {
                return slots[at];
            }
        }
        return sampled(at, request, now, null);
    }

    private @Nullable KeySlot sampled(int first, LeaseRequest request, long now, @Nullable Ranking ranking) {
        KeySlot best = null;
        double healthSoFar = 0;
        double top = 0;
        KeySlot untested = null;
        int additions = ready.additions();
        long fewest = Long.MAX_VALUE;
        int seen = 0;
        for (int at = first; at >= 0 && seen < SAMPLE; at = following(at, first)) {
            KeySlot slot = slots[at];
            fewest = Math.min(fewest, slot.requests());
            if (!clear(slot, request, now)) {
                slot = admitted(at, request, now);
                if (slot == null) {
                    continue;
                }
                if (slot.owesProbe(request, now)) {
                    if (request.mayProbe()) {
                        return slot;
                    }
                    untested = slot;
                    continue;
                }
            }
            seen++;
            if (ranking == null) {
                // The n-th candidate replaces the choice with its share of the sum: a draw in one pass, and no object.
                double health = slot.health();
                healthSoFar += health;
                top = Math.max(top, health);
                if (best == null || ThreadLocalRandom.current().nextDouble() * healthSoFar < health) {
                    best = slot;
                }
            } else if (best == null || ranking.better(slot, best, now)) {
                best = slot;
                memory.lastBest = at;
            }
        }
        if (ranking == null) {
            memory.healthiest = top;
        } else {
            memory.fewestRequests = fewest;
            memory.fewestAsOf = additions;
        }
        return best != null ? best : untested;
    }

    /** A random candidate. */
    @Nullable
    KeySlot any(LeaseRequest request, long now) {
        int at = ready.random();
        KeySlot slot = at < 0 ? null : admitted(at, request, now);
        return slot != null && (request.mayProbe() || !slot.owesProbe(request, now))
                ? slot
                : sampled(ready.random(), request, now, BuiltInStrategy.FIRST);
    }

    /** The candidate after the one that was taken last. */
    @Nullable
    KeySlot inTurn(LeaseRequest request, long now) {
        KeySlot slot = null;
        for (int tries = 0; tries < CURSOR_TRIES; tries++) {
            long taken = memory.cursor;
            int at = firstAdmitted(ready.next((int) taken + 1), request, now);
            if (at < 0) {
                return null;
            }
            slot = slots[at];
            if (Memory.CURSOR.compareAndSet(memory, taken, (long) at)) {
                return slot;
            }
        }
        return slot;
    }

    /** All candidates, for a strategy of the user. */
    List<KeySlot> all(LeaseRequest request, long now) {
        List<KeySlot> all = new ArrayList<>();
        int first = ready.next(0);
        for (int at = first; at >= 0; at = following(at, first)) {
            KeySlot slot = admitted(at, request, now);
            if (slot != null) {
                all.add(slot);
            }
        }
        return all;
    }

    /** Takes a key that is not ready out of the sight of later selections until it is worth a look again. */
    void shut(KeySlot slot, int position, long now) {
        shutting.incrementAndGet();
        try {
            ready.clear(position);
            long opensAt = slot.opensAt(now);
            if (opensAt <= now) {
                ready.set(position);
            } else if (opensAt < Nanos.NEVER) {
                recoveries.add(slot, opensAt);
            }
        } finally {
            shuts.incrementAndGet();
            shutting.decrementAndGet();
        }
    }

    /** How many keys were taken out of sight so far. */
    int shuts() {
        return shuts.get();
    }

    /** Whether a key is just being taken out of sight, which may turn out to be wrong and be undone. */
    boolean shutting() {
        return shutting.get() != 0;
    }

    private int firstAdmitted(int first, LeaseRequest request, long now) {
        int untested = -1;
        for (int at = first; at >= 0; at = following(at, first)) {
            KeySlot slot = admitted(at, request, now);
            if (slot != null && (request.mayProbe() || !slot.owesProbe(request, now))) {
                return at;
            }
            untested = slot == null ? untested : at;
        }
        return untested;
    }

    /** Whether the key may serve the request and there is nothing more to ask; else {@link #admitted} knows. */
    private static boolean clear(KeySlot slot, LeaseRequest request, long now) {
        return slot.untroubled() && (request.isPlain() || (slot.path().pristine(request) && slot.serves(request, now)));
    }

    private @Nullable KeySlot admitted(int position, LeaseRequest request, long now) {
        KeySlot slot = slots[position];
        if (slot.shut(now)) {
            shut(slot, position, now);
            return null;
        }
        return request.isPlain() || slot.serves(request, now) ? slot : null;
    }

    /** The next set position, or -1 when the round that began at {@code first} is complete. */
    private int following(int at, int first) {
        int next = ready.next(at + 1);
        boolean wrapped = next <= at;
        if (next < 0 || (at >= first ? wrapped && next >= first : wrapped || next >= first)) {
            return -1;
        }
        return next;
    }
}
