package dev.poolswitch;

import java.lang.System.Logger;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Takes a lease of the key that the strategy prefers, going on with the next when somebody else was faster. */
final class Selector {

    private static final Logger LOG = System.getLogger("dev.poolswitch");
    /** Losing this often in a row means that there is more demand than room, so giving up is the right answer. */
    private static final int MOST_TRIES = 256;

    private final Strategy strategy;
    private final String pool;
    private final Affinity affinity = new Affinity();
    private final AtomicBoolean strategyFailed = new AtomicBoolean();

    Selector(Strategy strategy, String pool) {
        this.strategy = strategy;
        this.pool = pool;
    }

    @Nullable
    Lease select(Roster roster, LeaseRequest request, long now) {
        for (int tries = 0; tries < MOST_TRIES; tries++) {
            KeySlot slot = candidate(roster, request, now);
            if (slot == null) {
                return null;
            }
            Lease lease = new Lease(slot, request, now);
            if (slot.take(lease, now)) {
                return lease;
            }
            KeySlot.Seat seat = slot.seat();
            if (seat != null) {
                seat.tier().shut(slot, seat.position(), now);
            }
        }
        return null;
    }

    private @Nullable KeySlot candidate(Roster roster, LeaseRequest request, long now) {
        String wanted = request.keyIdOrNull();
        if (wanted != null) {
            KeySlot slot = roster.slots().get(wanted);
            // Nothing else is left for this call, so it probes whether it likes to or not.
            return slot != null && hasRoom(slot, request, now) ? slot : null;
        }
        String session = request.sessionOrNull();
        return session == null ? preferred(roster, request, now) : ofSession(session, roster, request, now);
    }

    /** The key that the session is used to, unless it is not ready or a lower tier has a ready key. */
    private @Nullable KeySlot ofSession(String session, Roster roster, LeaseRequest request, long now) {
        KeySlot used = affinity.keyOf(session);
        KeySlot fresh = preferred(roster, request, now);
        if (used != null && fresh != null && used.key().tier() <= fresh.key().tier() && ready(used, request, now)) {
            return used;
        }
        if (fresh == null) {
            return null;
        }
        KeySlot bound = affinity.bind(session, used, fresh);
        return bound == fresh || ready(bound, request, now) ? bound : fresh;
    }

    private static boolean ready(KeySlot slot, LeaseRequest request, long now) {
        return hasRoom(slot, request, now) && (request.mayProbe() || !slot.owesProbe(request, now));
    }

    private static boolean hasRoom(KeySlot slot, LeaseRequest request, long now) {
        return slot.seat() != null && !slot.shut(now) && slot.opensAt(request, now) <= now && slot.suits(request);
    }

    private @Nullable KeySlot preferred(Roster roster, LeaseRequest request, long now) {
        List<Tier> tiers = roster.tiers();
        for (int i = 0; i < tiers.size(); i++) {
            Tier tier = tiers.get(i);
            KeySlot slot = strategy instanceof BuiltInStrategy builtIn
                    ? builtIn.pick(tier, request, now)
                    : chosen(tier, request, now);
            if (slot != null) {
                return slot;
            }
        }
        return null;
    }

    private @Nullable KeySlot chosen(Tier tier, LeaseRequest request, long now) {
        List<KeySlot> ready = tier.all(request, now);
        if (ready.isEmpty()) {
            return null;
        }
        for (KeySlot slot : ready) {
            if (request.mayProbe() && slot.owesProbe(request, now)) {
                return slot;
            }
        }
        try {
            KeyCandidate choice = strategy.choose(List.copyOf(ready));
            if (choice instanceof KeySlot slot && ready.contains(slot)) {
                return slot;
            }
            complain("returned something else than one of the candidates", null);
        } catch (Throwable e) { // whatever a strategy does, the call goes on
            complain("failed", e);
        }
        return tier.inTurn(request, now);
    }

    private void complain(String what, @Nullable Throwable cause) {
        if (strategyFailed.compareAndSet(false, true)) {
            LOG.log(
                    Logger.Level.WARNING,
                    "pool " + pool + ": the strategy " + strategy.getClass().getName() + " " + what
                            + "; keys are taken in turn whenever it does (told once)",
                    cause);
        }
    }
}
