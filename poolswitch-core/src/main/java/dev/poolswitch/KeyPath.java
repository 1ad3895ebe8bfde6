package dev.poolswitch;

import dev.poolswitch.verdict.Scope;
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

    /** A model of a key that has a gate or limits of its own. */
    record ModelGate(String model, Gate gate, Meters meters) {}

    private final Engine engine;
    private final @Nullable Group group;
    private final Gate gate = new Gate();
    private final Meters meters;
    private final Map<String, ModelGate> models = new ConcurrentHashMap<>();

    KeyPath(ApiKey key, Engine engine, @Nullable Group group) {
        this.engine = engine;
        this.group = group;
        this.meters = new Meters(group == null ? key.limits() : List.of());
        if (group != null) {
            group.meters().tell(key.limits());
        }
        key.models().forEach((name, model) -> {
            engine.askForModel();
            if (!model.limits().isEmpty()) {
                models.put(name, new ModelGate(name, new Gate(), metersOf(name, model.limits())));
                engine.askFor(model.limits());
            }
        });
        engine.askFor(key.limits());
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

    // ---- gates

    Gate gate() {
        return gate;
    }

    @Nullable
    Group group() {
        return group;
    }

    /** Whether nothing is held against anything on this path. */
    boolean pristine(LeaseRequest request) {
        ModelGate own = model(request);
        return gate.pristine()
                && (group == null || group.gate().pristine())
                && (own == null || own.gate().pristine());
    }

    /** Whether the group keeps all its keys away. */
    boolean groupShut(long now) {
        return group != null && !group.gate().pristine() && group.opensAt(now) != 0;
    }

    /** The gate of a model, made when it is first needed. */
    ModelGate model(String name) {
        engine.askForModel();
        return models.computeIfAbsent(name, model -> new ModelGate(model, new Gate(), metersOf(model, List.of())));
    }

    @Nullable
    ModelGate model(LeaseRequest request) {
        String name = request.modelOrNull();
        if (name == null) {
            return null;
        }
        ModelGate own = models.isEmpty() ? null : models.get(name);
        // What another key of the account has learned of the model is about this key, too.
        return own == null && group != null && group.hasMeters(name) ? model(name) : own;
    }

    Iterable<ModelGate> models() {
        return models.values();
    }

    /** Whether the next lease would be a probe. */
    boolean owesProbe(long now) {
        return (!gate.pristine() && gate.state().probeDue(now))
                || (group != null
                        && !group.gate().pristine()
                        && group.gate().state().probeDue(now));
    }

    boolean pass(Lease lease, long now) {
        if (!gate.pristine() && !gate.pass(lease, now)) {
            return false;
        }
        if (group != null && !group.gate().pass(lease, now)) {
            gate.unpass(lease);
            return false;
        }
        ModelGate own = model(lease.request());
        if (own != null && !own.gate().pass(lease, now)) {
            unpass(lease);
            return false;
        }
        return true;
    }

    void unpass(Lease lease) {
        gate.unpass(lease);
        if (group != null && group.gate().unpass(lease)) {
            // Meanwhile the others may have been taken out of sight because of this probe.
            group.markReady();
        }
        ModelGate own = model(lease.request());
        if (own != null) {
            own.gate().unpass(lease);
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

    boolean take(LeaseRequest request, long now) {
        long tokens = request.tokens();
        if (!meters.tryTake(tokens, now)) {
            return false;
        }
        if (group != null && !group.meters().tryTake(tokens, now)) {
            meters.giveBack(tokens, now, now);
            return false;
        }
        ModelGate own = model(request);
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
        ModelGate own = model(request);
        if (own != null) {
            own.meters().ended(tokens);
        }
    }

    void forMeters(LeaseRequest request, Consumer<Meters> use) {
        use.accept(meters);
        if (group != null) {
            use.accept(group.meters());
        }
        ModelGate own = model(request);
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
        ModelGate own = model(request);
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
