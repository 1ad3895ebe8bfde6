package dev.poolswitch.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.KeyPool;
import dev.poolswitch.KeyState;
import dev.poolswitch.Lease;
import dev.poolswitch.LeaseRequest;
import dev.poolswitch.WhenExhausted;
import dev.poolswitch.testkit.FakeTimeSource;
import dev.poolswitch.verdict.Scope;
import dev.poolswitch.verdict.Verdict;
import dev.poolswitch.verdict.VerdictKind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecoveryTest {

    private final FakeTimeSource time = new FakeTimeSource();

    @Test
    void one_call_probes_a_key_whose_rest_is_over_and_everybody_else_keeps_away() throws Exception {
        try (KeyPool pool = failing("a", "b").build()) {
            pool.disable("b");
            pool.acquire().rateLimited(Duration.ofSeconds(10));
            time.advance(Duration.ofSeconds(10));
            Lease probe = pool.acquire();
            assertThat(pool.tryAcquire()).isEmpty();
            assertThat(state(pool, "a")).isEqualTo(KeyState.PROBING);
            pool.enable("b");
            assertThat(Pools.calls(pool, 50)).containsOnlyKeys("b");
            probe.succeeded();

            assertThat(Pools.calls(pool, 50)).containsKeys("a", "b");
        }
    }

    @Test
    void after_the_probe_the_load_returns_step_by_step() throws Exception {
        try (KeyPool pool = failing("a").build()) {
            pool.acquire().rateLimited(Duration.ofSeconds(10));
            time.advance(Duration.ofSeconds(10));
            pool.acquire().succeeded();
            List<Lease> ramp = Pools.take(pool, 2);
            assertThat(pool.tryAcquire()).isEmpty();
            ramp.get(0).succeeded();

            assertThat(Pools.take(pool, 2)).hasSize(2);
            assertThat(pool.tryAcquire()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = VerdictKind.class,
            names = {"NEUTRAL", "TIMEOUT", "OVERLOADED", "CALLER_ERROR", "KEY_FORBIDDEN", "UPSTREAM_ERROR"})
    void a_probe_that_proves_nothing_lets_the_next_call_probe(VerdictKind kind) throws Exception {
        try (KeyPool pool = failing("a").build()) {
            pool.acquire().rateLimited(Duration.ofSeconds(10));
            time.advance(Duration.ofSeconds(10));
            pool.acquire().end(Verdict.of(kind, "test"));

            assertThat(pool.tryAcquire()).isPresent();
        }
    }

    @Test
    void a_probe_that_was_not_used_lets_the_next_call_probe() throws Exception {
        try (KeyPool pool = failing("a").build()) {
            pool.acquire().rateLimited(Duration.ofSeconds(10));
            time.advance(Duration.ofSeconds(10));
            pool.acquire().unused();

            assertThat(pool.tryAcquire()).isPresent();
        }
    }

    @Test
    void a_probe_that_nobody_ends_is_taken_back() throws Exception {
        try (KeyPool pool = failing("a").build()) {
            pool.acquire().rateLimited(Duration.ofSeconds(10));
            time.advance(Duration.ofSeconds(10));
            pool.acquire();
            assertThat(pool.tryAcquire()).isEmpty();
            time.advance(Duration.ofMinutes(17));

            assertThat(pool.tryAcquire()).isPresent();
        }
    }

    @Test
    void a_success_that_began_before_a_refusal_ends_no_rest() throws Exception {
        try (KeyPool pool =
                Pools.of(time, "a").whenExhausted(WhenExhausted.failFast()).build()) {
            List<Lease> two = Pools.take(pool, 2);
            two.get(0).rateLimited(Duration.ofSeconds(20));
            two.get(1).succeeded();

            assertThat(pool.tryAcquire()).isEmpty();
            time.advance(Duration.ofSeconds(20));
            assertThat(pool.tryAcquire()).isPresent();
        }
    }

    @Test
    void a_later_refusal_with_a_shorter_wait_does_not_shorten_the_rest() throws Exception {
        try (KeyPool pool =
                Pools.of(time, "a").whenExhausted(WhenExhausted.failFast()).build()) {
            List<Lease> two = Pools.take(pool, 2);
            two.get(0).rateLimited(Duration.ofSeconds(20));
            two.get(1).rateLimited(Duration.ofSeconds(1));

            time.advance(Duration.ofSeconds(10));
            assertThat(pool.tryAcquire()).isEmpty();
            time.advance(Duration.ofSeconds(10));
            assertThat(pool.tryAcquire()).isPresent();
        }
    }

    @Test
    void a_group_refusal_rests_the_whole_group_and_one_member_probes_for_all() throws Exception {
        try (KeyPool pool = groups().build()) {
            refuse(pool, "a1", Scope.GROUP);
            assertThat(Pools.calls(pool, 50)).containsOnlyKeys("b");
            pool.disable("b");
            time.advance(Duration.ofSeconds(10));
            Lease probe = pool.acquire();
            assertThat(probe.key().group()).contains("A");
            assertThat(pool.tryAcquire()).isEmpty();
            probe.succeeded();

            assertThat(Pools.calls(pool, 50)).containsOnlyKeys("a1", "a2");
        }
    }

    @Test
    void a_reset_of_a_key_forgets_what_blocks_its_account() throws Exception {
        try (KeyPool pool = Pools.of(
                        time,
                        Pools.key("a").group("account").build(),
                        Pools.key("b").group("account").build())
                .whenExhausted(WhenExhausted.failFast())
                .build()) {
            Verdict spent = Verdict.of(VerdictKind.QUOTA_EXHAUSTED, "spent").withScope(Scope.GROUP);
            pool.acquire().end(spent);
            assertThat(pool.tryAcquire()).isEmpty();

            pool.reset("a");

            assertThat(Pools.calls(pool, 20)).containsKeys("a", "b");
        }
    }

    @Test
    void a_group_probe_that_is_not_used_wakes_the_other_members() throws Exception {
        try (KeyPool pool = groups().build()) {
            pool.disable("b");
            refuse(pool, "a1", Scope.GROUP);
            time.advance(Duration.ofSeconds(10));
            Lease probe = pool.acquire();
            assertThat(pool.tryAcquire()).isEmpty();
            probe.unused();
            pool.disable(probe.key().id());

            assertThat(pool.tryAcquire()).isPresent();
        }
    }

    @Test
    void a_group_probe_with_a_key_that_was_removed_and_a_lease_that_is_lost_is_taken_back() throws Exception {
        try (KeyPool pool = groups().build()) {
            pool.disable("b");
            refuse(pool, "a1", Scope.GROUP);
            time.advance(Duration.ofSeconds(10));
            Lease probe = pool.acquire();
            pool.removeKey(probe.key().id());
            assertThat(pool.tryAcquire()).isEmpty();
            time.advance(Duration.ofMinutes(17));

            assertThat(pool.tryAcquire()).isPresent();
            assertThat(probe.isEnded()).isTrue();
        }
    }

    @Test
    void after_a_group_s_probe_its_keys_together_get_the_load_back_step_by_step() throws Exception {
        try (KeyPool pool = groups().build()) {
            pool.disable("b");
            refuse(pool, "a1", Scope.GROUP);
            time.advance(Duration.ofSeconds(10));
            pool.acquire().succeeded();
            List<Lease> ramp = Pools.take(pool, 2);
            assertThat(pool.tryAcquire()).isEmpty();
            ramp.get(0).succeeded();

            assertThat(Pools.take(pool, 2)).hasSize(2);
            assertThat(pool.tryAcquire()).isEmpty();
            ramp.get(1).close();
            assertThat(pool.tryAcquire()).isPresent();
        }
    }

    @Test
    void after_the_upstream_s_probe_all_keys_together_get_the_load_back_step_by_step() throws Exception {
        try (KeyPool pool = failing("a", "b", "c", "d").build()) {
            refuse(pool, "a", Scope.UPSTREAM);
            time.advance(Duration.ofSeconds(10));
            pool.acquire().succeeded();
            List<Lease> ramp = Pools.take(pool, 2);
            assertThat(pool.tryAcquire()).isEmpty();
            ramp.get(0).succeeded();

            assertThat(Pools.take(pool, 2)).hasSize(2);
            assertThat(pool.tryAcquire()).isEmpty();
        }
    }

    @Test
    void after_the_probe_of_a_model_it_gets_the_load_back_step_by_step_and_other_models_are_free() throws Exception {
        try (KeyPool pool = failing("a").build()) {
            LeaseRequest large = LeaseRequest.any().withModel("large");
            LeaseRequest small = LeaseRequest.any().withModel("small");
            List<Lease> others = List.of(pool.acquire(small), pool.acquire(small), pool.acquire(small));
            pool.acquire(large)
                    .end(Verdict.of(VerdictKind.RATE_LIMITED, "429")
                            .withScope(Scope.KEY_AND_MODEL)
                            .withWait(Duration.ofSeconds(10)));
            time.advance(Duration.ofSeconds(10));
            pool.acquire(large).succeeded();
            Lease first = pool.acquire(large);
            Lease second = pool.acquire(large);
            assertThat(pool.tryAcquire(large)).isEmpty();
            assertThat(pool.status().key("a").orElseThrow().blocksOf("large")).hasSize(1);
            assertThat(pool.tryAcquire(small)).isPresent();
            first.succeeded();

            assertThat(pool.tryAcquire(large)).isPresent();
            assertThat(pool.tryAcquire(large)).isPresent();
            assertThat(pool.tryAcquire(large)).isEmpty();
            second.close();
            assertThat(pool.tryAcquire(large)).isPresent();
            others.forEach(Lease::succeeded);
        }
    }

    @Test
    void a_call_that_waits_for_a_model_in_its_ramp_goes_when_another_has_ended() throws Exception {
        try (KeyPool pool = Pools.of(time, "a").build()) {
            LeaseRequest large = LeaseRequest.any().withModel("large");
            pool.acquire(large)
                    .end(Verdict.of(VerdictKind.RATE_LIMITED, "429")
                            .withScope(Scope.KEY_AND_MODEL)
                            .withWait(Duration.ofSeconds(10)));
            time.advance(Duration.ofSeconds(10));
            pool.acquire(large).succeeded();
            Lease first = pool.acquire(large);
            pool.acquire(large);
            CompletableFuture<Lease> waits = pool.acquireAsync(large);
            assertThat(waits).isNotDone();
            first.close();

            assertThat(waits).isDone();
        }
    }

    @Test
    void the_keys_of_a_large_pool_that_rest_until_the_same_moment_are_not_all_probed_in_it() throws Exception {
        String[] ids = IntStream.range(0, 200).mapToObj(i -> "k" + i).toArray(String[]::new);
        try (KeyPool pool = failing(ids).build()) {
            for (String id : ids) {
                pool.acquire(LeaseRequest.any().withKey(id)).rateLimited(Duration.ofSeconds(60));
            }
            time.advance(Duration.ofSeconds(60).minusNanos(1));
            assertThat(pool.tryAcquire()).isEmpty();
            time.advance(Duration.ofNanos(1));
            int atOnce = taken(pool);
            time.advance(Duration.ofMillis(300));
            int soon = taken(pool);
            time.advance(Duration.ofMillis(700));
            int afterASecond = taken(pool);

            assertThat(atOnce).isBetween(1, 50);
            assertThat(soon).isBetween(10, 190);
            assertThat(atOnce + soon + afterASecond).isEqualTo(200);
        }
    }

    private static int taken(KeyPool pool) {
        int taken = 0;
        while (pool.tryAcquire().isPresent()) {
            taken++;
        }
        return taken;
    }

    @Test
    void an_upstream_refusal_rests_every_key_and_shows_in_the_status() throws Exception {
        try (KeyPool pool = failing("a", "b").build()) {
            refuse(pool, "a", Scope.UPSTREAM);
            assertThat(pool.tryAcquire()).isEmpty();
            assertThat(pool.status().ready()).isZero();
            assertThat(state(pool, "b")).isEqualTo(KeyState.RATE_LIMITED);
            time.advance(Duration.ofSeconds(10));
            Lease probe = pool.acquire();
            assertThat(pool.tryAcquire()).isEmpty();
            probe.succeeded();

            assertThat(Pools.calls(pool, 10)).isNotEmpty();
            assertThat(pool.status().ready()).isEqualTo(2);
        }
    }

    @Test
    void a_refusal_for_one_model_leaves_the_key_to_other_models() throws Exception {
        try (KeyPool pool = failing("a").build()) {
            LeaseRequest large = LeaseRequest.any().withModel("large");
            pool.acquire(large).end(Verdict.of(VerdictKind.KEY_FORBIDDEN, "403").withScope(Scope.KEY_AND_MODEL));

            assertThat(pool.tryAcquire(large)).isEmpty();
            assertThat(pool.tryAcquire(LeaseRequest.any().withModel("small"))).isPresent();
            assertThat(pool.tryAcquire()).isPresent();
            time.advance(Duration.ofHours(1));
            assertThat(pool.tryAcquire(large)).isPresent();
            assertThat(pool.tryAcquire(large)).isEmpty();
        }
    }

    @Test
    void a_call_that_must_not_probe_takes_a_proven_key_and_probes_only_when_nothing_else_is_left() throws Exception {
        try (KeyPool pool = failing("a", "b").build()) {
            pool.acquire(LeaseRequest.any().withKey("a")).rateLimited(Duration.ofSeconds(10));
            time.advance(Duration.ofSeconds(10));
            LeaseRequest careful = LeaseRequest.any().withoutProbing();
            for (int i = 0; i < 20; i++) {
                Lease lease = pool.acquire(careful);
                assertThat(lease.key().id()).isEqualTo("b");
                lease.succeeded();
            }
            pool.disable("b");

            assertThat(pool.acquire(careful).key().id()).isEqualTo("a");
        }
    }

    @Test
    void a_call_that_must_not_probe_but_wants_this_key_and_no_other_probes_it() throws Exception {
        try (KeyPool pool = failing("a", "b").build()) {
            LeaseRequest careful = LeaseRequest.any().withKey("a").withoutProbing();
            pool.acquire(careful).rateLimited(Duration.ofSeconds(10));
            time.advance(Duration.ofSeconds(10));

            assertThat(pool.tryAcquire(careful)).isPresent();
        }
    }

    @Test
    void failures_bench_at_most_half_of_the_pool() throws Exception {
        try (KeyPool pool = failing("a", "b", "c", "d").maxFailures(3).build()) {
            for (int i = 0; i < 100; i++) {
                Optional<Lease> lease = pool.tryAcquire();
                lease.ifPresent(Lease::failed);
            }

            assertThat(pool.status().keys().stream().filter(key -> key.state() == KeyState.CIRCUIT_OPEN))
                    .hasSize(2);
        }
    }

    @Test
    void the_only_key_is_never_benched_for_failures() throws Exception {
        try (KeyPool pool = failing("a").maxFailures(3).build()) {
            for (int i = 0; i < 50; i++) {
                pool.acquire().failed();
            }

            assertThat(pool.tryAcquire()).isPresent();
        }
    }

    @Test
    void a_call_tries_no_key_twice_and_a_repetition_may() throws Exception {
        try (KeyPool pool = failing("a", "b", "c").build()) {
            LeaseRequest call = LeaseRequest.any();
            for (int i = 0; i < 3; i++) {
                Lease lease = pool.acquire(call);
                call = call.insteadOf(lease);
                lease.end(Verdict.of(VerdictKind.OVERLOADED, "503"));
            }
            assertThat(pool.tryAcquire(call)).isEmpty();

            assertThat(pool.tryAcquire(call.withTriedKeysAllowed())).isPresent();
        }
    }

    @Test
    void a_refusal_that_blames_no_model_gives_its_month_back_and_the_key_serves_again() throws Exception {
        try (KeyPool pool = Pools.of(time, Pools.key("k").monthlyQuota(1).build())
                .whenExhausted(WhenExhausted.failFast())
                .build()) {
            Lease lease = pool.acquire();
            assertThat(pool.tryAcquire()).isEmpty();
            lease.end(Verdict.of(VerdictKind.KEY_FORBIDDEN, "403"));

            assertThat(pool.tryAcquire()).isPresent();
        }
    }

    private KeyPool.Builder failing(String... ids) {
        return Pools.of(time, ids).whenExhausted(WhenExhausted.failFast());
    }

    private KeyPool.Builder groups() {
        return Pools.of(
                        time,
                        Pools.key("a1").group("A").build(),
                        Pools.key("a2").group("A").build(),
                        Pools.key("b").build())
                .whenExhausted(WhenExhausted.failFast());
    }

    private static void refuse(KeyPool pool, String id, Scope scope) throws Exception {
        pool.acquire(LeaseRequest.any().withKey(id))
                .end(Verdict.of(VerdictKind.RATE_LIMITED, "429")
                        .withScope(scope)
                        .withWait(Duration.ofSeconds(10)));
    }

    private static KeyState state(KeyPool pool, String id) {
        return pool.status().key(id).orElseThrow().state();
    }
}
