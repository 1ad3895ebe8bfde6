package dev.poolswitch.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.KeyPool;
import dev.poolswitch.Lease;
import dev.poolswitch.LeaseRequest;
import dev.poolswitch.WhenExhausted;
import dev.poolswitch.testkit.FakeTimeSource;
import dev.poolswitch.verdict.Scope;
import dev.poolswitch.verdict.Verdict;
import dev.poolswitch.verdict.VerdictKind;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A limit that nobody tells of is learned where it holds: for a group, for a model of a key. */
class GuessedScopeTest {

    private static final int LIMIT = 30;
    private static final LeaseRequest LARGE = LeaseRequest.any().withModel("large");
    private static final LeaseRequest SMALL = LeaseRequest.any().withModel("small");

    private final FakeTimeSource time = new FakeTimeSource();
    private long window = -1;
    private int inWindow;
    private int served;
    private int refused;
    private int others;

    @Test
    void a_limit_of_a_group_is_learned_from_its_refusals_and_then_filled_by_all_its_keys() throws Exception {
        try (KeyPool pool = Pools.of(
                        time,
                        Pools.key("a1").group("A").build(),
                        Pools.key("a2").group("A").build(),
                        Pools.key("a3").group("A").build())
                .whenExhausted(WhenExhausted.failFast())
                .build()) {
            drive(pool, Scope.GROUP, LeaseRequest.any(), 5);
            count(pool, Scope.GROUP, LeaseRequest.any(), 4);

            assertThat(served).isBetween(4 * LIMIT - 8, 4 * LIMIT);
            assertThat(refused).isLessThanOrEqualTo(4);
            assertThat(pool.status().keys())
                    .allSatisfy(key -> assertThat(key.requests()).isGreaterThan(40));
        }
    }

    @Test
    void what_a_group_was_refused_for_holds_no_key_of_another_group_back() throws Exception {
        try (KeyPool pool = Pools.of(
                        time,
                        Pools.key("a1").group("A").build(),
                        Pools.key("a2").group("A").build(),
                        Pools.key("b").group("B").build())
                .whenExhausted(WhenExhausted.failFast())
                .build()) {
            pool.disable("b");
            drive(pool, Scope.GROUP, LeaseRequest.any(), 5);
            pool.enable("b");
            LeaseRequest other = LeaseRequest.any().withKey("b");
            for (int i = 0; i < 500; i++) {
                pool.acquire(other).succeeded();
            }
        }
    }

    @Test
    void a_limit_of_a_model_is_learned_from_its_refusals_and_then_filled() throws Exception {
        try (KeyPool pool =
                Pools.of(time, "k").whenExhausted(WhenExhausted.failFast()).build()) {
            drive(pool, Scope.KEY_AND_MODEL, LARGE, 5);
            count(pool, Scope.KEY_AND_MODEL, LARGE, 4);

            assertThat(served).isBetween(4 * LIMIT - 8, 4 * LIMIT);
            assertThat(refused).isLessThanOrEqualTo(4);
        }
    }

    @Test
    void a_limit_of_a_model_is_learned_for_an_account_and_then_filled_by_all_its_keys() throws Exception {
        try (KeyPool pool = Pools.of(
                        time,
                        Pools.key("a1").group("A").build(),
                        Pools.key("a2").group("A").build(),
                        Pools.key("a3").group("A").build())
                .whenExhausted(WhenExhausted.failFast())
                .build()) {
            drive(pool, Scope.KEY_AND_MODEL, LARGE, 5);
            count(pool, Scope.KEY_AND_MODEL, LARGE, 4);

            assertThat(served).isBetween(4 * LIMIT - 8, 4 * LIMIT);
            assertThat(refused).isLessThanOrEqualTo(4);
        }
    }

    @Test
    void a_limit_of_a_model_is_learned_though_the_key_is_busy_with_others_which_it_does_not_hold_back()
            throws Exception {
        try (KeyPool pool =
                Pools.of(time, "k").whenExhausted(WhenExhausted.failFast()).build()) {
            othersToo = true;
            drive(pool, Scope.KEY_AND_MODEL, LARGE, 20);
            count(pool, Scope.KEY_AND_MODEL, LARGE, 4);

            assertThat(others).isEqualTo(400);
            assertThat(served).isBetween(4 * LIMIT - 12, 4 * LIMIT);
            assertThat(refused).isLessThanOrEqualTo(6);
        }
    }

    private boolean othersToo;

    private void count(KeyPool pool, Scope scope, LeaseRequest request, int seconds) {
        served = 0;
        refused = 0;
        others = 0;
        drive(pool, scope, request, seconds);
    }

    /** A hundred calls a second, of which a provider with fixed windows of a second serves thirty. */
    private void drive(KeyPool pool, Scope scope, LeaseRequest request, int seconds) {
        for (int i = 0; i < seconds * 100; i++) {
            time.advance(Duration.ofMillis(10));
            if (othersToo) {
                pool.tryAcquire(SMALL).ifPresent(lease -> {
                    lease.succeeded();
                    others++;
                });
            }
            Optional<Lease> lease = pool.tryAcquire(request);
            lease.ifPresent(taken -> end(taken, scope));
        }
    }

    private void end(Lease lease, Scope scope) {
        long running = time.nanoTime() / 1_000_000_000L;
        inWindow = running == window ? inWindow + 1 : 1;
        window = running;
        if (inWindow <= LIMIT) {
            served++;
            lease.succeeded();
        } else {
            refused++;
            lease.end(Verdict.of(VerdictKind.RATE_LIMITED, "429").withScope(scope));
        }
    }
}
