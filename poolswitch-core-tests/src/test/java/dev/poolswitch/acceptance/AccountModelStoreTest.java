package dev.poolswitch.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.ApiKey;
import dev.poolswitch.KeyPool;
import dev.poolswitch.LeaseRequest;
import dev.poolswitch.WhenExhausted;
import dev.poolswitch.store.MemoryStateStore;
import dev.poolswitch.testkit.FakeTimeSource;
import dev.poolswitch.verdict.Scope;
import dev.poolswitch.verdict.Verdict;
import dev.poolswitch.verdict.VerdictKind;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a store keeps under the key that was refused, an account hears of in whichever process and whenever. */
class AccountModelStoreTest {

    private static final LeaseRequest LARGE = LeaseRequest.any().withModel("large");
    private static final Duration REST = Duration.ofSeconds(100);
    /** How much later than others a process may test what it heard from them. */
    private static final Duration DEFERENCE = Duration.ofSeconds(1);

    private final FakeTimeSource time = new FakeTimeSource();
    private final SharedStore shared = new SharedStore();
    private final MemoryStateStore memory = shared.memory;

    @Test
    void a_limit_is_kept_as_the_record_of_the_key_that_was_refused() throws Exception {
        try (KeyPool pool = pool("a1", "a2")) {
            limit(pool, "a1");
        }
        assertThat(memory.load("test").records())
                .filteredOn(record -> record.scope() == Scope.KEY_AND_MODEL)
                .singleElement()
                .satisfies(record -> {
                    assertThat(record.keyId()).isEqualTo("a1");
                    assertThat(record.subject()).isEqualTo("large");
                    assertThat(record.cause()).isEqualTo(VerdictKind.RATE_LIMITED);
                    assertThat(record.closedUntil()).isEqualTo(time.instant().plus(REST));
                });
    }

    @Test
    void after_a_restart_the_model_is_still_closed_for_every_key_of_the_account() throws Exception {
        try (KeyPool pool = pool("a1", "a2")) {
            limit(pool, "a1");
        }
        try (KeyPool next = pool("a1", "a2")) {
            assertClosed(next, "a1", "a2");
            time.advance(REST);
            assertThat(next.tryAcquire(LARGE)).isPresent();
            assertThat(next.tryAcquire(LARGE)).isEmpty();
        }
    }

    @Test
    void after_a_restart_the_model_is_still_open_that_a_sibling_has_found_open() throws Exception {
        try (KeyPool pool = pool("a1", "a2", "a3")) {
            limit(pool, "a1");
            time.advance(REST);
            limit(pool, "a2");
            time.advance(REST);
            pool.acquire(LARGE.withKey("a3")).succeeded();
        }
        try (KeyPool next = pool("a1", "a2", "a3")) {
            assertOpen(next, "a1", "a2", "a3");
        }
    }

    @Test
    void after_a_restart_the_model_is_still_open_that_a_person_has_opened_with_a_sibling() throws Exception {
        try (KeyPool pool = pool("a1", "a2")) {
            limit(pool, "a1");
            pool.reset("a2");
        }
        try (KeyPool next = pool("a1", "a2")) {
            assertOpen(next, "a1", "a2");
            time.advance(Duration.ofSeconds(1));
            limit(next, "a2");
        }
        try (KeyPool last = pool("a1", "a2")) {
            assertClosed(last, "a1", "a2");
        }
    }

    @Test
    void after_a_restart_a_key_is_still_forbidden_what_its_siblings_may_use() throws Exception {
        try (KeyPool pool = pool("a1", "a2")) {
            pool.acquire(LARGE.withKey("a1"))
                    .end(Verdict.of(VerdictKind.KEY_FORBIDDEN, "403").withScope(Scope.KEY_AND_MODEL));
        }
        try (KeyPool next = pool("a1", "a2")) {
            assertClosed(next, "a1");
            assertOpen(next, "a2");
        }
    }

    @Test
    void a_key_that_is_forbidden_a_model_stays_so_when_its_account_s_limit_is_over() throws Exception {
        try (KeyPool pool = pool("a1", "a2")) {
            limit(pool, "a1");
            time.advance(REST);
            pool.acquire(LARGE.withKey("a1"))
                    .end(Verdict.of(VerdictKind.KEY_FORBIDDEN, "403").withScope(Scope.KEY_AND_MODEL));
            pool.acquire(LARGE.withKey("a2")).succeeded();
        }
        try (KeyPool next = pool("a1", "a2")) {
            assertClosed(next, "a1");
            assertOpen(next, "a2");
        }
    }

    @Test
    void of_a_key_that_is_no_longer_there_or_has_another_name_nothing_is_remembered() throws Exception {
        try (KeyPool pool = pool("a1", "a2")) {
            limit(pool, "a1");
            pool.removeKey("a1");
            assertClosed(pool, "a2");
        }
        try (KeyPool next = pool("a2", "a3")) {
            assertOpen(next, "a2", "a3");
        }
    }

    @Test
    void a_key_that_comes_back_does_not_close_again_what_was_found_open_without_it() throws Exception {
        try (KeyPool pool = pool("a1", "a2")) {
            limit(pool, "a1");
            pool.removeKey("a1");
            time.advance(REST);
            pool.acquire(LARGE.withKey("a2")).succeeded();
            pool.addKey(account("a1"));
            assertOpen(pool, "a1", "a2");
        }
        try (KeyPool next = pool("a1", "a2")) {
            assertOpen(next, "a1", "a2");
        }
    }

    @Test
    void another_process_hears_of_the_limit_for_all_keys_and_of_its_end() throws Exception {
        try (KeyPool here = pool("a1", "a2", "a3");
                KeyPool there = pool("a1", "a2", "a3")) {
            limit(here, "a1");
            assertClosed(there, "a1", "a2", "a3");
            time.advance(REST.plus(DEFERENCE));
            there.acquire(LARGE.withKey("a2")).succeeded();
            there.durable().toCompletableFuture().join();

            assertOpen(here, "a1", "a2", "a3");
        }
        try (KeyPool next = pool("a1", "a2", "a3")) {
            assertOpen(next, "a1", "a2", "a3");
        }
    }

    private static void limit(KeyPool pool, String key) throws Exception {
        pool.acquire(LARGE.withKey(key))
                .end(Verdict.of(VerdictKind.RATE_LIMITED, "429")
                        .withScope(Scope.KEY_AND_MODEL)
                        .withWait(REST));
        pool.durable().toCompletableFuture().join();
    }

    private static void assertClosed(KeyPool pool, String... keys) {
        for (String key : keys) {
            assertThat(pool.status().key(key).orElseThrow().blocksOf("large")).isNotEmpty();
            assertThat(pool.tryAcquire(LARGE.withKey(key))).isEmpty();
        }
    }

    private static void assertOpen(KeyPool pool, String... keys) {
        for (String key : keys) {
            assertThat(pool.status().key(key).orElseThrow().blocksOf("large")).isEmpty();
            assertThat(pool.tryAcquire(LARGE.withKey(key))).hasValueSatisfying(lease -> lease.unused());
        }
    }

    private KeyPool pool(String... ids) {
        ApiKey[] keys =
                List.of(ids).stream().map(AccountModelStoreTest::account).toArray(ApiKey[]::new);
        return Pools.of(time, keys)
                .whenExhausted(WhenExhausted.failFast())
                .store(new SharedStore.View(shared))
                .build();
    }

    private static ApiKey account(String id) {
        return Pools.key(id).group("A").build();
    }
}
