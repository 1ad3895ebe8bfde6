package dev.poolswitch.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.ApiKey;
import dev.poolswitch.KeyCandidate;
import dev.poolswitch.KeyPool;
import dev.poolswitch.Lease;
import dev.poolswitch.Strategy;
import dev.poolswitch.WhenExhausted;
import dev.poolswitch.testkit.FakeTimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("NullAway") // strategies of careless users
class StrategyTest {

    private final FakeTimeSource time = new FakeTimeSource();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "round_robin",
                "least_used",
                "random",
                "quota_failover",
                "least_busy",
                "weighted",
                "two_random_choices",
                "priority"
            })
    void every_strategy_spreads_equal_keys_fairly(String name) throws Exception {
        try (KeyPool pool = Pools.of(time, "a", "b", "c", "d")
                .strategy(Strategy.byName(name))
                .build()) {
            Map<String, Integer> calls = Pools.calls(pool, 4_000);

            assertThat(calls).hasSize(4);
            assertThat(calls.values()).allMatch(times -> times > 700 && times < 1_300);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"round_robin", "least_used", "quota_failover", "least_busy", "two_random_choices", "priority"})
    void a_burst_spreads_because_open_leases_count(String name) throws Exception {
        try (KeyPool pool = Pools.of(time, "a", "b", "c", "d")
                .strategy(Strategy.byName(name))
                .build()) {
            Map<String, Long> burst = Pools.byKey(Pools.take(pool, 100));

            long most = name.equals("two_random_choices") ? 35 : 26;
            assertThat(burst).hasSize(4);
            assertThat(burst.values()).allMatch(leases -> leases <= most);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "round_robin",
                "least_used",
                "random",
                "quota_failover",
                "least_busy",
                "weighted",
                "two_random_choices",
                "priority"
            })
    void a_tie_is_never_always_won_by_the_first(String name) throws Exception {
        int first = 0;
        for (int i = 0; i < 200; i++) {
            try (KeyPool pool = Pools.of(time, "a", "b", "c", "d")
                    .strategy(Strategy.byName(name))
                    .build()) {
                pool.acquire().succeeded();
                first += pool.acquire().key().id().equals("a") ? 1 : 0;
            }
        }

        assertThat(first).isLessThan(110);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "round_robin",
                "least_used",
                "random",
                "quota_failover",
                "least_busy",
                "weighted",
                "two_random_choices",
                "priority"
            })
    void a_lower_tier_comes_first_and_a_higher_one_serves_when_it_rests(String name) throws Exception {
        ApiKey spare = Pools.key("spare").tier(1).build();
        ApiKey one = Pools.key("one").build();
        ApiKey two = Pools.key("two").build();
        try (KeyPool pool =
                Pools.of(time, spare, one, two).strategy(Strategy.byName(name)).build()) {
            assertThat(Pools.calls(pool, 100)).containsOnlyKeys("one", "two");

            pool.acquire().rateLimited(Duration.ofSeconds(30));
            pool.acquire().rateLimited(Duration.ofSeconds(30));
            assertThat(Pools.calls(pool, 10)).containsOnlyKeys("spare");

            time.advance(Duration.ofSeconds(30));
            assertThat(Pools.calls(pool, 100)).containsOnlyKeys("one", "two");
        }
    }

    @Test
    void quota_failover_prefers_the_largest_share_that_is_left_and_takes_an_unknown_quota_for_full() throws Exception {
        ApiKey small = Pools.key("small").monthlyQuota(10).build();
        ApiKey large = Pools.key("large").monthlyQuota(1_000).build();
        ApiKey endless = Pools.key("endless").build();
        try (KeyPool pool = Pools.of(time, small, large).build()) {
            assertThat(Pools.calls(pool, 505)).containsEntry("small", 5).containsEntry("large", 500);
        }
        try (KeyPool pool = Pools.of(time, small, large, endless).build()) {
            assertThat(Pools.calls(pool, 1_000).get("endless")).isGreaterThan(990);
        }
    }

    @Test
    void quota_failover_prefers_the_key_that_was_not_refused_lately() throws Exception {
        try (KeyPool pool = Pools.of(time, "a", "b").build()) {
            Lease failing = pool.acquire();
            failing.failed();

            assertThat(Pools.calls(pool, 50)).doesNotContainKey(failing.key().id());
        }
    }

    @Test
    void least_used_evens_out_what_was_used_before() throws Exception {
        try (KeyPool pool =
                Pools.of(time, "a", "b").strategy(Strategy.leastUsed()).build()) {
            pool.disable("b");
            Pools.calls(pool, 50);
            pool.enable("b");

            assertThat(Pools.calls(pool, 50)).containsOnlyKeys("b");
        }
    }

    @Test
    void least_busy_prefers_the_key_with_the_fewest_open_leases() throws Exception {
        try (KeyPool pool =
                Pools.of(time, "a", "b").strategy(Strategy.leastBusy()).build()) {
            Lease open = pool.acquire();

            assertThat(Pools.calls(pool, 50)).doesNotContainKey(open.key().id());
        }
    }

    @Test
    void weighted_follows_weight_and_health() throws Exception {
        ApiKey heavy = Pools.key("heavy").weight(3).build();
        ApiKey light = Pools.key("light").weight(1).build();
        try (KeyPool pool =
                Pools.of(time, heavy, light).strategy(Strategy.weighted()).build()) {
            assertThat(Pools.calls(pool, 4_000).get("heavy")).isBetween(2_800, 3_200);
        }
        try (KeyPool pool =
                Pools.of(time, "slow", "fast").strategy(Strategy.weighted()).build()) {
            for (int i = 0; i < 100; i++) {
                Lease lease = pool.acquire();
                lease.succeeded(lease.key().id().equals("slow") ? Duration.ofSeconds(9) : Duration.ofNanos(1));
            }
            int slow = 0;
            for (int i = 0; i < 1_000; i++) {
                Lease lease = pool.acquire();
                slow += lease.key().id().equals("slow") ? 1 : 0;
                lease.close();
            }
            assertThat(slow).isBetween(40, 200);
        }
    }

    @Test
    void two_random_choices_takes_the_less_utilised() throws Exception {
        ApiKey full = Pools.key("full").maxConcurrent(100).build();
        ApiKey empty = Pools.key("empty").maxConcurrent(100).build();
        try (KeyPool pool = Pools.of(time, full, empty)
                .strategy(Strategy.twoRandomChoices())
                .build()) {
            Map<String, Long> leases = Pools.byKey(Pools.take(pool, 100));

            assertThat(leases.values()).allMatch(count -> count > 35);
        }
    }

    @Test
    void a_strategy_of_the_user_decides_and_sees_what_it_needs() throws Exception {
        AtomicReference<List<? extends KeyCandidate>> seen = new AtomicReference<>(List.of());
        Strategy last = ready -> {
            seen.set(ready);
            return ready.get(ready.size() - 1);
        };
        try (KeyPool pool = Pools.of(time, "a", "b", "c").strategy(last).build()) {
            assertThat(Pools.calls(pool, 20)).containsOnlyKeys("c");

            assertThat(seen.get()).hasSize(3).allSatisfy(candidate -> {
                assertThat(candidate.successRate()).isEqualTo(1);
                assertThat(candidate.utilisation()).isZero();
                assertThat(candidate.estimatedRemainingQuota()).isEmpty();
            });
            assertThat(seen.get().get(2).requests()).isEqualTo(20);
        }
    }

    @Test
    void a_strategy_that_throws_or_answers_nonsense_disturbs_no_call() throws Exception {
        List<Strategy> broken = new ArrayList<>();
        broken.add(ready -> {
            throw new IllegalStateException("broken");
        });
        broken.add(ready -> {
            throw new AssertionError("broken badly");
        });
        broken.add(StrategyTest::nothing);
        AtomicReference<KeyCandidate> foreign = new AtomicReference<>();
        try (KeyPool other = Pools.of(time, "x")
                .strategy(ready -> {
                    foreign.set(ready.get(0));
                    return ready.get(0);
                })
                .build()) {
            other.acquire().close();
        }
        broken.add(ready -> foreign.get());
        for (Strategy strategy : broken) {
            try (KeyPool pool = Pools.of(time, "a", "b").strategy(strategy).build()) {
                assertThat(Pools.calls(pool, 100)).containsEntry("a", 50).containsEntry("b", 50);
            }
        }
    }

    @Test
    void a_strategy_that_calls_back_into_the_pool_disturbs_no_call() throws Exception {
        AtomicReference<KeyPool> self = new AtomicReference<>();
        Strategy curious = ready -> {
            KeyPool pool = self.get();
            pool.status();
            pool.disable("c");
            pool.enable("c");
            return ready.get(0);
        };
        try (KeyPool pool = Pools.of(time, "a", "b", "c")
                .strategy(curious)
                .whenExhausted(WhenExhausted.failFast())
                .build()) {
            self.set(pool);

            assertThat(Pools.calls(pool, 20)).containsOnlyKeys("a");
            assertThat(pool.status().inFlight()).isZero();
        }
    }

    @Test
    void a_strategy_that_takes_a_lease_itself_disturbs_no_call() throws Exception {
        AtomicReference<KeyPool> self = new AtomicReference<>();
        AtomicBoolean inside = new AtomicBoolean();
        Strategy greedy = ready -> {
            if (inside.compareAndSet(false, true)) {
                self.get().tryAcquire().ifPresent(Lease::unused);
                inside.set(false);
            }
            return ready.get(0);
        };
        try (KeyPool pool = Pools.of(time, "a", "b").strategy(greedy).build()) {
            self.set(pool);
            pool.acquire().succeeded();

            assertThat(pool.status().inFlight()).isZero();
            assertThat(pool.status().requests()).isOne();
        }
    }

    private static KeyCandidate nothing(List<? extends KeyCandidate> ready) {
        return null;
    }
}
