package dev.poolswitch;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The keys that share an account's limits, and the gate they share. */
final class Group {

    private final String name;
    private final Gate gate = new Gate();
    private final List<KeySlot> members = new CopyOnWriteArrayList<>();
    private final Meters meters = new Meters(List.of());
    private final Map<String, Meters> models = new ConcurrentHashMap<>();

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

    /** The limits of the account for one model. */
    Meters meters(String model) {
        return models.computeIfAbsent(model, name -> new Meters(List.of()));
    }

    /** Whether anything was told or learned of the account's limits for a model. */
    boolean hasMeters(String model) {
        return !models.isEmpty() && models.containsKey(model);
    }

    List<KeySlot> members() {
        return members;
    }

    /** When its gate lets calls through: 0 when now, {@link Nanos#NEVER} when an event will tell. */
    long opensAt(long now) {
        return gate.state().opensAt(now, () -> KeySlot.inFlight(members));
    }

    /** Roughly how many leases of all its keys began in the second before an instant. */
    long lately(long then) {
        long sum = 0;
        for (KeySlot member : members) {
            sum += member.lately(then);
        }
        return sum;
    }

    void markReady() {
        members.forEach(KeySlot::markReady);
    }
}
