package dev.poolswitch.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.KeyPool;
import dev.poolswitch.KeyState;
import dev.poolswitch.KeyStatus;
import dev.poolswitch.Lease;
import dev.poolswitch.LeaseRequest;
import dev.poolswitch.WhenExhausted;
import dev.poolswitch.store.MemoryStateStore;
import dev.poolswitch.testkit.FakeTimeSource;
import dev.poolswitch.verdict.Budget;
import dev.poolswitch.verdict.Scope;
import dev.poolswitch.verdict.Verdict;
import dev.poolswitch.verdict.VerdictKind;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Refusals of keys that had no reason of their own to be refused speak of what the keys share. */
class CorrelatedRefusalTest {

    private static final Duration STATED = Duration.ofSeconds(20);

    private final FakeTimeSource time = new FakeTimeSource();

    @Test
    void the_third_rested_key_in_a_row_that_is_refused_rests_the_upstream_and_clears_the_keys() throws Exception {
        try (KeyPool pool = rested(pool("a", "b", "c", "d", "e"))) {
            refuse(pool, "a", "b", "c");

            assertThat(pool.tryAcquire()).isEmpty();
            time.advance(STATED);
            pool.acquire().succeeded();
            assertThat(states(pool)).containsOnly(KeyState.READY);
        }
    }

    @Test
    void two_are_not_enough() throws Exception {
        try (KeyPool pool = rested(pool("a", "b", "c", "d"))) {
            refuse(pool, "a", "b");

            assertThat(Pools.calls(pool, 20)).containsOnlyKeys("c", "d");
        }
    }

    @Test
    void a_success_in_between_shows_that_nothing_is_shared() throws Exception {
        try (KeyPool pool = rested(pool("a", "b", "c", "d", "e"))) {
            refuse(pool, "a", "b");
            pool.acquire(LeaseRequest.any().withKey("d")).succeeded();
            refuse(pool, "c");

            assertThat(Pools.calls(pool, 20)).containsOnlyKeys("d", "e");
        }
    }

    @Test
    void keys_that_were_in_use_and_reach_their_own_limits_at_the_same_time_are_not_correlated() throws Exception {
        try (KeyPool pool = rested(pool("a", "b", "c", "d"))) {
            Pools.calls(pool, 40);
            time.advance(Duration.ofSeconds(1));
            refuse(pool, "a", "b", "c");

            assertThat(Pools.calls(pool, 10)).containsOnlyKeys("d");
            assertThat(state(pool, "a")).isEqualTo(KeyState.RATE_LIMITED);
        }
    }

    @Test
    void keys_that_were_in_use_but_have_budget_left_by_what_answers_told_are_correlated() throws Exception {
        try (KeyPool pool = rested(pool("a", "b", "c", "d"))) {
            for (String id : List.of("a", "b", "c", "d")) {
                Budget requests = new Budget(Scope.KEY, Budget.Unit.REQUESTS, 100, 90, Duration.ofMinutes(1));
                Budget tokens = new Budget(Scope.KEY, Budget.Unit.TOKENS, 10_000, 9_000, Duration.ofMinutes(1));
                pool.acquire(LeaseRequest.any().withKey(id))
                        .end(new Verdict(VerdictKind.SUCCESS, Scope.KEY, null, "", List.of(requests, tokens)));
            }
            time.advance(Duration.ofSeconds(1));
            refuse(pool, "a", "b", "c");

            assertThat(pool.tryAcquire()).isEmpty();
        }
    }

    @Test
    void keys_that_have_requests_left_may_have_no_tokens_left_of_which_nobody_told() throws Exception {
        try (KeyPool pool = rested(pool("a", "b", "c", "d"))) {
            for (String id : List.of("a", "b", "c", "d")) {
                Budget requests = new Budget(Scope.KEY, Budget.Unit.REQUESTS, 100, 90, Duration.ofMinutes(1));
                pool.acquire(LeaseRequest.any().withKey(id))
                        .end(new Verdict(VerdictKind.SUCCESS, Scope.KEY, null, "", List.of(requests)));
            }
            time.advance(Duration.ofSeconds(1));
            refuse(pool, "a", "b", "c");

            assertThat(Pools.calls(pool, 10)).containsOnlyKeys("d");
        }
    }

    @Test
    void of_what_keys_did_before_the_process_began_nothing_is_known() throws Exception {
        try (KeyPool pool =
                pool("a", "b", "c", "d").whenExhausted(WhenExhausted.failFast()).build()) {
            refuse(pool, "a", "b", "c");

            assertThat(Pools.calls(pool, 10)).containsOnlyKeys("d");
        }
    }

    @Test
    void a_wait_that_is_longer_than_the_key_rested_may_be_for_what_it_did_before() throws Exception {
        try (KeyPool pool = rested(pool("a", "b", "c", "d"))) {
            for (String id : List.of("a", "b", "c")) {
                pool.acquire(LeaseRequest.any().withKey(id)).rateLimited(Duration.ofHours(1));
            }

            assertThat(Pools.calls(pool, 10)).containsOnlyKeys("d");
        }
    }

    @Test
    void the_shortest_of_the_waits_is_kept() throws Exception {
        try (KeyPool pool = rested(pool("a", "b", "c", "d"))) {
            refuse(pool, "a", "b");
            pool.acquire(LeaseRequest.any().withKey("c")).rateLimited(Duration.ofSeconds(100));
            assertThat(pool.tryAcquire()).isEmpty();

            time.advance(STATED);
            assertThat(pool.tryAcquire()).isPresent();
        }
    }

    @Test
    void a_reset_of_any_key_forgets_the_conclusion() throws Exception {
        try (KeyPool pool = rested(pool("a", "b", "c", "d"))) {
            refuse(pool, "a", "b", "c");
            pool.reset("d");

            assertThat(Pools.calls(pool, 10)).isNotEmpty();
        }
    }

    @Test
    void keys_of_one_group_rest_their_group_only() throws Exception {
        try (KeyPool pool = rested(Pools.of(
                time,
                Pools.key("a1").group("A").build(),
                Pools.key("a2").group("A").build(),
                Pools.key("a3").group("A").build(),
                Pools.key("a4").group("A").build(),
                Pools.key("b").build()))) {
            refuse(pool, "a1", "a2", "a3");

            assertThat(Pools.calls(pool, 20)).containsOnlyKeys("b");
            time.advance(STATED);
            pool.disable("b");
            assertThat(pool.acquire().key().group()).contains("A");
        }
    }

    @Test
    void a_refused_test_of_what_is_shared_rests_it_again_and_no_key() throws Exception {
        try (KeyPool pool = rested(pool("a", "b", "c", "d", "e"))) {
            refuse(pool, "a", "b", "c");
            time.advance(STATED);
            pool.acquire().rateLimited(STATED);
            assertThat(pool.tryAcquire()).isEmpty();
            time.advance(STATED);
            pool.acquire().succeeded();

            assertThat(states(pool)).containsOnly(KeyState.READY);
        }
    }

    @Test
    void what_was_rolled_back_is_rolled_back_in_the_store_too() throws Exception {
        MemoryStateStore store = new MemoryStateStore();
        try (KeyPool pool = rested(pool("a", "b", "c", "d").store(store))) {
            refuse(pool, "a", "b", "c");
            time.advance(STATED);
            pool.acquire(LeaseRequest.any().withKey("d")).succeeded();
        }
        try (KeyPool next = rested(pool("a", "b", "c", "d").store(store))) {
            assertThat(states(next)).containsOnly(KeyState.READY);
        }
    }

    private KeyPool.Builder pool(String... ids) {
        return Pools.of(time, ids);
    }

    /** A pool whose keys are known to have rested, for it has been there for a while. */
    private KeyPool rested(KeyPool.Builder builder) {
        KeyPool pool = builder.whenExhausted(WhenExhausted.failFast()).build();
        time.advance(Duration.ofMinutes(2));
        return pool;
    }

    private static void refuse(KeyPool pool, String... ids) throws Exception {
        for (String id : ids) {
            Lease lease = pool.acquire(LeaseRequest.any().withKey(id));
            lease.rateLimited(STATED);
        }
    }

    private static KeyState state(KeyPool pool, String id) {
        return pool.status().keys().stream()
                .filter(key -> key.id().equals(id))
                .findFirst()
                .orElseThrow()
                .state();
    }

    private static List<KeyState> states(KeyPool pool) {
        return pool.status().keys().stream().map(KeyStatus::state).toList();
    }
}
