package dev.poolswitch.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.ApiKey;
import dev.poolswitch.KeyPool;
import dev.poolswitch.KeyState;
import dev.poolswitch.KeyStatus;
import dev.poolswitch.Lease;
import dev.poolswitch.LeaseRequest;
import dev.poolswitch.ModelLimits;
import dev.poolswitch.WhenExhausted;
import dev.poolswitch.testkit.FakeTimeSource;
import dev.poolswitch.verdict.Budget;
import dev.poolswitch.verdict.Scope;
import dev.poolswitch.verdict.Verdict;
import dev.poolswitch.verdict.VerdictKind;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LimitTest {

    private final FakeTimeSource time = new FakeTimeSource();

    @Test
    void a_monthly_quota_rests_the_key_until_the_month_turns() throws Exception {
        try (KeyPool pool = pool(Pools.key("k").monthlyQuota(3).build()).build()) {
            Pools.calls(pool, 2);
            assertThat(status(pool).estimatedRemainingQuota()).hasValue(1);
            Pools.calls(pool, 1);
            assertThat(pool.tryAcquire()).isEmpty();
            assertThat(status(pool).state()).isEqualTo(KeyState.QUOTA_EXHAUSTED);
            assertThat(status(pool).cooldownUntil()).isEqualTo(Instant.parse("2026-04-01T00:00:00Z"));
            time.advance(Duration.between(time.instant(), Instant.parse("2026-04-01T00:00:00Z")));

            assertThat(status(pool).estimatedRemainingQuota()).hasValue(3);
            assertThat(Pools.calls(pool, 3)).containsEntry("k", 3);
        }
    }

    @Test
    void a_month_turns_in_the_zone_that_was_told() throws Exception {
        try (KeyPool pool = pool(Pools.key("k").monthlyQuota(1).build())
                .quotaZone(ZoneId.of("Asia/Tokyo"))
                .build()) {
            Pools.calls(pool, 1);

            assertThat(status(pool).cooldownUntil()).isEqualTo(Instant.parse("2026-03-31T15:00:00Z"));
        }
    }

    @Test
    void a_refused_call_does_not_count_against_the_month() throws Exception {
        try (KeyPool pool = pool(Pools.key("k").monthlyQuota(5).build()).build()) {
            pool.acquire().rateLimited(Duration.ofSeconds(1));
            assertThat(status(pool).estimatedRemainingQuota()).hasValue(5);
            time.advance(Duration.ofSeconds(1));
            pool.acquire().close();

            assertThat(status(pool).estimatedRemainingQuota()).hasValue(4);
        }
    }

    @Test
    void no_key_has_more_leases_at_once_than_it_may() throws Exception {
        try (KeyPool pool = pool(Pools.key("k").maxConcurrent(3).build()).build()) {
            List<Lease> leases = Pools.take(pool, 3);
            assertThat(pool.tryAcquire()).isEmpty();
            assertThat(status(pool).state()).isEqualTo(KeyState.SATURATED);
            leases.get(1).unused();
            assertThat(pool.tryAcquire()).isPresent();
            assertThat(pool.tryAcquire()).isEmpty();
            assertThat(status(pool).inFlight()).isEqualTo(3);
        }
    }

    @Test
    void a_request_window_is_never_overrun_and_used_to_the_full() throws Exception {
        try (KeyPool pool =
                pool(Pools.key("k").requests(5, Duration.ofSeconds(10)).build()).build()) {
            List<Long> sends = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                time.advance(Duration.ofMillis(10));
                if (pool.tryAcquire().map(LimitTest::ended).isPresent()) {
                    sends.add(time.nanoTime());
                }
            }
            for (int i = 5; i < sends.size(); i++) {
                assertThat(sends.get(i) - sends.get(i - 5)).isGreaterThanOrEqualTo(10_000_000_000L);
            }
            // 100 s, 5 in each 10 s, at most half a percent late.
            assertThat(sends.size()).isBetween(49, 55);
        }
    }

    @Test
    void tokens_are_reserved_before_the_send_and_settled_at_the_end() throws Exception {
        try (KeyPool pool = pool(Pools.key("k").tokensPerMinute(1_000).build()).build()) {
            Lease lease = pool.acquire(LeaseRequest.any().withTokens(800));
            assertThat(pool.tryAcquire(LeaseRequest.any().withTokens(300))).isEmpty();
            lease.tokensUsed(100);
            lease.tokensUsed(200);
            lease.succeeded();
            assertThat(status(pool).utilisation()).isEqualTo(0.2);
            Lease next = pool.acquire(LeaseRequest.any().withTokens(300));
            next.tokensUsed(900);

            assertThat(status(pool).utilisation()).isEqualTo(1.1);
            assertThat(pool.tryAcquire()).isEmpty();
        }
    }

    @Test
    void room_that_a_settlement_makes_is_seen_by_every_key_of_the_account() throws Exception {
        ApiKey one = Pools.key("one").group("A").tokensPerMinute(1_000).build();
        ApiKey two = Pools.key("two").group("A").tokensPerMinute(1_000).build();
        try (KeyPool pool = pool(one, two).build()) {
            Lease lease = pool.acquire(LeaseRequest.any().withKey("one").withTokens(1_000));
            assertThat(pool.tryAcquire()).isEmpty();
            pool.disable("one");
            lease.tokensUsed(10);

            assertThat(pool.tryAcquire()).isPresent();
        }
    }

    @Test
    void a_settlement_after_the_window_frees_nothing_of_others() throws Exception {
        try (KeyPool pool = pool(Pools.key("k").tokensPerMinute(1_000).build()).build()) {
            Lease longLasting = pool.acquire(LeaseRequest.any().withTokens(1_000));
            time.advance(Duration.ofMinutes(2));
            pool.acquire(LeaseRequest.any().withTokens(1_000)).succeeded();
            longLasting.tokensUsed(10);

            assertThat(pool.tryAcquire(LeaseRequest.any().withTokens(500))).isEmpty();
        }
    }

    @Test
    void a_lease_that_was_not_used_leaves_no_trace_in_the_limits() throws Exception {
        try (KeyPool pool = pool(Pools.key("k")
                        .requestsPerMinute(1)
                        .tokensPerMinute(10)
                        .monthlyQuota(1)
                        .maxConcurrent(1)
                        .build())
                .rateLimitPerSecond(1)
                .build()) {
            for (int i = 0; i < 5; i++) {
                Lease lease = pool.acquire(LeaseRequest.any().withTokens(10));
                lease.tokensUsed(4);
                lease.unused();
                lease.tokensUsed(9);
            }

            assertThat(status(pool).utilisation()).isZero();
            assertThat(status(pool).requests()).isZero();
            assertThat(status(pool).successes()).isZero();
            assertThat(status(pool).inFlight()).isZero();
            assertThat(status(pool).estimatedRemainingQuota()).hasValue(1);
        }
    }

    @Test
    void a_hidden_re_send_counts_as_a_request() throws Exception {
        try (KeyPool pool = pool(Pools.key("k").requestsPerMinute(2).build()).build()) {
            Lease lease = pool.acquire();
            lease.sentAgain();

            assertThat(pool.tryAcquire()).isEmpty();
        }
    }

    @Test
    void a_model_has_limits_of_its_own() throws Exception {
        ApiKey key = Pools.key("k")
                .model(ModelLimits.of("large").requestsPerMinute(1))
                .model(ModelLimits.of("small"))
                .build();
        try (KeyPool pool = pool(key).build()) {
            LeaseRequest large = LeaseRequest.any().withModel("large");
            pool.acquire(large).succeeded();

            assertThat(pool.tryAcquire(large)).isEmpty();
            assertThat(pool.tryAcquire(LeaseRequest.any().withModel("small"))).isPresent();
            assertThat(pool.tryAcquire(LeaseRequest.any().withModel("unknown"))).isEmpty();
            time.advance(Duration.ofMillis(60_300));
            assertThat(pool.tryAcquire(large)).isPresent();
        }
    }

    @Test
    void what_one_key_of_a_group_learned_of_a_model_s_budget_holds_for_the_others_at_once() throws Exception {
        LeaseRequest large = LeaseRequest.any().withModel("large");
        try (KeyPool pool = pool(
                        Pools.key("a").group("A").build(),
                        Pools.key("b").group("A").build())
                .build()) {
            Budget spent = new Budget(Scope.KEY_AND_MODEL, Budget.Unit.REQUESTS, 60, 0, Duration.ofSeconds(30));
            pool.acquire(large.withKey("a")).end(new Verdict(VerdictKind.SUCCESS, Scope.KEY, null, "", List.of(spent)));

            assertThat(pool.tryAcquire(large.withKey("b"))).isEmpty();
            assertThat(pool.tryAcquire(LeaseRequest.any().withModel("small").withKey("b")))
                    .isPresent();
            time.advance(Duration.ofSeconds(31));
            assertThat(pool.tryAcquire(large.withKey("b"))).isPresent();
        }
    }

    @Test
    void the_whole_pool_can_be_limited_per_second() throws Exception {
        try (KeyPool pool = Pools.of(time, "a", "b", "c")
                .rateLimitPerSecond(2)
                .whenExhausted(WhenExhausted.failFast())
                .build()) {
            int sent = 0;
            for (int i = 0; i < 1_000; i++) {
                sent += pool.tryAcquire().map(LimitTest::ended).isPresent() ? 1 : 0;
                time.advance(Duration.ofMillis(10));
            }

            assertThat(sent).isBetween(19, 22);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.3, 0.999, 1, 1.5, 2.25, 12.5, 99.9})
    void a_rate_with_a_fraction_is_used_up_and_not_exceeded(double rate) throws Exception {
        try (KeyPool pool = Pools.of(time, "a", "b", "c")
                .rateLimitPerSecond(rate)
                .whenExhausted(WhenExhausted.failFast())
                .build()) {
            ArrayDeque<Instant> lastSecond = new ArrayDeque<>();
            int sent = 0;
            for (int i = 0; i < 100_000; i++) {
                if (pool.tryAcquire().map(LimitTest::ended).isPresent()) {
                    sent++;
                    lastSecond.add(time.instant());
                }
                time.advance(Duration.ofMillis(1));
                while (!lastSecond.isEmpty()
                        && !lastSecond.element().isAfter(time.instant().minusSeconds(1))) {
                    lastSecond.remove();
                }
                assertThat(lastSecond.size()).isLessThanOrEqualTo((int) Math.ceil(rate));
            }

            assertThat((double) sent).isBetween(99 * rate, 100 * rate + Math.ceil(rate));
        }
    }

    @Test
    void the_error_names_the_instant_at_which_the_pools_own_limit_has_room() throws Exception {
        try (KeyPool pool = pool(Pools.key("k").build()).rateLimitPerSecond(1).build()) {
            pool.acquire().succeeded();
            Optional<Instant> recovery = Optional.empty();
            try {
                pool.acquire();
            } catch (dev.poolswitch.NoKeyAvailableException e) {
                recovery = Optional.of(e.earliestRecovery());
            }

            assertThat(recovery).contains(time.instant().plusMillis(1_002));
        }
    }

    private KeyPool.Builder pool(ApiKey... keys) {
        return Pools.of(time, keys).whenExhausted(WhenExhausted.failFast());
    }

    private static Lease ended(Lease lease) {
        lease.succeeded();
        return lease;
    }

    private static KeyStatus status(KeyPool pool) {
        return pool.status().key("k").orElseThrow();
    }
}
