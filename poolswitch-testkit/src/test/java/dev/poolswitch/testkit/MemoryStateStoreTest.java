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
    protected Map<Capability, String> missing() {
        return Map.of(
                Capability.SURVIVES_RESTART, "it is memory",
                Capability.SHARED, "each instance has its own memory",
                Capability.OBSERVES, "nobody else can change it",
                Capability.REFUSES_AFTER_CLOSE, "there is nothing to close, so it stays usable");
    }
}
