package dev.poolswitch;

import dev.poolswitch.verdict.Budget;
import dev.poolswitch.verdict.Scope;
import dev.poolswitch.verdict.Verdict;
import dev.poolswitch.verdict.VerdictKind;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What a verdict does to the gates on a lease's path, to the counters, to the store and to the listeners. */
final class Effects {

    private final Engine engine;
    private final GateRules rules;
    private final ReentrantLock circuits = new ReentrantLock();
    private final Correlation correlation = new Correlation();
    private final Spread spread = new Spread();

    Effects(Engine engine, GateRules rules) {
        this.engine = engine;
        this.rules = rules;
    }

    /** What a verdict has moved. */
    enum Moved {
        /** Nothing is held against anything on the lease's path, before or after. */
        NOTHING,
        /** Some state is not pristine. */
        SOMETHING,
        /** A scope was closed, so that the store must have it before the next send. */
        CLOSED
    }

    /** Applies a verdict. */
    Moved apply(Lease lease, Verdict verdict, long now, long latencyNanos) {
        KeySlot slot = lease.slot();
        count(lease, verdict, now, latencyNanos);
        if (!verdict.budgets().isEmpty()) {
            learned(lease, verdict.budgets(), now);
        }
        VerdictKind kind = verdict.kind();
        if (kind == VerdictKind.SUCCESS) {
            correlation.succeeded(lease);
            if (pristine(lease)) {
                return Moved.NOTHING;
            }
        }
        Scope scope = scopeOf(verdict, lease);
        // A resource that a key may not use says nothing about the key, unless we know what to keep away from.
        boolean aimless = kind == VerdictKind.KEY_FORBIDDEN && scope == Scope.KEY;
        boolean closes = kind.refusesKey() && !aimless;
        boolean fails = kind == VerdictKind.UPSTREAM_ERROR || kind == VerdictKind.NETWORK_FAILURE;
        Gate closed = closes ? slot.path().gate(scope, kind, lease.request().modelOrNull()) : null;
        passAll(lease, closed == null && fails ? slot.gate() : closed, kind == VerdictKind.SUCCESS);
        if (closed != null) {
            close(closed, lease, verdict, now);
        } else if (fails) {
            fail(slot, lease, verdict, now);
        }
        return closes ? Moved.CLOSED : pristine(lease) ? Moved.NOTHING : Moved.SOMETHING;
    }

    void returnProbes(Lease lease) {
        passAll(lease, null, false);
    }

    /** Tells all gates on a lease's path but one how it ended. */
    private void passAll(Lease lease, @Nullable Gate except, boolean success) {
        for (Gate gate : lease.slot().path().gates(lease.request())) {
            if (gate != except) {
                pass(gate, lease, success);
            }
        }
        if (engine.upstream() != except) {
            pass(engine.upstream(), lease, success);
        }
    }

    /** Budgets that an answer told of steer the selection from now on. */
    void learned(Lease lease, List<Budget> budgets, long now) {
        boolean opened = false;
        for (Budget budget : budgets) {
            if (budget.unit() == Budget.Unit.TOKENS) {
                engine.askForTokens();
            }
            Meters meters = lease.slot().path().meters(budget.scope(), lease.request());
            long own = lease.isEnded()
                    ? 0
                    : budget.unit() == Budget.Unit.REQUESTS
                            ? 1
                            : lease.request().tokens();
            if (meters.learn(budget, own, lease.startedAt(), now)) {
                opened = true;
                markReady(budget.scope(), lease);
            }
        }
        if (opened) {
            engine.opened();
        }
    }

    /** A person's word: raises the generation, so that it wins over whatever others have stored. */
    void personChanged(KeySlot slot, boolean forget) {
        long now = engine.clock().now();
        slot.gate().move(state -> forget ? rules.reset(state, now) : raised(state));
        changed(Scope.KEY, slot, "");
        if (forget) {
            slot.path().meters(Scope.KEY, LeaseRequest.any()).forget();
            slot.path().models().forEach(model -> {
                model.meters().forget();
                model.gate().move(state -> rules.reset(state, now));
                changed(Scope.KEY_AND_MODEL, slot, model.name());
            });
            forgetWhatIsShared(slot, now);
        }
        slot.markReady();
        engine.awaitDurable(engine.persistence().commit());
    }

    /**
     * What blocks a key's account blocks the key, and nobody but a person knows that the account was topped up. What was
     * concluded from several keys' refusals is forgotten with any of them.
     */
    private void forgetWhatIsShared(KeySlot slot, long now) {
        Group group = slot.path().group();
        if (group != null) {
            group.meters().forget();
            reset(group.gate(), now);
            changed(Scope.GROUP, slot, group.name());
            group.models().forEach(model -> {
                model.meters().forget();
                reset(model.gate(), now);
                changed(Scope.KEY_AND_MODEL, slot, model.name());
            });
            group.markReady();
        }
        if (engine.upstream().isCorrelated()) {
            reset(engine.upstream(), now);
            engine.roster().markReady();
            changed(Scope.UPSTREAM, slot, "");
        }
    }

    private void reset(Gate shared, long now) {
        shared.move(state -> rules.reset(state, now));
        shared.correlated(false);
    }

    private void count(Lease lease, Verdict verdict, long now, long latencyNanos) {
        KeySlot slot = lease.slot();
        KeyCounters counters = slot.counters();
        long latency = latencyNanos >= 0 ? latencyNanos : now - lease.startedAt();
        switch (verdict.kind()) {
            case SUCCESS -> counters.served(latency);
            case RATE_LIMITED, QUOTA_EXHAUSTED, KEY_REJECTED, KEY_FORBIDDEN -> {
                counters.refused();
                slot.uncharge(lease, now);
            }
            case UPSTREAM_ERROR, OVERLOADED -> counters.failed();
            case NETWORK_FAILURE -> {
                counters.failed();
                slot.uncharge(lease, now);
            }
            case TIMEOUT -> {
                counters.failed();
                counters.answered(latency);
            }
            case CALLER_ERROR, NEUTRAL -> counters.endedNeutral();
        }
    }

    private void pass(Gate gate, Lease lease, boolean success) {
        if (gate.pristine()) {
            return;
        }
        GateState before =
                gate.move(state -> success ? rules.succeeded(state, lease) : rules.probeReturned(state, lease));
        if (before == null) {
            return;
        }
        if (success && !before.open()) {
            gate.correlated(false);
            lease.slot().path().meters(gate.scope(), lease.request()).recovered(lease.startedAt());
        }
        markReady(gate.scope(), lease);
        // Only the one move that opened the gate finds it closed before and its own attempt accepted.
        if (success && !before.open() && GateRules.proves(before, lease)) {
            tellRecovered(gate.scope(), lease);
        }
    }

    private void tellRecovered(Scope scope, Lease lease) {
        String subject = Engine.subject(scope, lease);
        changed(scope, lease.slot(), subject);
        engine.listeners()
                .tell(new PoolEvent.Recovered(
                        engine.settings().name(), lease.key().id(), scope, subject));
    }

    private void close(Gate gate, Lease lease, Verdict verdict, long now) {
        Scope scope = gate.scope();
        boolean limited = verdict.kind() == VerdictKind.RATE_LIMITED;
        KeySlot slot = lease.slot();
        Group group = scope == Scope.GROUP || scope == Scope.KEY_AND_MODEL ? slot.group() : null;
        long stated = verdict.waitFor() == null ? 0 : Nanos.of(verdict.waitFor());
        if (limited && scope != Scope.UPSTREAM) { // what the upstream cannot do is no key's limit
            tellMeters(scope, lease, stated, now);
        }
        GateState seen = gate.state();
        GateState planned = rules.refused(seen, verdict, lease, now);
        // There is but one upstream.
        long later = scope == Scope.UPSTREAM ? 0 : spread.of(seen, planned, verdict.waitFor() != null, now);
        UnaryOperator<GateState> refusal =
                state -> rules.refused(state, verdict, lease, now).endingLater(later);
        GateState before = gate.move(refusal);
        tellClosed(gate, lease, verdict);
        if (limited
                && scope.isOfKey()
                && before != null
                && before.open()
                && (Correlation.rested(lease, group, stated) || slot.path().hasToldRoom(lease.request(), now))) {
            GateState after = refusal.apply(before);
            correlate(new Correlation.Refused(lease, gate, before, after, verdict.waitFor(), now), verdict);
        }
    }

    private void tellMeters(Scope scope, Lease lease, long stated, long now) {
        KeySlot slot = lease.slot();
        long then = lease.startedAt();
        Meters meters = slot.path().metersOfRefusal(scope, lease.request());
        Group group = slot.group();
        if (scope == Scope.KEY_AND_MODEL) {
            // How many of the sends were for this model is not counted; the next refusal will tell.
            meters.refused(0, then, then, stated, now);
        } else if (group != null && meters == group.meters()) {
            meters.refused(group.lately(then) - 1, then - Tempo.SECOND, then, stated, now);
        } else {
            meters.refused(slot.lately(then) - 1, slot.latelySince(then), then, stated, now);
        }
    }

    /** What the keys share rests instead of them. */
    private void correlate(Correlation.Refused refusal, Verdict verdict) {
        List<Correlation.Refused> row = correlation.refused(refusal);
        if (row.isEmpty()) {
            return;
        }
        Group group = Correlation.shared(row);
        Gate shared = group == null ? engine.upstream() : group.gate();
        shared.correlated(true);
        Verdict shortest = verdict.withWait(Correlation.shortestWait(row));
        shared.move(state -> rules.refused(state, shortest, refusal.lease(), refusal.at()));
        row.forEach(this::rollBack);
        tellClosed(shared, refusal.lease(), verdict);
    }

    /** Whoever tests what the keys share, and is refused as they were, tells of that again and not of its key. */
    private Scope scopeOf(Verdict verdict, Lease lease) {
        Scope scope = lease.scopeOf(verdict);
        if (verdict.kind() == VerdictKind.RATE_LIMITED && scope.isOfKey()) {
            Group group = lease.slot().group();
            if (engine.upstream().isCorrelatedProbe(lease)) {
                return Scope.UPSTREAM;
            }
            if (group != null && group.gate().isCorrelatedProbe(lease)) {
                return Scope.GROUP;
            }
        }
        return scope;
    }

    private void rollBack(Correlation.Refused refusal) {
        Lease lease = refusal.lease();
        GateState replaced = refusal.gate()
                .move(state -> state.equals(refusal.after())
                        ? rules.rolledBack(state, refusal.before(), refusal.at())
                        : state);
        if (replaced == null) {
            return;
        }
        Scope scope = refusal.gate().scope();
        lease.slot().path().meters(scope, lease.request()).forgetSuspicion();
        markReady(scope, lease);
        tellRecovered(scope, lease);
    }

    private void fail(KeySlot slot, Lease lease, Verdict verdict, long now) {
        GateState before = slot.gate().state().failures() + 1 < rules.maxFailures()
                ? slot.gate().move(state -> rules.failed(state, verdict, lease, now, false))
                : failMaybeOpening(slot, lease, verdict, now);
        GateState after = slot.gate().state();
        if (before != null && !after.open() && after.closedUntil() > before.closedUntil()) {
            tellClosed(slot.gate(), lease, verdict);
        }
    }

    /** One circuit at a time, else two keys could each believe to be the last that may be benched. */
    private @Nullable GateState failMaybeOpening(KeySlot slot, Lease lease, Verdict verdict, long now) {
        circuits.lock();
        try {
            boolean mayOpen = mayOpenCircuit(slot);
            return slot.gate().move(state -> rules.failed(state, verdict, lease, now, mayOpen));
        } finally {
            circuits.unlock();
        }
    }

    private void tellClosed(Gate gate, Lease lease, Verdict verdict) {
        Scope scope = gate.scope();
        String subject = Engine.subject(scope, lease);
        changed(scope, lease.slot(), subject);
        if (engine.listeners().any()) {
            engine.listeners()
                    .tell(new PoolEvent.Closed(
                            engine.settings().name(),
                            lease.key().id(),
                            scope,
                            subject,
                            verdict.kind(),
                            verdict.code(),
                            engine.clock().wall(gate.state().closedUntil())));
        }
    }

    /** Failures are soft evidence: they never bench more than half of the pool. */
    private boolean mayOpenCircuit(KeySlot slot) {
        long benched = engine.roster().slots().values().stream()
                .filter(other -> other != slot && other.gate().state().cause() == VerdictKind.UPSTREAM_ERROR)
                .count();
        return 2 * (benched + 1) <= engine.roster().size();
    }

    /** A gate has moved. What a key's record tells of a model may be its account's, and then others may tell it too. */
    private void changed(Scope scope, KeySlot slot, String subject) {
        Group group = scope == Scope.KEY_AND_MODEL ? slot.group() : null;
        List<KeySlot> tellers =
                group == null ? List.of(slot) : group.model(subject).tellers(slot);
        tellers.forEach(each -> engine.persistence().changed(scope, each, subject));
    }

    private void markReady(Scope scope, Lease lease) {
        switch (scope) {
            case KEY -> lease.slot().markReady();
            case KEY_AND_MODEL, GROUP -> lease.slot().markRoomMade();
            case UPSTREAM -> engine.roster().markReady();
        }
    }

    private boolean pristine(Lease lease) {
        return engine.upstream().pristine() && lease.slot().path().pristine(lease.request());
    }

    private static GateState raised(GateState state) {
        return new GateState(
                state.cause(),
                state.code(),
                state.closedUntil(),
                state.avoidUntil(),
                state.changedAt(),
                state.streak(),
                state.failures(),
                state.period(),
                state.probe(),
                state.ramp(),
                state.generation() + 1);
    }
}
