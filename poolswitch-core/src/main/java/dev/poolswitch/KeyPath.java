package dev.poolswitch;

import dev.poolswitch.verdict.Scope;
import dev.poolswitch.verdict.VerdictKind;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a call passes on its way to a key: the gates and meters of the key, of its group, and of the model at this key. All
 * of them let it through, or none is any the worse for it.
 */
final class KeyPath {

    /**
     * What a call for one model passes besides. A key that may not use the model closes its own gate; limits are the
     * account's, so that their gate and their meters are the group's where there is one.
     */
    static final class ModelPath {

        private final String name;
        private final Gate gate = new Gate(Scope.KEY_AND_MODEL);
        private final Group.@Nullable Model shared;
        private final Meters meters;
        private final Gate[] gates;

        private ModelPath(String name, Meters meters, Gate... always) {
            this.name = name;
            this.shared = null;
            this.meters = meters;
            this.gates = with(always, gate);
        }

        private ModelPath(Group.Model shared, Gate... always) {
            this.name = shared.name();
            this.shared = shared;
            this.meters = shared.meters();
            this.gates = with(with(always, shared.gate()), gate);
        }

        private static Gate[] with(Gate[] some, Gate another) {
            Gate[] all = Arrays.copyOf(some, some.length + 1);
            all[some.length] = another;
            return all;
        }

        String name() {
            return name;
        }

        /** For what the key may not use, and without a group for its limits too. */
        Gate gate() {
            return gate;
        }

        /** For limits. */
        Gate limits() {
            return shared == null ? gate : shared.gate();
        }

        Group.@Nullable Model shared() {
            return shared;
        }

        Meters meters() {
            return meters;
        }
    }

    private final Engine engine;
    private final @Nullable Group group;
    private final Gate gate = new Gate(Scope.KEY);
    /** Those that every call passes. */
    private final Gate[] gates;

    private final Meters meters;
    /** Made with the first model, for most keys have none. */
    private volatile @Nullable Map<String, ModelPath> models;

    KeyPath(ApiKey key, Engine engine, @Nullable Group group) {
        this.engine = engine;
        this.group = group;
        this.gates = group == null ? new Gate[] {gate} : new Gate[] {gate, group.gate()};
        this.meters = new Meters(group == null ? key.limits() : List.of());
        if (group != null) {
            group.meters().tell(key.limits());
        }
        key.models().forEach((name, model) -> {
            engine.askForModel();
            if (!model.limits().isEmpty()) {
                model(name).meters().tell(model.limits());
                engine.askFor(model.limits());
            }
        });
        engine.askFor(key.limits());
    }

    // ---- gates

    Gate gate() {
        return gate;
    }

    @Nullable
    Group group() {
        return group;
    }

    /**
     * The gate that is closed for a cause. A limit of a model holds for the whole account; what a key may not use its
     * siblings may.
     */
    Gate gate(Scope scope, VerdictKind cause, @Nullable String model) {
        boolean limit = cause == VerdictKind.RATE_LIMITED || cause == VerdictKind.QUOTA_EXHAUSTED;
        return switch (scope) {
            case KEY -> gate;
            case KEY_AND_MODEL ->
                model == null
                        ? gate
                        : limit ? model(model).limits() : model(model).gate();
            case GROUP -> group == null ? gate : group.gate();
            case UPSTREAM -> engine.upstream();
        };
    }

    /** All gates on the way but that of the upstream, which a call passes when it has found a key. Not to be changed. */
    Gate[] gates(LeaseRequest request) {
        ModelPath own = model(request);
        return own == null ? gates : own.gates;
    }

    /** Whether nothing is held against anything on this path. */
    boolean pristine(LeaseRequest request) {
        for (Gate each : gates(request)) {
            if (!each.pristine()) {
                return false;
            }
        }
        return true;
    }

    /** Whether the group keeps all its keys away. */
    boolean groupShut(long now) {
        return group != null && !group.gate().pristine() && group.opensAt(now) != 0;
    }

    /** The part of a model, made when it is first needed. */
    ModelPath model(String name) {
        engine.askForModel();
        Map<String, ModelPath> known = models;
        return (known == null ? firstModels() : known)
                .computeIfAbsent(
                        name,
                        model -> group == null
                                ? new ModelPath(model, new Meters(List.of()), gates)
                                : new ModelPath(group.model(model), gates));
    }

    private synchronized Map<String, ModelPath> firstModels() {
        Map<String, ModelPath> made = models == null ? new ConcurrentHashMap<>() : models;
        models = made;
        return made;
    }

    @Nullable
    ModelPath model(LeaseRequest request) {
        String name = request.modelOrNull();
        if (name == null) {
            return null;
        }
        Map<String, ModelPath> known = models;
        ModelPath own = known == null ? null : known.get(name);
        // What another key of the account has learned of the model is about this key, too.
        return own == null && group != null && group.hasModel(name) ? model(name) : own;
    }

    Iterable<ModelPath> models() {
        Map<String, ModelPath> known = models;
        return known == null ? List.of() : known.values();
    }

    /** Whether the next lease would be a probe. */
    boolean owesProbe(LeaseRequest request, long now) {
        for (Gate each : gates(request)) {
            if (!each.pristine() && each.state().probeDue(now)) {
                return true;
            }
        }
        return false;
    }

    boolean pass(Lease lease, long now) {
        Gate[] all = gates(lease.request());
        for (int i = 0; i < all.length; i++) {
            if (!all[i].pristine() && !all[i].pass(lease, now)) {
                unpass(all, i, lease);
                return false;
            }
        }
        return true;
    }

    void unpass(Lease lease) {
        Gate[] all = gates(lease.request());
        unpass(all, all.length, lease);
    }

    private void unpass(Gate[] passed, int count, Lease lease) {
        for (int i = 0; i < count; i++) {
            if (passed[i].unpass(lease) && group != null && passed[i] != gate) {
                // Meanwhile the others may have been taken out of sight because of this probe.
                group.markReady();
            }
        }
    }

    // ---- meters

    /** The meters of a scope; those of the key where the scope has none. */
    Meters meters(Scope scope, LeaseRequest request) {
        String name = request.modelOrNull();
        return switch (scope) {
            case KEY, UPSTREAM -> meters;
            case GROUP -> group == null ? meters : group.meters();
            case KEY_AND_MODEL -> name == null ? meters : model(name).meters();
        };
    }

    /** The meters that hear of a refusal: where limits were told for the group, a refusal of one key speaks of them. */
    Meters metersOfRefusal(Scope scope, LeaseRequest request) {
        return scope == Scope.KEY && group != null && group.meters().areRequestsTold()
                ? group.meters()
                : meters(scope, request);
    }

    boolean take(LeaseRequest request, long now) {
        long tokens = request.tokens();
        if (!meters.tryTake(tokens, now)) {
            return false;
        }
        if (group != null && !group.meters().tryTake(tokens, now)) {
            meters.giveBack(tokens, now, now);
            return false;
        }
        ModelPath own = model(request);
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

    /** The call has been answered. */
    void ended(LeaseRequest request) {
        long tokens = request.tokens();
        meters.ended(tokens);
        if (group != null) {
            group.meters().ended(tokens);
        }
        ModelPath own = model(request);
        if (own != null) {
            own.meters().ended(tokens);
        }
    }

    void forMeters(LeaseRequest request, Consumer<Meters> use) {
        use.accept(meters);
        if (group != null) {
            use.accept(group.meters());
        }
        ModelPath own = model(request);
        if (own != null) {
            use.accept(own.meters());
        }
    }

    /** When the key's own meters have room for a call. */
    long ownMetersOpenAt(long now) {
        return meters.opensAt(1, now);
    }

    /** When the meters that all calls pass have room. */
    long metersOpenAt(long tokens, long now) {
        long own = meters.opensAt(tokens, now);
        return group == null ? own : Math.max(own, group.meters().opensAt(tokens, now));
    }

    /** Whether answers told that there is room left on all that a call needs. */
    boolean hasToldRoom(LeaseRequest request, long now) {
        ModelPath own = model(request);
        boolean spent = meters.isSpent(now)
                || (group != null && group.meters().isSpent(now))
                || (own != null && own.meters().isSpent(now));
        return !spent
                && (meters.hasToldRoom(now)
                        || (group != null && group.meters().hasToldRoom(now))
                        || (own != null && own.meters().hasToldRoom(now)));
    }

    double utilisation(long now) {
        double own = meters.utilisation(now);
        return group == null ? own : Math.max(own, group.meters().utilisation(now));
    }
}
