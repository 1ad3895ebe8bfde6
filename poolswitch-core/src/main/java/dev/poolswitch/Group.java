package dev.poolswitch;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The keys that share an account's limits, and the gate they share. */
final class Group {

    private final String name;
    private final Gate gate = new Gate();
    private final List<KeySlot> members = new CopyOnWriteArrayList<>();

    Group(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    Gate gate() {
        return gate;
    }

    List<KeySlot> members() {
        return members;
    }

    void markReady() {
        members.forEach(KeySlot::markReady);
    }
}
