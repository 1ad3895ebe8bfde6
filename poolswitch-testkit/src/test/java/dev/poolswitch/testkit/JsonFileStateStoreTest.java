package dev.poolswitch.testkit;

import dev.poolswitch.store.JsonFileStateStore;
import dev.poolswitch.store.KeyStateStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

class JsonFileStateStoreTest extends KeyStateStoreContract {

    @TempDir
    Path directory;

    @Override
    protected KeyStateStore openStore() throws IOException {
        return JsonFileStateStore.open(directory.resolve("state.json"));
    }

    @Override
    protected Map<StoreCapability, String> gaps() {
        return Map.of(
                StoreCapability.SHARED, "one process and one instance a file",
                StoreCapability.OBSERVES, "nobody else can change it");
    }
}
