package dev.poolswitch.store;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps state in the memory of this process: it survives the closing of a pool, not the end of the process. Give one
 * instance to two pools of the same name, one after the other, to carry state over.
 */
public final class MemoryStateStore implements KeyStateStore {

    private final String salt = Salt.random();
    private final Map<String, Map<KeyRecord.Id, KeyRecord>> pools = new HashMap<>();

    /** An empty store. */
    public MemoryStateStore() {}

    @Override
    public synchronized StoredState load(String pool) {
        return new StoredState(
                salt, List.copyOf(pools.getOrDefault(pool, Map.of()).values()));
    }

    @Override
    public synchronized void save(String pool, Collection<KeyRecord> changes) {
        Map<KeyRecord.Id, KeyRecord> records = pools.computeIfAbsent(pool, name -> new HashMap<>());
        changes.forEach(change -> records.merge(change.id(), change, KeyRecord::mergedWith));
    }

    @Override
    public void close() {
        // Nothing is held that would have to be given back.
    }
}
