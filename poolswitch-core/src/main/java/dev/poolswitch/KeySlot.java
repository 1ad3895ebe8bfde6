package dev.poolswitch;

import dev.poolswitch.verdict.Budget;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
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
    private final Map<String, ModelGate> models = new ConcurrentHashMap<>();
    private final KeyCounters counters = new KeyCounters();
    private final LeaseLog leases = new LeaseLog();
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
        this.meters = Meters.of(key.limits());
        this.quota = key.monthlyQuota().isPresent()
                ? new MonthlyQuota(key.monthlyQuota().getAsLong(), months)
                : null;
        this.maxConcurrent = key.maxConcurrent().orElse(0);
        key.models().forEach((name, model) -> {
            engine.askForModel();
            if (!model.limits().isEmpty()) {
                models.put(name, new ModelGate(name, new Gate(), Meters.of(model.limits())));
                model.limits().forEach(this::askFor);
            }
        });
        key.limits().forEach(this::askFor);
    }

    private void askFor(Limit limit) {
        if (limit.unit() == Budget.Unit.TOKENS) {
            engine.askForTokens();
        }
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
        return request.tokens() <= 1 ? at : Math.max(at, meters.opensAt(request.tokens(), now));
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
        return request.tokens() == 0 || meters.opensAt(request.tokens(), now) <= now;
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
        if (maxConcurrent > 0) {
            PERMITS.getAndAdd(this, 1);
        }
        lease.charged = quota != null && quota.tryTake(now);
        if (quota != null && !lease.charged) {
            engine.log(
                    System.Logger.Level.DEBUG, "key " + key.id() + " is used beyond its monthly quota (best effort)");
        }
        meters.take(lease.request().tokens(), now);
        ModelGate own = modelGate(lease.request());
        if (own != null) {
            own.meters().take(lease.request().tokens(), now);
        }
        started(lease);
    }

    /** Gives the lease's place back. */
    void release(Lease lease) {
        ENDED.getAndAdd(this, 1L);
        givePermitBack();
    }

    /** Undoes {@link #take}, as if the lease had never been taken. */
    void undo(Lease lease, long reservedTokens, long now) {
        STARTED.getAndAdd(this, -1L);
        givePermitBack();
        uncharge(lease, now);
        meters.giveBack(reservedTokens, lease.startedAt(), now);
        ModelGate own = modelGate(lease.request());
        if (own != null) {
            own.meters().giveBack(reservedTokens, lease.startedAt(), now);
        }
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
        meters.take(request.tokens(), now);
        ModelGate own = modelGate(request);
        if (own != null) {
            own.meters().take(request.tokens(), now);
        }
        if (quota != null && !quota.tryTake(now)) {
            engine.log(System.Logger.Level.DEBUG, "key " + key.id() + " was sent again beyond its monthly quota");
        }
    }

    /** Replaces what a lease reserved, or was settled with before, by what was used. */
    void settleTokens(Lease lease, long before, long used, long now) {
        meters.settle(before, used, lease.startedAt(), now);
        ModelGate own = modelGate(lease.request());
        if (own != null) {
            own.meters().settle(before, used, lease.startedAt(), now);
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
        return models.computeIfAbsent(model, name -> new ModelGate(name, new Gate(), Meters.NONE));
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

    boolean saturated() {
        return maxConcurrent > 0 && permits >= maxConcurrent;
    }

    long startedLeases() {
        return started;
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
        return Math.max(concurrent, meters.utilisation(now));
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
        if (!meters.tryTake(request.tokens(), now)) {
            return false;
        }
        ModelGate own = modelGate(request);
        if (own != null && !own.meters().tryTake(request.tokens(), now)) {
            meters.giveBack(request.tokens(), now, now);
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

    /** All meters of one scope, taken together or not at all. */
    static final class Meters {

        static final Meters NONE = new Meters(List.of());

        private final WindowMeter[] all;

        private Meters(List<Limit> limits) {
            all = limits.stream().map(WindowMeter::new).toArray(WindowMeter[]::new);
        }

        static Meters of(List<Limit> limits) {
            return limits.isEmpty() ? NONE : new Meters(limits);
        }

        boolean tryTake(long tokens, long now) {
            for (int i = 0; i < all.length; i++) {
                if (!all[i].tryTake(amount(all[i], tokens), now)) {
                    for (int j = 0; j < i; j++) {
                        all[j].giveBack(amount(all[j], tokens), now, now);
                    }
                    return false;
                }
            }
            return true;
        }

        void take(long tokens, long now) {
            for (WindowMeter meter : all) {
                meter.take(amount(meter, tokens), now);
            }
        }

        void giveBack(long tokens, long takenAt, long now) {
            for (WindowMeter meter : all) {
                meter.giveBack(amount(meter, tokens), takenAt, now);
            }
        }

        void settle(long before, long used, long takenAt, long now) {
            for (WindowMeter meter : all) {
                if (meter.limit().unit() == Budget.Unit.TOKENS) {
                    // What was reserved had been cut to the limit; what is used is what it is.
                    long difference = used - meter.cut(before);
                    if (difference > 0) {
                        meter.settleUp(difference, now);
                    } else {
                        meter.giveBack(-difference, takenAt, now);
                    }
                }
            }
        }

        long opensAt(long tokens, long now) {
            long at = 0;
            for (WindowMeter meter : all) {
                at = Math.max(at, meter.opensAt(amount(meter, tokens), now));
            }
            return at;
        }

        double utilisation(long now) {
            double fullest = 0;
            for (WindowMeter meter : all) {
                fullest = Math.max(fullest, meter.utilisation(now));
            }
            return fullest;
        }

        private static long amount(WindowMeter meter, long tokens) {
            return meter.limit().unit() == Budget.Unit.REQUESTS ? 1 : Math.max(1, tokens);
        }
    }
}
