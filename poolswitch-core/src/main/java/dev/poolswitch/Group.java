package dev.poolswitch;

import dev.poolswitch.verdict.Scope;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The keys that share an account's limits, and the gates they share. */
final class Group {

    /** What limits the account in one model: meters, and a gate for when a limit was run into all the same. */
    final class Model {

        private final String name;
        private final Gate gate = new Gate(Scope.KEY_AND_MODEL);
        private final Meters meters = new Meters(List.of());
        /** Guarded by the monitor. */
        private final Set<KeySlot> tellers = new LinkedHashSet<>();

        private Model(String name) {
            this.name = name;
        }

        String name() {
            return name;
        }

        Gate gate() {
            return gate;
        }

        Meters meters() {
            return meters;
        }

        /** When its gate lets calls through: 0 when now, {@link Nanos#NEVER} when an event will tell. */
        long opensAt(LostLeases leases, long now) {
            return gate.pristine() ? 0 : gate.state().opensAt(now, many -> leases.hasAtLeast(many, this::isUsedBy));
        }

        private boolean isUsedBy(Lease lease) {
            return lease.slot().group() == Group.this
                    && name.equals(lease.request().modelOrNull());
        }

        /**
         * The keys whose stored records tell of the gate, and one more from now on. Once it is open and all of them say
         * so, none needs to any more. A key that has left the pool is among them until then; after a restart its record
         * is nobody's, and the limit is met once more.
         */
        synchronized List<KeySlot> tellers(KeySlot another) {
            tellers.add(another);
            List<KeySlot> all = List.copyOf(tellers);
            if (gate.state().open()) {
                tellers.clear();
            }
            return all;
        }
    }

    private final String name;
    private final Gate gate = new Gate(Scope.GROUP);
    private final List<KeySlot> members = new CopyOnWriteArrayList<>();
    private final Meters meters = new Meters(List.of());
    private final Map<String, Model> models = new ConcurrentHashMap<>();

    Group(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    Gate gate() {
        return gate;
    }

    /** The limits of the account, which its keys share. */
    Meters meters() {
        return meters;
    }

    /** The limits of the account for one model, made when they are first needed. */
    Model model(String model) {
        return models.computeIfAbsent(model, Model::new);
    }

    Iterable<Model> models() {
        return models.values();
    }

    /** Whether anything was told or learned of the account's limits for a model. */
    boolean hasModel(String model) {
        return !models.isEmpty() && models.containsKey(model);
    }

    List<KeySlot> members() {
        return members;
    }

    /** When its gate lets calls through: 0 when now, {@link Nanos#NEVER} when an event will tell. */
    long opensAt(long now) {
        return gate.state().opensAt(now, many -> KeySlot.inFlight(members) >= many);
    }

    /** Roughly how many leases of all its keys began in the second before an instant. */
    long lately(long then) {
        long sum = 0;
        for (KeySlot member : members) {
            sum += member.lately(then);
        }
        return sum;
    }

    /** For how long, at least, none of its keys had been used when a lease began; 0 when that is not known any more. */
    long idleBefore(Lease lease) {
        long idle = lease.slot().idleBefore(lease);
        for (KeySlot member : members) {
            idle = member == lease.slot() ? idle : Math.min(idle, member.idleUntil(lease.startedAt()));
        }
        return idle;
    }

    void markReady() {
        members.forEach(KeySlot::markReady);
    }
}
