package dev.poolswitch;

import java.time.Duration;
import java.util.Collection;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A key's place in the pool: its gate, its meters, its counters. */
final class KeySlot implements KeyCandidate {

    /** How far what a store counted of the key has been brought back. */
    private enum Restore {
        DUE,
        BEGUN,
        DONE
    }

    /** Where the slot is in the present roster. */
    record Seat(Tier tier, int position) {}

    private final ApiKey key;
    private final Engine engine;
    private final KeyPath path;
    private final Gate gate;
    private final @Nullable MonthlyQuota quota;
    private final @Nullable Permits permits;
    /** Whether only the key's own gate and its windows can keep a call away. */
    private final boolean alone;

    private final KeyCounters counters = new KeyCounters();
    private final Tempo tempo;
    private volatile @Nullable Seat seat;
    private volatile boolean disabled;
    private volatile Restore restore = Restore.DUE;

    /** Guarded by the recovery queue's lock. */
    long queuedUntil = Nanos.NEVER;

    KeySlot(ApiKey key, Engine engine, @Nullable Group group, Months months, long now) {
        this.key = key;
        this.engine = engine;
        this.path = new KeyPath(key, engine, group);
        this.gate = path.gate();
        this.quota = key.monthlyQuota().isPresent()
                ? new MonthlyQuota(key.monthlyQuota().getAsLong(), months)
                : null;
        this.permits = key.maxConcurrent().isPresent()
                ? new Permits(key.maxConcurrent().getAsInt())
                : null;
        this.tempo = new Tempo(now);
        this.alone = group == null && quota == null && permits == null;
    }

    /** Whether nothing is held against the key, so that neither its gates nor its record need a closer look. */
    boolean untroubled() {
        return alone && !disabled && gate.pristine();
    }

    /** Whether no call at all may use the key now; the cheap half of the truth, without the meters. */
    boolean shut(long now) {
        if (disabled) {
            return true;
        }
        if (!gate.pristine() && gate.state().opensAt(now, this::hasInFlight) != 0) {
            return true;
        }
        return path.groupShut(now) || permitsGone() || (quota != null && quota.opensAt(now) != 0);
    }

    /** When a call may use the key: at most {@code now} when now, {@link Nanos#NEVER} when an event will tell. */
    long opensAt(long now) {
        if (disabled) {
            return Nanos.NEVER;
        }
        long at = permitsGone() ? Nanos.NEVER : gate.state().opensAt(now, this::hasInFlight);
        Group group = path.group();
        if (group != null) {
            at = Math.max(at, group.opensAt(now));
        }
        if (quota != null) {
            at = Math.max(at, quota.opensAt(now));
        }
        return Math.max(at, path.metersOpenAt(1, now));
    }

    /** When the key has room by its own limits, whatever its gates say. */
    long roomAt(long now) {
        return permitsGone() ? Nanos.NEVER : path.ownMetersOpenAt(now);
    }

    /** As {@link #opensAt(long)}, for a particular call. */
    long opensAt(LeaseRequest request, long now) {
        long at = opensAt(now);
        KeyPath.ModelPath own = path.model(request);
        if (own != null) {
            at = Math.max(at, opensAt(own, now));
            at = Math.max(at, own.meters().opensAt(Math.max(1, request.tokens()), now));
        }
        return request.tokens() <= 1 ? at : Math.max(at, path.metersOpenAt(request.tokens(), now));
    }

    /** When the gates of a model let calls through: 0 when now, {@link Nanos#NEVER} when an event will tell. */
    private long opensAt(KeyPath.ModelPath model, long now) {
        Group.Model shared = model.shared();
        long own = ownGateOpensAt(model, now);
        return shared == null ? own : Math.max(own, shared.opensAt(engine.lostLeases(), now));
    }

    /** As long as only the key's own gate of the model is asked. */
    long ownGateOpensAt(KeyPath.ModelPath model, long now) {
        Gate own = model.gate();
        return own.pristine() ? 0 : own.state().opensAt(now, many -> hasInFlight(many, model.name()));
    }

    /** Counted when it is asked for: only a gate that has just recovered wants to know, and a lease need not. */
    private boolean hasInFlight(int many, String model) {
        return engine.lostLeases()
                .hasAtLeast(
                        many,
                        open -> open.slot() == this
                                && model.equals(open.request().modelOrNull()));
    }

    boolean hasInFlight(int many) {
        return inFlight() >= many;
    }

    /** Whether the key suits what the call asks for, now or later. */
    boolean suits(LeaseRequest request) {
        String model = request.modelOrNull();
        String wanted = request.keyIdOrNull();
        return (model == null || key.models().isEmpty() || key.models().containsKey(model))
                && (wanted == null || wanted.equals(key.id()))
                && !request.tried(this);
    }

    /** Whether the key, which is not shut, suits this call and has room for it. */
    boolean serves(LeaseRequest request, long now) {
        if (!suits(request)) {
            return false;
        }
        KeyPath.ModelPath own = path.model(request);
        if (own != null && (opensAt(own, now) != 0 || own.meters().opensAt(Math.max(1, request.tokens()), now) > now)) {
            return false;
        }
        return request.tokens() == 0 || path.metersOpenAt(request.tokens(), now) <= now;
    }

    private boolean permitsGone() {
        return permits != null && permits.gone();
    }

    /** Whether the next lease would be a probe. */
    boolean owesProbe(LeaseRequest request, long now) {
        return path.owesProbe(request, now);
    }

    /** Reserves all that a lease needs, or nothing. */
    boolean take(Lease lease, long now) {
        if (disabled || !path.pass(lease, now)) {
            return false;
        }
        if (permits != null && !permits.tryTake()) {
            path.unpass(lease);
            return false;
        }
        if (quota != null && !quota.tryTake(now)) {
            givePermitBack();
            path.unpass(lease);
            return false;
        }
        lease.charged = quota != null;
        if (!path.take(lease.request(), now)) {
            uncharge(lease, now);
            givePermitBack();
            path.unpass(lease);
            return false;
        }
        started(lease);
        return true;
    }

    /** Takes the key although it is blocked. */
    void takeAnyway(Lease lease, long now) {
        lease.anyway = true;
        if (permits != null) {
            permits.takeAnyway();
        }
        lease.charged = quota != null && quota.tryTake(now);
        if (quota != null && !lease.charged) {
            engine.log(
                    System.Logger.Level.DEBUG, "key " + key.id() + " is used beyond its monthly quota (best effort)");
        }
        path.forMeters(lease.request(), each -> each.take(lease.request().tokens(), now));
        started(lease);
    }

    /** Gives the lease's place back. */
    void release(Lease lease) {
        counters.ends();
        givePermitBack();
        path.ended(lease.request());
    }

    /** Undoes {@link #take}, as if the lease had never been taken. */
    void undo(Lease lease, long reservedTokens, long now) {
        counters.unbegins();
        givePermitBack();
        uncharge(lease, now);
        path.forMeters(lease.request(), each -> each.giveBack(reservedTokens, lease.startedAt(), now));
    }

    /** The provider did not count the request, so neither do we against the month. */
    void uncharge(Lease lease, long now) {
        if (quota != null && lease.charged) {
            quota.giveBack(lease.startedAt(), now);
        }
    }

    void sentAgain(LeaseRequest request, long now) {
        counters.resent();
        path.forMeters(request, each -> each.take(request.tokens(), now));
        path.ended(request); // nobody ends this send; the answer of the lease speaks of it
        if (quota != null && !quota.tryTake(now)) {
            engine.log(System.Logger.Level.DEBUG, "key " + key.id() + " was sent again beyond its monthly quota");
        }
    }

    /** Replaces what a lease reserved, or was settled with before, by what was used. */
    void settleTokens(Lease lease, long before, long used, long now) {
        path.forMeters(lease.request(), each -> each.settle(before, used, lease.startedAt(), now));
    }

    /** As {@link #markReady()}, and at all that share limits with it. */
    void markRoomMade() {
        markReady();
        Group group = path.group();
        if (group != null) {
            group.markReady();
        }
    }

    /** Makes later selections look at the key again. */
    void markReady() {
        Seat current = seat;
        if (current != null) {
            current.tier().ready.set(current.position());
        }
    }

    void sit(@Nullable Seat place) {
        seat = place;
    }

    @Nullable
    Seat seat() {
        return seat;
    }

    void disable(boolean out) {
        disabled = out;
    }

    boolean disabled() {
        return disabled;
    }

    /** Whether the caller is the one who brings back what a store counted of the key; it must end that. */
    synchronized boolean beginsRestore() {
        if (restore != Restore.DUE) {
            return false;
        }
        restore = Restore.BEGUN;
        return true;
    }

    synchronized void endsRestore() {
        restore = Restore.DONE;
    }

    /** Whether the counters hold what the store had of them. Until then no sum of the store can be compared with them. */
    boolean restored() {
        return restore == Restore.DONE;
    }

    Engine engine() {
        return engine;
    }

    Gate gate() {
        return gate;
    }

    KeyPath path() {
        return path;
    }

    @Nullable
    Group group() {
        return path.group();
    }

    KeyCounters counters() {
        return counters;
    }

    @Nullable
    MonthlyQuota quota() {
        return quota;
    }

    boolean limitsLeases() {
        return permits != null;
    }

    /** For how long, at least, the key had not been used when a lease began; 0 when that is not known any more. */
    long idleBefore(Lease lease) {
        return tempo.idleBefore(lease.startedAt());
    }

    /** As {@link #idleBefore}, for a lease of another key that began at an instant. */
    long idleUntil(long then) {
        return tempo.idleUntil(then);
    }

    /** Roughly how many leases began in the second before an instant. */
    long lately(long then) {
        return tempo.lately(counters.started(), then);
    }

    long latelySince(long then) {
        return tempo.since(then);
    }

    @Override
    public ApiKey key() {
        return key;
    }

    @Override
    public int inFlight() {
        return counters.inFlight();
    }

    /** Leases of several keys that have not ended. */
    static int inFlight(Collection<KeySlot> slots) {
        int sum = 0;
        for (KeySlot slot : slots) {
            sum += slot.inFlight();
        }
        return sum;
    }

    @Override
    public long requests() {
        return counters.restoredRequests() + counters.started();
    }

    @Override
    public double successRate() {
        return counters.successRate();
    }

    @Override
    public Duration latency() {
        return Duration.ofNanos(counters.latencyNanos());
    }

    @Override
    public double utilisation() {
        return utilisation(engine.clock().now());
    }

    double utilisation(long now) {
        return Math.max(permits == null ? 0 : permits.utilisation(), path.utilisation(now));
    }

    @Override
    public OptionalLong estimatedRemainingQuota() {
        return quota == null
                ? OptionalLong.empty()
                : OptionalLong.of(quota.remaining(engine.clock().now()));
    }

    /** Utilisation where limits are known, else leases in relation to the weight. */
    double load(long now) {
        double known = utilisation(now);
        return known > 0 ? known : inFlight() / (inFlight() + 100 * key.weight());
    }

    double remainingShare(long now) {
        return quota == null ? 1 : (double) quota.remaining(now) / quota.quota();
    }

    int recentRefusals() {
        return gate.pristine() ? 0 : gate.state().streak();
    }

    int recentFailures() {
        return gate.pristine() ? 0 : gate.state().failures();
    }

    double health() {
        return key.weight() * counters.successRate() / (1 + counters.latencyNanos() / 1e9);
    }

    private void started(Lease lease) {
        long number = counters.begins();
        tempo.begins(number, lease.startedAt());
        engine.lostLeases().begins(lease, number);
    }

    private void givePermitBack() {
        if (permits != null) {
            permits.giveBack();
        }
    }
}
