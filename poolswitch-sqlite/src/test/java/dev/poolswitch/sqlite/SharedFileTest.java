package dev.poolswitch.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.poolswitch.KeyPool;
import dev.poolswitch.KeyState;
import dev.poolswitch.Lease;
import dev.poolswitch.LeaseRequest;
import dev.poolswitch.store.KeyRecord;
import dev.poolswitch.verdict.Verdict;
import dev.poolswitch.verdict.VerdictKind;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes with the same keys on the same file. */
class SharedFileTest {

    private static final Duration LIMIT = Duration.ofSeconds(2);

    @TempDir
    Path directory;

    @Test
    void two_processes_see_each_others_cooldowns_within_two_seconds() throws Exception {
        Path file = directory.resolve("state.db");
        try (SqliteStateStore store = SqliteStateStore.open(file);
                KeyPool pool = Other.pool(store);
                ChildJvm child = ChildJvm.start(Other.class, file.toString())) {
            assertThat(child.readLine()).isEqualTo("refused theirs");
            await().atMost(LIMIT).until(() -> Other.state(pool, "theirs") == KeyState.RATE_LIMITED);

            Other.refuse(pool, "ours");
            Instant told = Instant.now();
            assertThat(child.readLine()).isEqualTo("saw ours");
            assertThat(Duration.between(told, Instant.now())).isLessThan(LIMIT);
            assertThat(Other.state(pool, "free")).isEqualTo(KeyState.READY);
        }
    }

    @Test
    void processes_do_not_put_each_others_cooldowns_off() throws Exception {
        Path file = directory.resolve("state.db");
        try (SqliteStateStore one = SqliteStateStore.open(file);
                SqliteStateStore two = SqliteStateStore.open(file);
                KeyPool first = Other.pool(one);
                KeyPool second = Other.pool(two)) {
            Queue<Lease> running = new ArrayDeque<>();
            for (int i = 0; i < 40; i++) {
                running.add(
                        (i % 2 == 0 ? first : second).acquire(LeaseRequest.any().withKey("ours")));
            }
            Other.refuse(first, "ours");
            Instant end = end(first);
            await().atMost(LIMIT).until(() -> Other.state(second, "ours") == KeyState.RATE_LIMITED);

            // Each end of an older call makes its pool save the key again.
            await().pollInterval(Duration.ofMillis(100)).until(() -> {
                running.remove().end(Verdict.of(VerdictKind.TIMEOUT, ""));
                return running.isEmpty();
            });

            assertThat(end(first)).isBefore(end.plusMillis(100));
            assertThat(end(second)).isBefore(end.plusMillis(1100));
            KeyRecord stored = one.load("shared").records().get(0);
            assertThat(stored.closedUntil()).isBefore(end.plusMillis(100));
        }
    }

    private static Instant end(KeyPool pool) {
        return Objects.requireNonNull(pool.status().key("ours").orElseThrow().cooldownUntil());
    }

    /** The other process: refuses one key and waits until it hears of the refusal of another. */
    static final class Other {

        private Other() {}

        static KeyPool pool(SqliteStateStore store) {
            return KeyPool.builder()
                    .name("shared")
                    .upstream("https://api.example.com")
                    .key("ours", "secret-1")
                    .key("theirs", "secret-2")
                    .key("free", "secret-3")
                    .store(store)
                    .build();
        }

        static void refuse(KeyPool pool, String key) throws Exception {
            try (Lease lease = pool.acquire(LeaseRequest.any().withKey(key))) {
                lease.rateLimited(Duration.ofMinutes(10));
            }
        }

        static KeyState state(KeyPool pool, String key) {
            return pool.status().key(key).orElseThrow().state();
        }

        public static void main(String[] arguments) throws Exception {
            try (SqliteStateStore store = SqliteStateStore.open(Path.of(arguments[0]));
                    KeyPool pool = pool(store)) {
                refuse(pool, "theirs");
                System.out.println("refused theirs");
                while (state(pool, "ours") == KeyState.READY) {
                    LockSupport.parkNanos(1_000_000);
                }
                System.out.println("saw ours");
            }
        }
    }
}
