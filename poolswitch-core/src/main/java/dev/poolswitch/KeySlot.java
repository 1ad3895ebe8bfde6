package dev.poolswitch;

import dev.poolswitch.verdict.Budget;
import dev.poolswitch.verdict.Scope;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A key's place in the pool: its gate, its meters, its counters. */
final class KeySlot implements KeyCandidate {

    private static final VarHandle STARTED;
    private static final VarHandle ENDED;
    private static final VarHandle PERMITS;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            STARTED = lookup.findVarHandle(KeySlot.class, "started", long.class);
            ENDED = lookup.findVarHandle(KeySlot.class, "ended", long.class);
            PERMITS = lookup.findVarHandle(KeySlot.class, "permits", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** A model of this key that has a gate or limits of its own. */
    record ModelGate(String model, Gate gate, Meters meters) {}

    /** Where the slot is in the present roster. */
    record Seat(Tier tier, int position) {}

    private final ApiKey key;
    private final Engine engine;
    private final @Nullable Group group;
    private final Gate gate = new Gate();
    private final Meters meters;
    private final @Nullable MonthlyQuota quota;
    private final int maxConcurrent;
    /** Whether only the key's own gate and its windows can keep a call away. */
    private final boolean alone;

    private final Map<String, ModelGate> models = new ConcurrentHashMap<>();
    private final KeyCounters counters = new KeyCounters();
    private final LeaseLog leases = new LeaseLog();
    private final Tempo tempo = new Tempo();
    private volatile @Nullable Seat seat;
    private volatile boolean disabled;

    @SuppressWarnings("UnusedVariable") // by way of STARTED
    private volatile long started;

    @SuppressWarnings("UnusedVariable") // by way of ENDED
    private volatile long ended;

    @SuppressWarnings("UnusedVariable") // by way of PERMITS
    private volatile int permits;

    /** Guarded by the recovery queue's lock. */
    long queuedUntil = Nanos.NEVER;

    KeySlot(ApiKey key, Engine engine, @Nullable Group group, Months months) {
        this.key = key;
        this.engine = engine;
        this.group = group;
        this.meters = new Meters(group == null ? key.limits() : List.of());
        if (group != null) {
            group.meters().tell(key.limits());
        }
        this.quota = key.monthlyQuota().isPresent()
                ? new MonthlyQuota(key.monthlyQuota().getAsLong(), months)
                : null;
        this.maxConcurrent = key.maxConcurrent().orElse(0);
        this.alone = group == null && quota == null && maxConcurrent == 0;
        key.models().forEach((name, model) -> {
            engine.askForModel();
            if (!model.limits().isEmpty()) {
                models.put(name, new ModelGate(name, new Gate(), metersOf(name, model.limits())));
                model.limits().forEach(this::askFor);
            }
        });
        key.limits().forEach(this::askFor);
    }

    /** A limit for a model holds for the whole account, as any limit does. */
    private Meters metersOf(String model, List<Limit> limits) {
        if (group == null) {
            return new Meters(limits);
        }
        Meters shared = group.meters(model);
        shared.tell(limits);
        return shared;
    }

    private void askFor(Limit limit) {
        if (limit.unit() == Budget.Unit.TOKENS) {
            engine.askForTokens();
        }
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
        if (!gate.pristine()) {
            GateState state = gate.state();
            if (state.opensAt(now) != 0 || (state.ramp() > 0 && inFlight() >= state.ramp())) {
                return true;
            }
        }
        if (group != null && !group.gate().pristine() && group.gate().state().opensAt(now) != 0) {
            return true;
        }
        return (maxConcurrent > 0 && permits >= maxConcurrent) || (quota != null && quota.opensAt(now) != 0);
    }

    /** When a call may use the key: at most {@code now} when now, {@link Nanos#NEVER} when an event will tell. */
    long opensAt(long now) {
        if (disabled) {
            return Nanos.NEVER;
        }
        GateState state = gate.state();
        long at = state.opensAt(now);
        if ((state.ramp() > 0 && inFlight() >= state.ramp()) || (maxConcurrent > 0 && permits >= maxConcurrent)) {
            at = Nanos.NEVER;
        }
        if (group != null) {
            at = Math.max(at, group.gate().state().opensAt(now));
            at = Math.max(at, group.meters().opensAt(1, now));
        }
        if (quota != null) {
            at = Math.max(at, quota.opensAt(now));
        }
        return Math.max(at, meters.opensAt(1, now));
    }

    /** As {@link #opensAt(long)}, for a particular call. */
    long opensAt(LeaseRequest request, long now) {
        long at = opensAt(now);
        String model = request.modelOrNull();
        ModelGate own = model == null ? null : models.get(model);
        if (own != null) {
            at = Math.max(at, own.gate().state().opensAt(now));
            at = Math.max(at, own.meters().opensAt(Math.max(1, request.tokens()), now));
        }
        return request.tokens() <= 1 ? at : Math.max(at, metersOpenAt(request.tokens(), now));
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
        String model = request.modelOrNull();
        ModelGate own = model == null ? null : models.get(model);
        if (own != null
                && (own.gate().state().opensAt(now) != 0
                        || own.meters().opensAt(Math.max(1, request.tokens()), now) > now)) {
            return false;
        }
        return request.tokens() == 0 || metersOpenAt(request.tokens(), now) <= now;
    }

    private long metersOpenAt(long tokens, long now) {
        long own = meters.opensAt(tokens, now);
        return group == null ? own : Math.max(own, group.meters().opensAt(tokens, now));
    }

    /** Whether the next lease would be a probe. */
    boolean owesProbe(long now) {
        return (!gate.pristine() && gate.state().probeDue(now))
                || (group != null
                        && !group.gate().pristine()
                        && group.gate().state().probeDue(now));
    }

    /** Reserves all that a lease needs, or nothing. */
    boolean take(Lease lease, long now) {
        if (!passGates(lease, now)) {
            return false;
        }
        if (maxConcurrent > 0 && !tryTakePermit()) {
            unpassGates(lease);
            return false;
        }
        if (quota != null && !quota.tryTake(now)) {
            givePermitBack();
            unpassGates(lease);
            return false;
        }
        lease.charged = quota != null;
        if (!takeMeters(lease.request(), now)) {
            uncharge(lease, now);
            givePermitBack();
            unpassGates(lease);
            return false;
        }
        started(lease);
        return true;
    }

    /** Takes the key although it is blocked. */
    void takeAnyway(Lease lease, long now) {
        lease.anyway = true;
        if (maxConcurrent > 0) {
            PERMITS.getAndAdd(this, 1);
        }
        lease.charged = quota != null && quota.tryTake(now);
        if (quota != null && !lease.charged) {
            engine.log(
                    System.Logger.Level.DEBUG, "key " + key.id() + " is used beyond its monthly quota (best effort)");
        }
        forMeters(lease.request(), each -> each.take(lease.request().tokens(), now));
        started(lease);
    }

    /** Gives the lease's place back. */
    void release(Lease lease) {
        ENDED.getAndAdd(this, 1L);
        givePermitBack();
        long tokens = lease.request().tokens();
        meters.ended(tokens);
        if (group != null) {
            group.meters().ended(tokens);
        }
        ModelGate own = modelGate(lease.request());
        if (own != null) {
            own.meters().ended(tokens);
        }
    }

    /** Undoes {@link #take}, as if the lease had never been taken. */
    void undo(Lease lease, long reservedTokens, long now) {
        STARTED.getAndAdd(this, -1L);
        givePermitBack();
        uncharge(lease, now);
        forMeters(lease.request(), each -> each.giveBack(reservedTokens, lease.startedAt(), now));
    }

    /** The provider did not count the request, so neither do we against the month. */
    void uncharge(Lease lease, long now) {
        if (quota != null && lease.charged) {
            quota.giveBack(lease.startedAt(), now);
        }
    }

    /** Takes back the leases that are older than an instant and were never ended. */
    List<Lease> lostSince(long before) {
        return leases.olderThan(before);
    }

    void sentAgain(LeaseRequest request, long now) {
        counters.resent();
        forMeters(request, each -> each.take(request.tokens(), now));
        if (quota != null && !quota.tryTake(now)) {
            engine.log(System.Logger.Level.DEBUG, "key " + key.id() + " was sent again beyond its monthly quota");
        }
    }

    /** Replaces what a lease reserved, or was settled with before, by what was used. */
    void settleTokens(Lease lease, long before, long used, long now) {
        forMeters(lease.request(), each -> each.settle(before, used, lease.startedAt(), now));
    }

    /** The meters of a scope; those of the key where the scope has none. */
    Meters meters(Scope scope, LeaseRequest request) {
        String model = request.modelOrNull();
        return switch (scope) {
            case KEY, UPSTREAM -> meters;
            case GROUP -> group == null ? meters : group.meters();
            case KEY_AND_MODEL -> model == null ? meters : modelGate(model).meters();
        };
    }

    /** Whether answers told that the key has room left on all that a call needs. */
    boolean hasToldRoom(LeaseRequest request, long now) {
        ModelGate own = modelGate(request);
        boolean spent = meters.isSpent(now)
                || (group != null && group.meters().isSpent(now))
                || (own != null && own.meters().isSpent(now));
        return !spent
                && (meters.hasToldRoom(now)
                        || (group != null && group.meters().hasToldRoom(now))
                        || (own != null && own.meters().hasToldRoom(now)));
    }

    private void forMeters(LeaseRequest request, Consumer<Meters> use) {
        use.accept(meters);
        if (group != null) {
            use.accept(group.meters());
        }
        ModelGate own = modelGate(request);
        if (own != null) {
            use.accept(own.meters());
        }
    }

    /** As {@link #markReady()}, and at all that share limits with it. */
    void markRoomMade() {
        markReady();
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

    Engine engine() {
        return engine;
    }

    Gate gate() {
        return gate;
    }

    @Nullable
    Group group() {
        return group;
    }

    KeyCounters counters() {
        return counters;
    }

    @Nullable
    MonthlyQuota quota() {
        return quota;
    }

    /** The gate of a model, made when it is first needed. */
    ModelGate modelGate(String model) {
        engine.askForModel();
        return models.computeIfAbsent(model, name -> new ModelGate(name, new Gate(), metersOf(name, List.of())));
    }

    @Nullable
    ModelGate modelGate(LeaseRequest request) {
        String model = request.modelOrNull();
        return model == null || models.isEmpty() ? null : models.get(model);
    }

    Iterable<ModelGate> modelGates() {
        return models.values();
    }

    boolean limitsLeases() {
        return maxConcurrent > 0;
    }

    long startedLeases() {
        return started;
    }

    Tempo tempo() {
        return tempo;
    }

    @Override
    public ApiKey key() {
        return key;
    }

    @Override
    public int inFlight() {
        long done = ended;
        return (int) (started - done);
    }

    @Override
    public long requests() {
        return counters.restoredRequests() + started;
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
        double concurrent = maxConcurrent == 0 ? 0 : (double) permits / maxConcurrent;
        double own = Math.max(concurrent, meters.utilisation(now));
        return group == null ? own : Math.max(own, group.meters().utilisation(now));
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
        long number = (long) STARTED.getAndAdd(this, 1L);
        lease.rested = tempo.begins(number, lease.startedAt());
        if (LeaseSite.worthwhile(number, engine.leaking())) {
            lease.site = LeaseSite.here();
        }
        leases.add(lease, number);
    }

    private boolean passGates(Lease lease, long now) {
        if (disabled || (!gate.pristine() && !gate.pass(lease, now))) {
            return false;
        }
        if (group != null && !group.gate().pass(lease, now)) {
            gate.unpass(lease);
            return false;
        }
        ModelGate own = modelGate(lease.request());
        if (own != null && !own.gate().pass(lease, now)) {
            unpassGates(lease);
            return false;
        }
        return true;
    }

    private void unpassGates(Lease lease) {
        gate.unpass(lease);
        if (group != null && group.gate().unpass(lease)) {
            // Meanwhile the others may have been taken out of sight because of this probe.
            group.markReady();
        }
        ModelGate own = modelGate(lease.request());
        if (own != null) {
            own.gate().unpass(lease);
        }
    }

    private boolean takeMeters(LeaseRequest request, long now) {
        long tokens = request.tokens();
        if (!meters.tryTake(tokens, now)) {
            return false;
        }
        if (group != null && !group.meters().tryTake(tokens, now)) {
            meters.giveBack(tokens, now, now);
            return false;
        }
        ModelGate own = modelGate(request);
        if (own != null && !own.meters().tryTake(tokens, now)) {
            meters.giveBack(tokens, now, now);
            if (group != null) {
                group.meters().giveBack(tokens, now, now);
                group.markReady();
            }
            return false;
        }
        return true;
    }

    /** Never one too many for a moment: another thread would take the key for saturated and keep away. */
    private boolean tryTakePermit() {
        for (int taken = permits; taken < maxConcurrent; taken = permits) {
            if (PERMITS.compareAndSet(this, taken, taken + 1)) {
                return true;
            }
        }
        return false;
    }

    private void givePermitBack() {
        if (maxConcurrent > 0) {
            PERMITS.getAndAdd(this, -1);
        }
    }
}
