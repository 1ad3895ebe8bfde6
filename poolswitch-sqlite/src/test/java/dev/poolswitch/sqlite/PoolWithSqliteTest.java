package dev.poolswitch.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.poolswitch.ApiKey;
import dev.poolswitch.KeyPool;
import dev.poolswitch.KeyState;
import dev.poolswitch.KeyStatus;
import dev.poolswitch.Lease;
import dev.poolswitch.LeaseRequest;
import dev.poolswitch.PoolEvent;
import dev.poolswitch.store.KeyRecord;
import dev.poolswitch.store.KeyStateStore;
import dev.poolswitch.store.StoredState;
import dev.poolswitch.verdict.Scope;
import dev.poolswitch.verdict.Verdict;
import dev.poolswitch.verdict.VerdictKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pool whose state is kept in SQLite. */
class PoolWithSqliteTest {

    private static final String SECRET = "sk-very-secret-0123456789";

    @TempDir
    Path directory;

    private final List<PoolEvent> events = new CopyOnWriteArrayList<>();
    private Path file;

    @BeforeEach
    void name_the_file() {
        file = directory.resolve("state.db");
    }

    @Test
    void cooldown_quota_and_rejection_are_there_after_a_restart() throws Exception {
        Instant end = Instant.now().plus(Duration.ofMinutes(30));
        try (SqliteStateStore store = SqliteStateStore.open(file);
                KeyPool pool = pool(store)) {
            lease(pool, "limited").rateLimited(Duration.ofMinutes(30));
            lease(pool, "spent").quotaExhausted();
            lease(pool, "revoked").rejected();
            for (int i = 0; i < 3; i++) {
                lease(pool, "counted").succeeded();
            }
        }

        try (SqliteStateStore store = SqliteStateStore.open(file);
                KeyPool pool = pool(store)) {
            assertThat(status(pool, "limited").state()).isEqualTo(KeyState.RATE_LIMITED);
            assertThat(status(pool, "limited").cooldownUntil()).isBetween(end.minusSeconds(1), end.plusSeconds(10));
            assertThat(status(pool, "spent").state()).isEqualTo(KeyState.QUOTA_EXHAUSTED);
            assertThat(status(pool, "revoked").state()).isEqualTo(KeyState.REJECTED);
            assertThat(status(pool, "counted").state()).isEqualTo(KeyState.READY);
            assertThat(status(pool, "counted").requests()).isEqualTo(3);
            assertThat(status(pool, "counted").estimatedRemainingQuota()).hasValue(7);
            assertThat(pool.acquire().key().id()).isEqualTo("counted");
        }
    }

    @Test
    void a_second_restart_counts_nothing_twice() throws Exception {
        for (int run = 1; run <= 3; run++) {
            try (SqliteStateStore store = SqliteStateStore.open(file);
                    KeyPool pool = pool(store)) {
                lease(pool, "counted").succeeded();

                assertThat(status(pool, "counted").requests()).isEqualTo(run);
                assertThat(status(pool, "counted").estimatedRemainingQuota()).hasValue(10 - run);
            }
        }
    }

    @Test
    void a_key_that_a_person_disabled_stays_disabled() throws Exception {
        try (SqliteStateStore store = SqliteStateStore.open(file);
                KeyPool pool = pool(store)) {
            pool.disable("counted");
        }

        try (SqliteStateStore store = SqliteStateStore.open(file);
                KeyPool pool = pool(store)) {
            assertThat(status(pool, "counted").state()).isEqualTo(KeyState.DISABLED);
        }
    }

    @Test
    void no_secret_is_on_the_disk() throws Exception {
        try (SqliteStateStore store = SqliteStateStore.open(file);
                KeyPool pool = pool(store)) {
            lease(pool, "limited").rateLimited(Duration.ofMinutes(30));

            try (Stream<Path> files = Files.list(directory)) {
                assertThat(files.toList())
                        .hasSizeGreaterThan(1)
                        .allSatisfy(
                                each -> assertThat(new String(Files.readAllBytes(each), StandardCharsets.ISO_8859_1))
                                        .doesNotContain(SECRET)
                                        .doesNotContain(SECRET.substring(0, 10)));
            }
        }
    }

    @Test
    void while_the_file_cannot_be_written_the_pool_goes_on_and_makes_up_for_it_later() throws Exception {
        Settings impatient = Settings.DEFAULT.withBusyTimeout(Duration.ofMillis(100));
        try (SqliteStateStore store = SqliteStateStore.open(file, impatient);
                KeyPool pool = pool(store)) {
            try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
                    Statement statement = other.createStatement()) {
                statement.execute("BEGIN IMMEDIATE");
                lease(pool, "limited").rateLimited(Duration.ofMinutes(30));

                await().atMost(Duration.ofSeconds(5)).until(() -> seen(PoolEvent.StoreFailed.class));
                assertThat(pool.status().storeFailing()).isTrue();
                lease(pool, "counted").succeeded();
                lease(pool, "revoked").rejected();
                statement.execute("ROLLBACK");
            }
            await().atMost(Duration.ofSeconds(10)).until(() -> seen(PoolEvent.StoreRecovered.class));
            assertThat(pool.status().storeFailing()).isFalse();
        }

        assertBothAreStored();
    }

    @Test
    void a_full_disk_is_an_event_and_not_the_end() throws Exception {
        try (SqliteStateStore store = SqliteStateStore.open(file);
                KeyPool pool = pool(store)) {
            store.limitPages(1);
            lease(pool, "limited").rateLimited(Duration.ofMinutes(30));
            lease(pool, "revoked").rejected();
            for (int i = 0; i < 100; i++) {
                String model = "m".repeat(120) + i;
                pool.acquire(LeaseRequest.any().withModel(model))
                        .end(Verdict.of(VerdictKind.KEY_FORBIDDEN, "model_not_found")
                                .withScope(Scope.KEY_AND_MODEL));
            }

            await().atMost(Duration.ofSeconds(5)).until(() -> seen(PoolEvent.StoreFailed.class));
            assertThat(events)
                    .filteredOn(PoolEvent.StoreFailed.class::isInstance)
                    .first()
                    .asString()
                    .contains(file.toString(), "make room");
            store.limitPages(1_000_000);
            await().atMost(Duration.ofSeconds(10)).until(() -> seen(PoolEvent.StoreRecovered.class));
        }

        assertBothAreStored();
    }

    @Test
    void a_file_that_cannot_be_read_at_the_start_is_merged_with_later() throws Exception {
        try (SqliteStateStore store = SqliteStateStore.open(file);
                KeyPool pool = pool(store)) {
            lease(pool, "limited").rateLimited(Duration.ofMinutes(30));
        }
        try (Unreadable store = new Unreadable(SqliteStateStore.open(file));
                KeyPool pool = pool(store)) {
            assertThat(status(pool, "limited").state()).isEqualTo(KeyState.READY);
            lease(pool, "revoked").rejected();
            await().atMost(Duration.ofSeconds(5)).until(() -> seen(PoolEvent.StoreRecovered.class));
            assertThat(status(pool, "limited").state()).isEqualTo(KeyState.RATE_LIMITED);
        }

        assertBothAreStored();
    }

    @Test
    void a_store_that_cannot_observe_still_saves() throws Exception {
        try (Unreadable store = new Unreadable(SqliteStateStore.open(file));
                KeyPool pool = pool(store)) {
            lease(pool, "limited").rateLimited(Duration.ofMinutes(30));
            lease(pool, "revoked").rejected();
            await().until(() -> store.observed);
        }

        assertBothAreStored();
    }

    private void assertBothAreStored() throws IOException {
        try (SqliteStateStore store = SqliteStateStore.open(file);
                KeyPool pool = pool(store)) {
            assertThat(status(pool, "limited").state()).isEqualTo(KeyState.RATE_LIMITED);
            assertThat(status(pool, "revoked").state()).isEqualTo(KeyState.REJECTED);
        }
    }

    private KeyPool pool(KeyStateStore store) {
        return KeyPool.builder()
                .name("test")
                .upstream("https://api.example.com")
                .key("limited", SECRET + "-1")
                .key("spent", SECRET + "-2")
                .key("revoked", SECRET + "-3")
                .key(ApiKey.builder("counted", SECRET + "-4").monthlyQuota(10).build())
                .listener(events::add)
                .store(store)
                .build();
    }

    private boolean seen(Class<? extends PoolEvent> event) {
        return events.stream().anyMatch(event::isInstance);
    }

    private static Lease lease(KeyPool pool, String key) throws IOException, InterruptedException {
        return pool.acquire(LeaseRequest.any().withKey(key));
    }

    private static KeyStatus status(KeyPool pool, String key) {
        return pool.status().key(key).orElseThrow();
    }

    /** Fails to load once, as a store does whose disk is not mounted yet, and to observe always. */
    private static final class Unreadable implements KeyStateStore {
        private final SqliteStateStore store;
        private boolean mounted;
        private volatile boolean observed;

        Unreadable(SqliteStateStore store) {
            this.store = store;
        }

        @Override
        public StoredState load(String pool) throws IOException {
            if (!mounted) {
                mounted = true;
                throw new IOException("not mounted");
            }
            return store.load(pool);
        }

        @Override
        public void save(String pool, Collection<KeyRecord> changes) throws IOException {
            store.save(pool, changes);
        }

        @Override
        public Subscription observe(String pool, Consumer<Collection<KeyRecord>> changes) {
            observed = true;
            throw new IllegalStateException("cannot observe");
        }

        @Override
        public void close() {
            store.close();
        }
    }
}
