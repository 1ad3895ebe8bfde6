package dev.poolswitch.sqlite;

import dev.poolswitch.store.KeyStateStore;
import dev.poolswitch.testkit.KeyStateStoreContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteStateStoreContractTest extends KeyStateStoreContract {

    @TempDir
    Path directory;

    @Override
    protected KeyStateStore openStore() throws IOException {
        return SqliteStateStore.open(directory.resolve("state.db"));
    }
}
