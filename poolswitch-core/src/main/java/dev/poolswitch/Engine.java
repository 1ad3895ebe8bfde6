package dev.poolswitch;

import dev.poolswitch.store.KeyStateStore;
import dev.poolswitch.verdict.Budget;
import dev.poolswitch.verdict.Scope;
import dev.poolswitch.verdict.Verdict;
import java.lang.System.Logger;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The machinery of a pool.
 *
 * <h2>Implementation note</h2>
 *
 * <p><b>Who decides.</b> Whether a key may be used is told by its gates (key, key and model, group and model, group,
 * upstream) and its meters, nothing else. A gate is an immutable {@link GateState} in an atomic reference; {@link GateRules} makes the next
 * one. Meters guard themselves. There is no lock around the pool: a lease is taken by reserving one thing after the other
 * and undoing the reservations if one fails.
 *
 * <p><b>Who is looked at.</b> {@link ReadySet} remembers which keys may be ready, so that resting keys cost nothing. It
 * is a hint that may be wrong in one direction only; see there. {@link RecoveryQueue} sets the bits again when a rest has
 * run out, on the thread of whoever takes the next key. A lease's end sets its key's bit when only an event could.
 *
 * <p><b>Deliberate races.</b> Health figures are updated without synchronisation: a lost sample does no harm. A gate may
 * be closed between its check and the send: the key was open when it was selected. Two threads may hold the last free
 * permit for a moment; one gives it back.
 *
 * <p><b>Order at the end of a lease.</b> First the lease's place is given back, then the gates move, then the key is
 * marked, then the line is served, then the store and the listeners hear of it. Nothing after the gates can fail a call.
 */
final class Engine {

    static final CompletableFuture<Void> DURABLE = CompletableFuture.completedFuture(null);

    private static final Logger LOG = System.getLogger("dev.poolswitch");
    /** A key that is missed so often in a row is so much in demand that it does not matter. */
    private static final int MOST_LOOKS = 16;

    private final PoolSettings settings;
    private final PoolClock clock;
    private final Timers timers = new Timers(this);
    private final RecoveryQueue recoveries = new RecoveryQueue();
    private final WaitingLine line = new WaitingLine(this);
    private final Gate upstream = new Gate(Scope.UPSTREAM);
    private final @Nullable WindowMeter shaping;
    private final RetryBudget retryBudget = new RetryBudget();
    private final LongAdder exhaustions = new LongAdder();
    private final Selector selector;
    private final Effects effects;
    private final Listeners listeners;
    private final Persistence persistence;
    private final LostLeases lostLeases;
    private final PoolChanges changes;
    private volatile Roster roster;
    private volatile boolean closed;
    private volatile boolean asksForModel;
    private volatile boolean asksForTokens;
    private volatile long allAskedAt;

    Engine(PoolSettings settings, List<ApiKey> keys, @Nullable KeyStateStore store, List<PoolListener> listeners) {
        this.settings = settings;
        this.clock = new PoolClock(settings.timeSource());
        this.shaping = settings.rateLimitPerSecond().isPresent()
                ? Shaping.meter(settings.rateLimitPerSecond().getAsDouble())
                : null;
        this.listeners = new Listeners(settings.name(), listeners);
        this.selector = new Selector(settings.strategy(), settings.name());
        this.effects = new Effects(this, new GateRules(Nanos.of(settings.cooldown()), settings.maxFailures()));
        this.changes = new PoolChanges(this, effects, new Months(clock, settings.quotaZone()));
        this.lostLeases = new LostLeases(this);
        long now = clock.now();
        this.roster = Roster.of(keys.stream().map(key -> changes.slot(key, now)).toList(), recoveries);
        this.persistence = new Persistence(this, store);
        persistence.restore();
    }

    // ---- taking leases

    /** A lease at once, or nothing. */
    @Nullable
    Lease select(LeaseRequest request) {
        long now = clock.now();
        lostLeases.reclaimIfDue(now);
        if (closed || (!upstream.pristine() && upstreamOpensAt(now) != 0)) {
            return null;
        }
        if (shaping != null && !shaping.tryTake(1, now)) {
            return null;
        }
        Lease lease = found(request, now);
        if (lease != null && !upstream.pristine() && !upstream.pass(lease, now)) {
            lease.unused();
            return null;
        }
        if (lease == null) {
            if (shaping != null) {
                shaping.giveBack(1, now, now);
            }
            return null;
        }
        taken(lease);
        return lease;
    }

    /** Looks again as long as a key may have been out of sight for a moment only: none is passed over that is ready. */
    @SuppressWarnings("ReferenceEquality") // Another roster is meant, not one with other keys.
    private @Nullable Lease found(LeaseRequest request, long now) {
        for (int looks = 0; ; looks++) {
            Roster seen = roster;
            int shuts = seen.shuts();
            boolean released = recoveries.release(now, looks > 0);
            Lease lease = selector.select(seen, request, now);
            if (lease != null || looks == MOST_LOOKS || (released && seen == roster && seen.settledSince(shuts))) {
                return lease;
            }
            Thread.onSpinWait();
        }
    }

    /** A lease now or later, as the pool's policy says; fails with a {@link NoKeyAvailableException}. */
    CompletableFuture<Lease> acquire(LeaseRequest request) {
        boolean patient = !settings.whenExhausted().longestWait().isZero();
        if (!patient || line.isEmpty()) {
            Lease lease = select(request);
            if (lease != null) {
                return CompletableFuture.completedFuture(lease);
            }
        }
        if (closed) {
            return CompletableFuture.failedFuture(exhausted(request, "the pool is closed"));
        }
        if (settings.whenExhausted().isBestEffort()) {
            Lease lease = bestEffort(request);
            if (lease != null) {
                return CompletableFuture.completedFuture(lease);
            }
        }
        long patience = patience(request);
        long now = clock.now();
        if (patience <= 0 || worthTrying(request, now, 0) > Nanos.plus(now, patience)) {
            return CompletableFuture.failedFuture(exhausted(request, "no key is ready"));
        }
        return line.join(request, patience);
    }

    /** Whether no call at all can have a key now. */
    boolean noKeyInSight() {
        return closed || upstreamOpensAt(clock.now()) != 0 || roster.noneInSight();
    }

    /** Whether nobody waits, so that a lease may be taken without a look at the line. */
    boolean lineIsEmpty() {
        return line.isEmpty();
    }

    /**
     * When a call is worth another try: NEVER when hopeless.
     *
     * @param eventPatience after how long to look again where only an event can open a key
     */
    long worthTrying(LeaseRequest request, long now, long eventPatience) {
        long earliest = Nanos.NEVER;
        for (KeySlot slot : roster.slots().values()) {
            if (slot.disabled() || !slot.suits(request)) {
                continue;
            }
            long at = slot.opensAt(request, now);
            if (at >= Nanos.NEVER) {
                at = now + eventPatience;
            } else if (at <= now) {
                slot.markReady();
            }
            earliest = Math.min(earliest, at);
        }
        if (earliest >= Nanos.NEVER) {
            return Nanos.NEVER;
        }
        return notBeforeThePool(earliest, now, eventPatience);
    }

    /**
     * When to look after a call in the line that found no key. Where a plain call found none, each key is either in the
     * queue or waits for an event, so that the keys need not be asked one by one.
     */
    long lookAgainAt(LeaseRequest request, long now) {
        if (request.isPlain() && now - allAskedAt < Shaping.EVENT_PATIENCE) {
            long earliest = Math.min(recoveries.nextAt(), now + Shaping.EVENT_PATIENCE);
            return notBeforeThePool(earliest, now, Shaping.EVENT_PATIENCE);
        }
        allAskedAt = now;
        return worthTrying(request, now, Shaping.EVENT_PATIENCE);
    }

    /** When the upstream lets calls through: 0 when now, {@link Nanos#NEVER} when an event will tell. */
    long upstreamOpensAt(long now) {
        return upstream.state()
                .opensAt(now, many -> KeySlot.inFlight(roster.slots().values()) >= many);
    }

    private long notBeforeThePool(long earliest, long now, long eventPatience) {
        long upstreamAt = upstreamOpensAt(now);
        long at = Math.max(earliest, upstreamAt >= Nanos.NEVER ? now + eventPatience : upstreamAt);
        return shaping == null ? at : Math.max(at, shaping.opensAt(1, now));
    }

    /** Makes the error for a call that found no key, and counts it. */
    NoKeyAvailableException exhausted(LeaseRequest request, String what) {
        exhaustions.increment();
        long now = clock.now();
        Map<String, String> reasons = new LinkedHashMap<>();
        StatusReport report = new StatusReport(this, now);
        long earliest = Nanos.NEVER;
        for (KeySlot slot : roster.slots().values()) {
            reasons.put(slot.key().id(), report.reason(slot, request));
            if (!slot.disabled() && slot.suits(request)) {
                earliest = Math.min(earliest, slot.opensAt(request, now));
            }
        }
        earliest = notBeforeThePool(earliest, now, Nanos.NEVER);
        Instant recovery = clock.wallOfOpening(earliest, now);
        listeners.tell(new PoolEvent.Exhausted(settings.name(), recovery == null ? Instant.MAX : recovery));
        return new NoKeyAvailableException(settings.name(), what, reasons, recovery);
    }

    private @Nullable Lease bestEffort(LeaseRequest request) {
        long now = clock.now();
        KeySlot soonest = null;
        for (KeySlot slot : roster.slots().values()) {
            boolean usable = !slot.disabled() && slot.suits(request);
            if (usable && (soonest == null || slot.opensAt(request, now) < soonest.opensAt(request, now))) {
                soonest = slot;
            }
        }
        if (soonest == null) {
            return null;
        }
        Lease lease = new Lease(soonest, request, now);
        soonest.takeAnyway(lease, now);
        taken(lease);
        return lease;
    }

    private long patience(LeaseRequest request) {
        Duration policy = settings.whenExhausted().longestWait();
        return Math.min(Nanos.of(policy), Nanos.of(request.timeout().orElse(policy)));
    }

    private void taken(Lease lease) {
        persistence.counted();
        KeySlot refused = lease.request().refused();
        if (refused != null && refused != lease.slot()) {
            refused.counters().failedOver();
            if (listeners.any()) {
                listeners.tell(new PoolEvent.FailedOver(
                        settings.name(), refused.key().id(), lease.key().id()));
            }
        }
    }

    // ---- ending leases

    CompletionStage<Void> ended(Lease lease, Verdict verdict, long latencyNanos) {
        long now = clock.now();
        KeySlot slot = lease.slot();
        slot.release(lease);
        Effects.Moved moved = effects.apply(lease, verdict, now, latencyNanos);
        if (moved != Effects.Moved.NOTHING) {
            slot.markRoomMade();
            opened();
        } else if (slot.limitsLeases() || lease.charged) {
            slot.markReady();
            opened();
        }
        return moved == Effects.Moved.CLOSED ? persistence.commit() : DURABLE;
    }

    void unused(Lease lease, long reservedTokens) {
        long now = clock.now();
        lease.slot().undo(lease, reservedTokens, now);
        if (shaping != null) {
            shaping.giveBack(1, lease.startedAt(), now);
        }
        effects.returnProbes(lease);
        lease.slot().markRoomMade();
        opened();
    }

    void settled(Lease lease, long before, long used) {
        lease.slot().settleTokens(lease, before, used, clock.now());
        if (used < before) {
            lease.slot().markRoomMade();
            opened();
        }
    }

    void learned(Lease lease, List<Budget> budgets) {
        effects.learned(lease, budgets, clock.now());
    }

    void awaitDurable(CompletableFuture<Void> commit) {
        persistence.await(commit);
    }

    CompletionStage<Void> durable() {
        return persistence.commit();
    }

    /** Something opened by itself or by a person: everybody may look again. */
    void opened() {
        if (!line.isEmpty()) {
            line.serve();
        }
    }

    void close() {
        if (!closing()) {
            return;
        }
        line.dismiss();
        persistence.close();
        listeners.close();
    }

    /** The lock is not held while a store or those who wait are told, who may block. */
    private synchronized boolean closing() {
        boolean first = !closed;
        closed = true;
        return first;
    }

    // ---- what the parts need of each other

    PoolSettings settings() {
        return settings;
    }

    PoolClock clock() {
        return clock;
    }

    Timers timers() {
        return timers;
    }

    Roster roster() {
        return roster;
    }

    Gate upstream() {
        return upstream;
    }

    /** Replaces the keys that there are. Only one thread may do so at a time. */
    void roster(List<KeySlot> slots) {
        roster = Roster.of(slots, recoveries);
    }

    PoolChanges changes() {
        return changes;
    }

    LostLeases lostLeases() {
        return lostLeases;
    }

    Map<String, Group> groups() {
        return changes.groups();
    }

    Listeners listeners() {
        return listeners;
    }

    Persistence persistence() {
        return persistence;
    }

    RetryBudget retryBudget() {
        return retryBudget;
    }

    boolean asksForModel() {
        return asksForModel;
    }

    boolean asksForTokens() {
        return asksForTokens;
    }

    /** A gate or a limit of a model exists from now on. */
    void askForModel() {
        asksForModel = true;
    }

    /** A limit on tokens exists from now on. */
    void askForTokens() {
        asksForTokens = true;
    }

    void askFor(List<Limit> limits) {
        for (Limit limit : limits) {
            asksForTokens |= limit.unit() == Budget.Unit.TOKENS;
        }
    }

    boolean closed() {
        return closed;
    }

    int waiting() {
        return line.length();
    }

    long exhaustions() {
        return exhaustions.sum();
    }

    void log(Logger.Level level, String message, Throwable cause) {
        LOG.log(level, "pool " + settings.name() + ": " + message, cause);
    }

    void log(Logger.Level level, String message) {
        LOG.log(level, "pool " + settings.name() + ": " + message);
    }

    /** What a scope is called in records and events: its model or group, else nothing. */
    static String subject(Scope scope, Lease lease) {
        return switch (scope) {
            case KEY, UPSTREAM -> "";
            case KEY_AND_MODEL -> String.valueOf(lease.request().modelOrNull());
            case GROUP ->
                lease.slot().group() == null ? "" : lease.slot().group().name();
        };
    }
}
