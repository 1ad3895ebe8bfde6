package dev.poolswitch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What a person changes while the pool works: which keys there are, and what is held against them. */
final class PoolChanges {

    private final Engine engine;
    private final Effects effects;
    private final Months months;
    private final Map<String, Group> groups = new ConcurrentHashMap<>();

    PoolChanges(Engine engine, Effects effects, Months months) {
        this.engine = engine;
        this.effects = effects;
        this.months = months;
    }

    Map<String, Group> groups() {
        return groups;
    }

    void addKey(ApiKey key) {
        KeySlot slot = seated(key, engine.clock().now());
        // Not under the lock: a store that hangs, or who is served now, must not keep other changes waiting.
        engine.persistence().restore(slot);
        tell(key.id(), PoolEvent.KeyChanged.Change.ADDED);
        engine.opened();
    }

    private synchronized KeySlot seated(ApiKey key, long now) {
        Map<String, KeySlot> present = engine.roster().slots();
        if (present.containsKey(key.id())) {
            throw new IllegalArgumentException("key id " + key.id() + " is in the pool already; ids must differ");
        }
        KeySlot slot = slot(key, now);
        List<KeySlot> slots = new ArrayList<>(present.values());
        slots.add(slot);
        engine.roster(slots);
        return slot;
    }

    boolean removeKey(String id) {
        if (!unseated(id)) {
            return false;
        }
        tell(id, PoolEvent.KeyChanged.Change.REMOVED);
        engine.opened();
        return true;
    }

    private synchronized boolean unseated(String id) {
        Map<String, KeySlot> present = engine.roster().slots();
        KeySlot leaving = present.get(id);
        if (leaving == null) {
            return false;
        }
        List<KeySlot> slots = new ArrayList<>(present.values());
        slots.remove(leaving);
        leaving.disable(true);
        leaving.sit(null);
        Group group = leaving.path().group();
        if (group != null) {
            group.members().remove(leaving);
        }
        engine.roster(slots);
        return true;
    }

    void disable(String id, boolean out) {
        KeySlot slot = required(id);
        slot.disable(out);
        effects.personChanged(slot, false);
        tell(id, out ? PoolEvent.KeyChanged.Change.DISABLED : PoolEvent.KeyChanged.Change.ENABLED);
        engine.opened();
    }

    void reset(String id) {
        effects.personChanged(required(id), true);
        tell(id, PoolEvent.KeyChanged.Change.RESET);
        engine.opened();
    }

    /** A place for a key that comes into the pool now. */
    KeySlot slot(ApiKey key, long now) {
        Group group = key.group()
                .map(name -> groups.computeIfAbsent(name, Group::new))
                .orElse(null);
        KeySlot slot = new KeySlot(key, engine, group, months, now);
        if (group != null) {
            group.members().add(slot);
        }
        return slot;
    }

    private KeySlot required(String id) {
        KeySlot slot = engine.roster().slots().get(Checks.notNull("key id", id));
        if (slot == null) {
            throw new IllegalArgumentException("no key with id " + Checks.shown(id) + " is in the pool");
        }
        return slot;
    }

    private void tell(String id, PoolEvent.KeyChanged.Change change) {
        engine.listeners().tell(new PoolEvent.KeyChanged(engine.settings().name(), id, change));
    }
}
