package dev.poolswitch.testkit;

import dev.poolswitch.store.KeyStateStore;
import dev.poolswitch.store.MemoryStateStore;
import java.util.Map;

class MemoryStateStoreTest extends KeyStateStoreContract {

    @Override
    protected KeyStateStore openStore() {
        return new MemoryStateStore();
    }

    @Override
    protected Map<StoreCapability, String> gaps() {
        return Map.of(
                StoreCapability.SURVIVES_RESTART, "it is memory",
                StoreCapability.SHARED, "each instance has its own memory",
                StoreCapability.OBSERVES, "nobody else can change it",
                StoreCapability.REFUSES_AFTER_CLOSE, "there is nothing to close, so it stays usable");
    }
}
