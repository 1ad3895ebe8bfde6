package dev.poolswitch.sqlite;

import static dev.poolswitch.sqlite.Fixtures.POOL;
import static dev.poolswitch.sqlite.Fixtures.blocked;
import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.KeyPool;
import dev.poolswitch.KeyState;
import dev.poolswitch.KeyStatus;
import dev.poolswitch.Lease;
import dev.poolswitch.store.KeyRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 at random moments: whatever a process has been told is saved is there when the file is opened again. */
class KillTest {

    private static final int KEYS = 40;
    private static final long SEED = 20_261_120;

    @TempDir
    Path directory;

    @Test
    void no_saved_change_is_lost_by_kill_9() throws Exception {
        killWriters(20);
    }

    @Test
    @Tag("soak")
    void no_saved_change_is_lost_by_kill_9_a_hundred_times() throws Exception {
        killWriters(100);
    }

    @Test
    void no_refusal_is_lost_when_the_process_is_killed_after_it_was_reported() throws Exception {
        killPools(10);
    }

    @Test
    @Tag("soak")
    void no_refusal_is_lost_when_the_process_is_killed_after_it_was_reported_a_hundred_times() throws Exception {
        killPools(100);
    }

    private void killWriters(int rounds) throws Exception {
        Path file = directory.resolve("state.db");
        Random random = new Random(SEED);
        Map<String, Instant> saved = new HashMap<>();
        long last = 0;
        for (int round = 0; round < rounds; round++) {
            try (ChildJvm child = ChildJvm.start(SavingWriter.class, file.toString(), String.valueOf(last + 1))) {
                int until = 1 + random.nextInt(2000);
                int lines = 0;
                for (String line = child.readLine(); line != null; line = child.readLine()) {
                    last = Long.parseLong(line);
                    saved.put(SavingWriter.key(last), SavingWriter.until(last));
                    if (++lines == until) {
                        child.kill();
                    }
                }
            }
            try (SqliteStateStore store = SqliteStateStore.open(file)) {
                Map<String, KeyRecord> found = store.load(POOL).records().stream()
                        .collect(Collectors.toMap(KeyRecord::keyId, Function.identity()));
                saved.forEach((key, until) -> assertThat(found.get(key))
                        .as(key)
                        .matches(row -> row != null && !row.closedUntil().isBefore(until)));
            }
        }
    }

    private void killPools(int rounds) throws Exception {
        Random random = new Random(SEED);
        for (int round = 0; round < rounds; round++) {
            Path file = directory.resolve("round-" + round + ".db");
            Map<String, KeyState> refused = new HashMap<>();
            try (ChildJvm child = ChildJvm.start(RefusedPool.class, file.toString())) {
                int until = 1 + random.nextInt(KEYS - 1);
                for (String line = child.readLine(); line != null; line = child.readLine()) {
                    String[] keyAndState = line.split(" ", 2);
                    refused.put(keyAndState[0], KeyState.valueOf(keyAndState[1]));
                    if (refused.size() == until) {
                        child.kill();
                    }
                }
            }
            assertStillRefused(file, refused);
        }
    }

    private static void assertStillRefused(Path file, Map<String, KeyState> refused) throws Exception {
        Instant soon = Instant.now().plus(Duration.ofMinutes(5));
        try (SqliteStateStore store = SqliteStateStore.open(file);
                KeyPool pool = RefusedPool.pool(store)) {
            Map<String, KeyStatus> found =
                    pool.status().keys().stream().collect(Collectors.toMap(KeyStatus::id, Function.identity()));
            assertThat(refused).isNotEmpty();
            refused.forEach((key, state) -> {
                KeyStatus status = Objects.requireNonNull(found.get(key), key);
                assertThat(status.state()).as(key).isEqualTo(state);
                assertThat(status.cooldownUntil()).as(key).isAfter(soon);
            });
        }
    }

    /** Saves without end and prints the number of each save that has returned. */
    static final class SavingWriter {

        private SavingWriter() {}

        static String key(long number) {
            return "key-" + number % KEYS;
        }

        static Instant until(long number) {
            return Instant.parse("2030-01-01T00:00:00Z").plusSeconds(number);
        }

        public static void main(String[] arguments) throws Exception {
            try (SqliteStateStore store = SqliteStateStore.open(Path.of(arguments[0]))) {
                for (long i = Long.parseLong(arguments[1]); ; i++) {
                    store.save(POOL, List.of(blocked(key(i), until(i))));
                    System.out.println(i);
                }
            }
        }
    }

    /** Has every key refused, one after the other, and prints each when the report has returned. */
    static final class RefusedPool {

        private RefusedPool() {}

        static KeyPool pool(SqliteStateStore store) {
            KeyPool.Builder builder = KeyPool.builder()
                    .name("killed")
                    .upstream("https://api.example.com")
                    .store(store);
            for (int i = 0; i < KEYS; i++) {
                builder.key("key-" + i, "secret-" + i);
            }
            return builder.build();
        }

        public static void main(String[] arguments) throws Exception {
            KeyPool pool = pool(SqliteStateStore.open(Path.of(arguments[0])));
            for (int i = 0; i < KEYS; i++) {
                Lease lease = pool.acquire();
                KeyState expected;
                switch (i % 3) {
                    case 0 -> {
                        lease.rateLimited(Duration.ofMinutes(30));
                        expected = KeyState.RATE_LIMITED;
                    }
                    case 1 -> {
                        lease.quotaExhausted();
                        expected = KeyState.QUOTA_EXHAUSTED;
                    }
                    default -> {
                        lease.rejected();
                        expected = KeyState.REJECTED;
                    }
                }
                System.out.println(lease.key().id() + " " + expected);
            }
            Thread.currentThread().join();
        }
    }
}
