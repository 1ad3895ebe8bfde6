package dev.poolswitch.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.poolswitch.ApiKey;
import dev.poolswitch.KeyPool;
import dev.poolswitch.KeyState;
import dev.poolswitch.KeyStatus.Block;
import dev.poolswitch.Lease;
import dev.poolswitch.LeaseRequest;
import dev.poolswitch.NoKeyAvailableException;
import dev.poolswitch.PoolEvent;
import dev.poolswitch.Strategy;
import dev.poolswitch.WhenExhausted;
import dev.poolswitch.testkit.FakeTimeSource;
import dev.poolswitch.verdict.Scope;
import dev.poolswitch.verdict.Verdict;
import dev.poolswitch.verdict.VerdictKind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A limit of a model is the account's: one refusal tells of all its keys, and so does one success. */
class AccountModelTest {

    private static final LeaseRequest LARGE = LeaseRequest.any().withModel("large");
    private static final LeaseRequest SMALL = LeaseRequest.any().withModel("small");
    private static final Duration REST = Duration.ofSeconds(10);

    private final FakeTimeSource time = new FakeTimeSource();
    private final List<PoolEvent> events = new CopyOnWriteArrayList<>();

    @ParameterizedTest
    @EnumSource(names = {"RATE_LIMITED", "QUOTA_EXHAUSTED"})
    void a_call_that_a_limit_refused_goes_on_with_a_key_of_another_account(VerdictKind kind) throws Exception {
        try (KeyPool pool = pool().build()) {
            Lease refused = pool.acquire(LARGE.withKey("a1"));
            refused.end(refusal(kind));

            Lease next = pool.acquire(LARGE.insteadOf(refused));
            assertThat(next.key().id()).isEqualTo("b");
            next.end(refusal(kind));
            assertThat(pool.tryAcquire(LARGE.insteadOf(refused).insteadOf(next)))
                    .isEmpty();
            assertThat(pool.tryAcquire(LARGE)).isEmpty();
        }
    }

    @Test
    void other_models_and_calls_without_one_may_still_use_every_key_of_the_account() throws Exception {
        try (KeyPool pool = limited(pool(), "a1")) {
            for (String key : List.of("a1", "a2", "a3")) {
                assertThat(pool.tryAcquire(LARGE.withKey(key))).isEmpty();
                assertThat(pool.tryAcquire(SMALL.withKey(key))).isPresent();
                assertThat(pool.tryAcquire(LeaseRequest.any().withKey(key))).isPresent();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"KEY_FORBIDDEN", "KEY_REJECTED"})
    void what_a_key_may_not_use_its_siblings_may(VerdictKind kind) throws Exception {
        try (KeyPool pool = pool().build()) {
            pool.acquire(LARGE.withKey("a1")).end(refusal(kind));

            assertThat(pool.tryAcquire(LARGE.withKey("a1"))).isEmpty();
            assertThat(pool.tryAcquire(LARGE.withKey("a2"))).isPresent();
        }
    }

    @Test
    void a_key_without_an_account_is_closed_for_the_model_by_itself() throws Exception {
        try (KeyPool pool = pool(Pools.key("x").build(), Pools.key("y").build()).build()) {
            pool.acquire(LARGE.withKey("x")).end(refusal(VerdictKind.RATE_LIMITED));

            assertThat(pool.tryAcquire(LARGE.withKey("x"))).isEmpty();
            assertThat(pool.tryAcquire(LARGE.withKey("y"))).isPresent();
        }
    }

    @Test
    void a_key_that_joins_the_account_is_closed_for_the_model_too() throws Exception {
        try (KeyPool pool = limited(pool(), "a1")) {
            pool.addKey(account("a4"));

            assertThat(pool.tryAcquire(LARGE.withKey("a4"))).isEmpty();
            time.advance(REST);
            assertThat(pool.tryAcquire(LARGE.withKey("a4"))).isPresent();
        }
    }

    @Test
    void one_call_tests_the_account_whichever_key_it_has() throws Exception {
        try (KeyPool pool = limited(pool(), "a1")) {
            pool.disable("b");
            time.advance(REST.minusNanos(1));
            assertThat(pool.tryAcquire(LARGE)).isEmpty();
            time.advance(Duration.ofNanos(1));

            assertThat(pool.tryAcquire(LARGE)).isPresent();
            assertThat(pool.tryAcquire(LARGE)).isEmpty();
        }
    }

    @Test
    void a_test_without_a_result_is_left_to_a_sibling() throws Exception {
        try (KeyPool pool = limited(pool(), "a1")) {
            time.advance(REST);
            pool.acquire(LARGE.withKey("a2")).close();
            pool.acquire(LARGE.withKey("a3")).unused();
            pool.acquire(LARGE.withKey("a2")).end(refusal(VerdictKind.KEY_FORBIDDEN));

            assertThat(pool.tryAcquire(LARGE.withKey("a3"))).isPresent();
        }
    }

    @Test
    void a_test_that_found_no_permit_is_left_to_a_sibling() throws Exception {
        ApiKey narrow = Pools.key("a2").group("A").maxConcurrent(1).build();
        try (KeyPool pool = limited(pool(account("a1"), narrow), "a1")) {
            time.advance(REST);
            Lease busy = pool.acquire(SMALL.withKey("a2"));
            assertThat(pool.tryAcquire(LARGE.withKey("a2"))).isEmpty();

            assertThat(pool.tryAcquire(LARGE.withKey("a1"))).isPresent();
            busy.succeeded();
        }
    }

    @Test
    void a_call_that_waits_goes_as_soon_as_a_test_comes_back_without_a_result() throws Exception {
        try (KeyPool pool =
                limited(pool(account("a1"), account("a2")).whenExhausted(WhenExhausted.waitUpTo(REST)), "a1")) {
            time.advance(REST);
            Lease test = pool.acquire(LARGE.withKey("a2"));
            CompletableFuture<Lease> waits = pool.acquireAsync(LARGE.withKey("a1"));
            assertThat(waits).isNotDone();
            test.close();

            assertThat(waits).isDone();
        }
    }

    @Test
    void a_success_of_any_key_opens_the_model_for_all_step_by_step() throws Exception {
        try (KeyPool pool = limited(pool(), "a1")) {
            pool.disable("b");
            time.advance(REST);
            pool.acquire(LARGE.withKey("a2")).succeeded();
            Lease first = pool.acquire(LARGE.withKey("a1"));
            pool.acquire(LARGE.withKey("a3"));
            assertThat(pool.tryAcquire(LARGE)).isEmpty();
            assertThat(pool.tryAcquire(SMALL)).isPresent();
            first.succeeded();

            assertThat(pool.tryAcquire(LARGE)).isPresent();
            assertThat(pool.tryAcquire(LARGE)).isPresent();
            assertThat(pool.tryAcquire(LARGE)).isEmpty();
        }
    }

    @Test
    void a_test_that_is_refused_closes_the_model_for_all_again() throws Exception {
        try (KeyPool pool = limited(pool(), "a1")) {
            time.advance(REST);
            limit(pool, "a2");

            assertThat(pool.tryAcquire(LARGE.withKey("a1"))).isEmpty();
            time.advance(REST);
            assertThat(pool.tryAcquire(LARGE.withKey("a1"))).isPresent();
        }
    }

    @Test
    void a_call_that_must_not_probe_tests_the_account_only_when_no_key_of_another_is_left() throws Exception {
        for (Strategy strategy : List.of(
                Strategy.quotaFailover(),
                Strategy.roundRobin(),
                Strategy.random(),
                Strategy.weighted(),
                Strategy.leastUsed())) {
            try (KeyPool pool = limited(pool().strategy(strategy), "a1")) {
                time.advance(REST);
                for (int i = 0; i < 20; i++) {
                    Lease lease = pool.acquire(LARGE.withoutProbing());
                    assertThat(lease.key().id()).isEqualTo("b");
                    lease.succeeded();
                }
                pool.disable("b");
                assertThat(pool.acquire(LARGE.withoutProbing()).key().group()).contains("A");
            }
        }
    }

    @Test
    void best_effort_uses_the_account_that_recovers_first() throws Exception {
        try (KeyPool pool = limited(pool().whenExhausted(WhenExhausted.bestEffort()), "a1")) {
            pool.acquire(LARGE.withKey("b"))
                    .end(refusal(VerdictKind.RATE_LIMITED).withWait(REST.plusSeconds(1)));
            time.advance(Duration.ofSeconds(1));

            Lease lease = pool.acquire(LARGE);
            assertThat(lease.key().group()).contains("A");
            lease.succeeded();
            assertThat(pool.status().key("a1").orElseThrow().blocks()).isEmpty();
        }
    }

    @Test
    void the_model_shows_as_closed_at_every_key_of_the_account_and_in_the_error_of_who_finds_none() throws Exception {
        try (KeyPool pool = limited(pool(account("a1"), account("a2")), "a1")) {
            Block closed = new Block(
                    Scope.KEY_AND_MODEL,
                    "large",
                    KeyState.RATE_LIMITED,
                    time.instant().plus(REST),
                    "429");
            for (String id : List.of("a1", "a2")) {
                assertThat(pool.status().key(id).orElseThrow().blocks()).containsExactly(closed);
                assertThat(pool.status().key(id).orElseThrow().state()).isEqualTo(KeyState.READY);
            }
            NoKeyAvailableException none =
                    catchThrowableOfType(NoKeyAvailableException.class, () -> pool.acquire(LARGE));
            assertThat(none.earliestRecovery()).isEqualTo(time.instant().plus(REST));
            assertThat(none).hasMessageContaining("a2: rate_limited for model large [429]");
        }
    }

    @Test
    void what_a_key_may_not_use_shows_beside_what_its_account_is_limited_in() throws Exception {
        try (KeyPool pool = pool(account("a1"), account("a2")).build()) {
            Lease late = pool.acquire(LARGE.withKey("a2"));
            pool.acquire(LARGE.withKey("a2")).end(refusal(VerdictKind.KEY_FORBIDDEN));
            late.end(refusal(VerdictKind.RATE_LIMITED));

            assertThat(pool.status().key("a2").orElseThrow().blocksOf("large"))
                    .extracting(Block::state)
                    .containsExactly(KeyState.REJECTED, KeyState.RATE_LIMITED);
            assertThat(pool.status().key("a1").orElseThrow().blocksOf("large"))
                    .extracting(Block::state)
                    .containsExactly(KeyState.RATE_LIMITED);
        }
    }

    @Test
    void closing_and_opening_are_told_once_with_the_key_that_was_used() throws Exception {
        try (KeyPool pool = limited(pool(), "a1")) {
            time.advance(REST);
            pool.acquire(LARGE.withKey("a2")).succeeded();
        }
        await().until(() -> events.size() >= 2);
        assertThat(events)
                .containsExactly(
                        new PoolEvent.Closed(
                                "test",
                                "a1",
                                Scope.KEY_AND_MODEL,
                                "large",
                                VerdictKind.RATE_LIMITED,
                                "429",
                                time.instant()),
                        new PoolEvent.Recovered("test", "a2", Scope.KEY_AND_MODEL, "large"));
    }

    @Test
    void a_reset_of_any_key_opens_the_model_for_the_account_and_putting_one_into_service_does_not() throws Exception {
        try (KeyPool pool = limited(pool(), "a1")) {
            pool.disable("a2");
            pool.enable("a2");
            assertThat(pool.tryAcquire(LARGE.withKey("a2"))).isEmpty();
            pool.reset("a3");

            for (String key : List.of("a1", "a2", "a3")) {
                assertThat(pool.tryAcquire(LARGE.withKey(key))).isPresent();
            }
        }
    }

    @Test
    void rested_keys_of_different_accounts_that_are_refused_a_model_in_a_row_rest_the_upstream_and_clear_the_accounts()
            throws Exception {
        try (KeyPool pool = rested()) {
            limit(pool, "a1");
            limit(pool, "b1");
            limit(pool, "c1");

            assertThat(pool.tryAcquire(SMALL)).isEmpty();
            assertThat(pool.status().keys())
                    .allSatisfy(key ->
                            assertThat(key.blocks()).extracting(Block::scope).containsExactly(Scope.UPSTREAM));
        }
    }

    @Test
    void a_rested_key_whose_sibling_was_in_use_may_be_refused_for_what_the_sibling_did() throws Exception {
        try (KeyPool pool = rested()) {
            for (String busy : List.of("a2", "b2", "c2")) {
                pool.acquire(LARGE.withKey(busy)).succeeded();
            }
            time.advance(Duration.ofSeconds(1));
            limit(pool, "a1");
            limit(pool, "b1");
            limit(pool, "c1");

            assertThat(pool.tryAcquire(SMALL)).isPresent();
            assertThat(pool.tryAcquire(LARGE)).isEmpty();
        }
    }

    /** Three accounts of two keys, known to have rested, for the pool has been there for a while. */
    private KeyPool rested() {
        KeyPool pool = pool(
                        account("a1"),
                        account("a2"),
                        Pools.key("b1").group("B").build(),
                        Pools.key("b2").group("B").build(),
                        Pools.key("c1").group("C").build(),
                        Pools.key("c2").group("C").build())
                .build();
        time.advance(Duration.ofMinutes(2));
        return pool;
    }

    private KeyPool.Builder pool() {
        return pool(account("a1"), account("a2"), account("a3"), Pools.key("b").build());
    }

    private KeyPool.Builder pool(ApiKey... keys) {
        return Pools.of(time, keys).whenExhausted(WhenExhausted.failFast()).listener(events::add);
    }

    private static ApiKey account(String id) {
        return Pools.key(id).group("A").build();
    }

    private static KeyPool limited(KeyPool.Builder builder, String key) throws Exception {
        KeyPool pool = builder.build();
        limit(pool, key);
        return pool;
    }

    private static void limit(KeyPool pool, String key) throws Exception {
        pool.acquire(LARGE.withKey(key)).end(refusal(VerdictKind.RATE_LIMITED));
    }

    private static Verdict refusal(VerdictKind kind) {
        return Verdict.of(kind, "429").withScope(Scope.KEY_AND_MODEL).withWait(REST);
    }
}
