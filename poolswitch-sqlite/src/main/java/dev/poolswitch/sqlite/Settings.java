package dev.poolswitch.sqlite;

import java.time.Duration;
import java.util.List;

/**
 * What tests need to be different.
 *
 * @param busyTimeout how long a statement waits for the lock of another process
 * @param pollInterval how often an observer looks for changes of others
 * @param migrations the steps of the schema
 */
record Settings(Duration busyTimeout, Duration pollInterval, List<Migration> migrations) {

    static final Settings DEFAULT = new Settings(Duration.ofSeconds(5), Duration.ofMillis(500), Migration.ALL);

    Settings withBusyTimeout(Duration wait) {
        return new Settings(wait, pollInterval, migrations);
    }

    Settings withMigrations(List<Migration> steps) {
        return new Settings(busyTimeout, pollInterval, steps);
    }
}
