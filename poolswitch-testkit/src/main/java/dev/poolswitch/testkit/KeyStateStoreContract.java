package dev.poolswitch.testkit;

import static dev.poolswitch.testkit.StoredRecords.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.poolswitch.store.KeyRecord;
import dev.poolswitch.store.KeyStateStore;
import dev.poolswitch.store.StoredState;
import dev.poolswitch.verdict.Scope;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * What every {@link KeyStateStore} must do. Subclass it, say how a store is opened, and declare with a reason what the
 * store cannot do; such a gap shows as skipped, with the reason.
 *
 * <pre>{@code
 * class MyStateStoreTest extends KeyStateStoreContract {
 *     @TempDir
 *     Path directory;
 *
 *     @Override
 *     protected KeyStateStore openStore() throws IOException {
 *         return MyStateStore.open(directory.resolve("state"));
 *     }
 * }
 * }</pre>
 */
public abstract class KeyStateStoreContract extends MergeRules {

    private final List<KeyStateStore> opened = new ArrayList<>();

    /** For subclasses. */
    protected KeyStateStoreContract() {}

    /** What some stores cannot do. */
    public enum StoreCapability {
        /** What was saved is there when the store is opened again. */
        SURVIVES_RESTART,
        /** Two instances on the same place work at the same time and see what the other has saved. */
        SHARED,
        /** Changes of another instance are handed over within two seconds. */
        OBSERVES,
        /** Says that it is closed instead of working on. */
        REFUSES_AFTER_CLOSE
    }

    /**
     * Opens the store. The first time in a test its place is empty; each further time it is the same place again.
     *
     * @throws Exception when it cannot be opened, which fails the test
     */
    protected abstract KeyStateStore openStore() throws Exception;

    /** What this store cannot do, each with the reason; nothing unless overridden. */
    protected Map<StoreCapability, String> gaps() {
        return Map.of();
    }

    /** Closes what the test has opened. */
    @AfterEach
    public void close_what_was_opened() {
        opened.forEach(KeyStateStore::close);
    }

    @Test
    void an_empty_store_has_a_salt_and_no_records() throws Exception {
        StoredState state = open().load(POOL);

        assertThat(state.salt()).hasSizeGreaterThanOrEqualTo(16);
        assertThat(state.records()).isEmpty();
    }

    @Test
    void every_field_of_every_scope_comes_back_as_it_was_saved() throws Exception {
        KeyStateStore store = open();
        List<KeyRecord> saved = List.of(
                StoredRecords.full(Scope.KEY, "a", "", "insufficient_quota"),
                StoredRecords.full(Scope.KEY_AND_MODEL, "a", "model-1", "model_not_found"),
                StoredRecords.full(Scope.KEY_AND_MODEL, "a", "model-2", ""),
                StoredRecords.full(Scope.GROUP, "", "team", "x"),
                StoredRecords.full(Scope.UPSTREAM, "", "", "y"),
                StoredRecords.open("b", NOW));

        store.save(POOL, saved);

        assertThat(store.load(POOL).records()).containsExactlyInAnyOrderElementsOf(saved);
    }

    @Test
    void pools_are_kept_apart() throws Exception {
        KeyStateStore store = open();
        store.save("one", List.of(StoredRecords.blocked("a", NOW.plusSeconds(60), NOW)));
        store.save("two", List.of(StoredRecords.open("a", NOW)));

        assertThat(store.load("one").records()).singleElement().matches(record -> !record.open());
        assertThat(store.load("two").records()).singleElement().matches(KeyRecord::open);
        assertThat(store.load("three").records()).isEmpty();
        assertThat(store.load("three").salt()).isEqualTo(store.load("one").salt());
    }

    @Test
    void hostile_text_comes_back_unchanged() throws Exception {
        KeyStateStore store = open();
        List<String> hostile = List.of(
                "'; DROP TABLE key_state; --",
                "\"quoted\" \\ back\\slash",
                "zeile\r\nline\ttab\u0000nul\u0001",
                "ключ 鍵 🔑 e\u0301 \u202e\ufeff\uffff",
                "%s ${x} {{y}} <z/>",
                "x".repeat(10_000),
                " ");
        List<KeyRecord> saved = new ArrayList<>();
        for (String text : hostile) {
            saved.add(StoredRecords.full(Scope.KEY_AND_MODEL, text, text, text));
        }

        store.save(hostile.get(3), saved);

        assertThat(store.load(hostile.get(3)).records()).containsExactlyInAnyOrderElementsOf(saved);
    }

    @Test
    void extreme_instants_and_numbers_come_back_unchanged() throws Exception {
        KeyStateStore store = open();
        List<KeyRecord> saved = List.of(
                StoredRecords.extreme(
                        "max", Instant.MAX, Long.MAX_VALUE, Integer.MAX_VALUE, Duration.ofSeconds(Long.MAX_VALUE, 999)),
                StoredRecords.extreme("min", Instant.MIN, Long.MIN_VALUE, Integer.MIN_VALUE, Duration.ofNanos(-1)),
                StoredRecords.extreme("epoch", Instant.EPOCH, 0, 0, Duration.ZERO),
                StoredRecords.extreme("before", Instant.EPOCH.minusNanos(1), -1, -1, Duration.ofNanos(1)));

        store.save(POOL, saved);

        assertThat(store.load(POOL).records()).containsExactlyInAnyOrderElementsOf(saved);
    }

    @Test
    void ten_thousand_records_come_back() throws Exception {
        KeyStateStore store = open();
        List<KeyRecord> saved = IntStream.range(0, 10_000)
                .mapToObj(i -> StoredRecords.full(Scope.KEY, "key-" + i, "", "code-" + i))
                .toList();

        store.save(POOL, saved);

        assertThat(store.load(POOL).records()).hasSize(saved.size()).containsAll(saved.subList(0, 50));
    }

    @Test
    void nothing_to_save_is_no_error() throws Exception {
        KeyStateStore store = open();

        assertThatCode(() -> store.save(POOL, List.of())).doesNotThrowAnyException();
        assertThat(store.load(POOL).records()).isEmpty();
    }

    @Test
    void threads_that_save_at_the_same_time_lose_nothing() throws Exception {
        KeyStateStore store = open();

        addUpFrom(List.of(store, store), 100);

        assertThat(only(store).counters().requests()).isEqualTo(200);
    }

    @Test
    void what_save_has_returned_from_is_there_after_a_restart() throws Exception {
        needs(StoreCapability.SURVIVES_RESTART);
        KeyStateStore store = open();
        String salt = store.load(POOL).salt();
        KeyRecord saved = StoredRecords.full(Scope.KEY, "a", "", "code");
        save(store, saved);
        store.close();

        StoredState state = open().load(POOL);

        assertThat(state.records()).containsExactly(saved);
        assertThat(state.salt())
                .as("the salt, without which no fingerprint fits")
                .isEqualTo(salt);
    }

    @Test
    void a_second_instance_sees_what_save_has_returned_from() throws Exception {
        needs(StoreCapability.SHARED);
        KeyStateStore one = open();
        KeyStateStore two = open();

        save(one, StoredRecords.blocked("a", NOW.plusSeconds(60), NOW));
        assertThat(only(two).closedUntil()).isEqualTo(NOW.plusSeconds(60));
        assertThat(two.load(POOL).salt()).isEqualTo(one.load(POOL).salt());

        save(two, StoredRecords.blocked("a", NOW.plusSeconds(90), NOW));
        assertThat(only(one).closedUntil()).isEqualTo(NOW.plusSeconds(90));
    }

    @Test
    void instances_that_save_at_the_same_time_lose_nothing() throws Exception {
        needs(StoreCapability.SHARED);
        KeyStateStore one = open();

        addUpFrom(List.of(one, open()), 100);

        assertThat(only(one).counters().requests()).isEqualTo(200);
    }

    @Test
    void changes_of_others_are_handed_over_within_two_seconds_and_own_ones_are_not() throws Exception {
        needs(StoreCapability.OBSERVES);
        KeyStateStore one = open();
        KeyStateStore two = open();
        one.load(POOL);
        try (ChangeLog seen = ChangeLog.of(one, POOL)) {
            save(one, StoredRecords.blocked("own", NOW, NOW));
            two.save("other pool", List.of(StoredRecords.blocked("elsewhere", NOW, NOW)));
            save(two, StoredRecords.blocked("a", NOW.plusSeconds(60), NOW, StoredRecords.requests(3)));
            save(two, StoredRecords.blocked("a", NOW.plusSeconds(90), NOW, StoredRecords.requests(4)));

            seen.await(
                    "a",
                    record -> record.closedUntil().equals(NOW.plusSeconds(90))
                            && record.counters().requests() == 7);
            assertThat(seen.keys()).containsOnly("a");
        }
    }

    @Test
    void what_another_saves_between_load_and_observe_is_handed_over() throws Exception {
        needs(StoreCapability.OBSERVES);
        KeyStateStore one = open();
        KeyStateStore two = open();
        one.load(POOL);
        save(two, StoredRecords.blocked("a", NOW.plusSeconds(60), NOW));

        try (ChangeLog seen = ChangeLog.of(one, POOL)) {
            seen.await("a", record -> !record.open());
        }
    }

    @Test
    void a_change_that_was_merged_with_an_own_one_is_handed_over_all_the_same() throws Exception {
        needs(StoreCapability.OBSERVES);
        KeyStateStore one = open();
        KeyStateStore two = open();
        one.load(POOL);
        try (ChangeLog seen = ChangeLog.of(one, POOL)) {
            save(two, StoredRecords.blocked("a", NOW.plusSeconds(60), NOW));
            save(one, StoredRecords.open("a", NOW.minusSeconds(60)));

            seen.await("a", record -> !record.open());
        }
    }

    @Test
    void an_observer_that_throws_is_called_again() throws Exception {
        needs(StoreCapability.OBSERVES);
        KeyStateStore one = open();
        KeyStateStore two = open();
        one.load(POOL);
        try (ChangeLog seen = ChangeLog.thatThrows(one, POOL)) {
            for (String key : List.of("a", "b")) {
                save(two, StoredRecords.blocked(key, NOW, NOW));
                seen.await(key, record -> true);
            }
        }
    }

    @Test
    void closing_twice_has_no_effect() throws Exception {
        KeyStateStore store = open();
        store.close();

        assertThatCode(store::close).doesNotThrowAnyException();
    }

    @Test
    void a_closed_store_says_so() throws Exception {
        needs(StoreCapability.REFUSES_AFTER_CLOSE);
        KeyStateStore store = open();
        store.close();

        assertThatThrownBy(() -> store.load(POOL))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> save(store, StoredRecords.open("a", NOW)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("closed");
    }

    @Override
    KeyStateStore open() throws Exception {
        KeyStateStore store = openStore();
        opened.add(store);
        return store;
    }

    private void needs(StoreCapability capability) {
        String reason = gaps().get(capability);
        Assumptions.assumeTrue(reason == null, () -> capability + ": " + reason);
    }

    private static void addUpFrom(List<KeyStateStore> stores, int times) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(stores.size());
        try {
            Stream<Future<?>> running = stores.stream()
                    .<Future<?>>map(store -> threads.submit(() -> {
                        for (int i = 0; i < times; i++) {
                            save(store, StoredRecords.blocked("a", NOW, NOW, StoredRecords.requests(1)));
                        }
                        return null;
                    }));
            for (Future<?> each : running.toList()) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
