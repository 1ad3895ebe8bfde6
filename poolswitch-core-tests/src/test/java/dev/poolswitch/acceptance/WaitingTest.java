package dev.poolswitch.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.poolswitch.ApiKey;
import dev.poolswitch.KeyPool;
import dev.poolswitch.Lease;
import dev.poolswitch.LeaseRequest;
import dev.poolswitch.NoKeyAvailableException;
import dev.poolswitch.WhenExhausted;
import dev.poolswitch.testkit.FakeTimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class WaitingTest {

    private final FakeTimeSource time = new FakeTimeSource();
    private final ApiKey single = Pools.key("k").maxConcurrent(1).build();

    @Test
    void those_who_wait_are_served_in_the_order_in_which_they_came() throws Exception {
        try (KeyPool pool = Pools.of(time, single).build()) {
            Lease open = pool.acquire();
            List<CompletableFuture<Lease>> line = join(pool, 5);
            for (int i = 0; i < 5; i++) {
                assertThat(line.get(i)).isNotDone();
                open.succeeded();
                assertThat(line.get(i)).isDone();
                open = line.get(i).join();
            }
            open.succeeded();
            assertThat(pool.status().waiting()).isZero();
            assertThat(pool.status().inFlight()).isZero();
        }
    }

    @Test
    void nobody_overtakes_those_who_wait() throws Exception {
        try (KeyPool pool = Pools.of(time, single).build()) {
            Lease open = pool.acquire();
            CompletableFuture<Lease> first = pool.acquireAsync();
            assertThat(pool.tryAcquire()).isEmpty();
            CompletableFuture<Lease> second = pool.acquireAsync();
            open.succeeded();

            assertThat(first).isDone();
            assertThat(second).isNotDone();
            assertThat(pool.tryAcquire()).isEmpty();
        }
    }

    @Test
    void a_call_with_wishes_that_cannot_be_met_holds_up_nobody() throws Exception {
        ApiKey other = Pools.key("other").maxConcurrent(1).build();
        try (KeyPool pool = Pools.of(time, single, other).build()) {
            List<Lease> open = Pools.take(pool, 2);
            CompletableFuture<Lease> wantsK =
                    pool.acquireAsync(LeaseRequest.any().withKey("k"));
            CompletableFuture<Lease> any = pool.acquireAsync();
            open.stream().filter(lease -> lease.key().id().equals("other")).forEach(Lease::succeeded);

            assertThat(wantsK).isNotDone();
            assertThat(any).isDone();
        }
    }

    @Test
    void the_line_is_served_when_a_cooldown_has_run_out() throws Exception {
        try (KeyPool pool = Pools.of(time, "k").build()) {
            pool.acquire().rateLimited(Duration.ofSeconds(5));
            CompletableFuture<Lease> waiting = pool.acquireAsync();
            time.advance(Duration.ofMillis(4_999));
            assertThat(waiting).isNotDone();
            time.advance(Duration.ofMillis(1));

            assertThat(waiting).isDone();
        }
    }

    @Test
    void the_line_is_served_when_a_window_has_room_again() throws Exception {
        try (KeyPool pool = Pools.of(time, Pools.key("k").requestsPerMinute(2).build())
                .whenExhausted(WhenExhausted.waitUpTo(Duration.ofMinutes(5)))
                .build()) {
            Pools.calls(pool, 2);
            List<CompletableFuture<Lease>> line = join(pool, 3);
            time.advance(Duration.ofSeconds(60));
            assertThat(line).noneMatch(CompletableFuture::isDone);
            time.advance(Duration.ofMillis(300));

            assertThat(line.get(0)).isDone();
            assertThat(line.get(1)).isDone();
            assertThat(line.get(2)).isNotDone();
        }
    }

    @Test
    void the_line_is_served_when_a_settlement_makes_room() throws Exception {
        try (KeyPool pool =
                Pools.of(time, Pools.key("k").tokensPerMinute(1_000).build()).build()) {
            Lease open = pool.acquire(LeaseRequest.any().withTokens(1_000));
            CompletableFuture<Lease> waiting =
                    pool.acquireAsync(LeaseRequest.any().withTokens(900).withTimeout(Duration.ofSeconds(20)));
            assertThat(waiting).isCompletedExceptionally();
            open.tokensUsed(100);

            assertThat(pool.tryAcquire(LeaseRequest.any().withTokens(900))).isPresent();
        }
    }

    @Test
    void a_plain_call_sees_the_room_that_a_settlement_makes() throws Exception {
        try (KeyPool pool = Pools.of(time, Pools.key("k").tokensPerMinute(1_000).build())
                .whenExhausted(WhenExhausted.failFast())
                .build()) {
            Lease open = pool.acquire(LeaseRequest.any().withTokens(1_000));
            assertThat(pool.tryAcquire()).isEmpty();
            open.tokensUsed(100);

            assertThat(pool.tryAcquire()).isPresent();
        }
    }

    @Test
    void a_short_patience_waits_for_a_lease_that_may_end_any_moment() throws Exception {
        try (KeyPool pool = Pools.of(time, single)
                .whenExhausted(WhenExhausted.waitUpTo(Duration.ofMillis(200)))
                .build()) {
            Lease open = pool.acquire();
            CompletableFuture<Lease> waiting = pool.acquireAsync();
            assertThat(waiting).isNotDone();
            open.succeeded();

            assertThat(waiting.join().key().id()).isEqualTo("k");
        }
    }

    @Test
    void patience_ends_when_the_policy_says_so() throws Exception {
        try (KeyPool pool = Pools.of(time, single)
                .whenExhausted(WhenExhausted.waitUpTo(Duration.ofSeconds(10)))
                .build()) {
            pool.acquire();
            CompletableFuture<Lease> waiting = pool.acquireAsync();
            CompletableFuture<Lease> hurried =
                    pool.acquireAsync(LeaseRequest.any().withTimeout(Duration.ofSeconds(2)));
            time.advance(Duration.ofSeconds(2));
            assertThat(hurried).isCompletedExceptionally();
            assertThat(waiting).isNotDone();
            time.advance(Duration.ofSeconds(8));

            assertThatThrownBy(waiting::join)
                    .isInstanceOf(CompletionException.class)
                    .cause()
                    .isInstanceOf(NoKeyAvailableException.class)
                    .hasMessageContaining("in time");
            assertThat(pool.status().waiting()).isZero();
        }
    }

    @Test
    void a_call_fails_at_once_when_the_first_recovery_lies_beyond_its_patience() throws Exception {
        try (KeyPool pool = Pools.of(time, "k").build()) {
            pool.acquire().rateLimited(Duration.ofSeconds(31));

            assertThatThrownBy(pool::acquire).isInstanceOf(NoKeyAvailableException.class);
            assertThat(pool.acquireAsync(LeaseRequest.any().withTimeout(Duration.ZERO)))
                    .isCompletedExceptionally();
            time.advance(Duration.ofSeconds(1));
            assertThat(pool.acquireAsync()).isNotDone();
            assertThat(pool.acquireAsync(LeaseRequest.any().withTimeout(Duration.ofSeconds(29))))
                    .isCompletedExceptionally();
        }
    }

    @Test
    void fail_fast_never_waits() throws Exception {
        try (KeyPool pool =
                Pools.of(time, single).whenExhausted(WhenExhausted.failFast()).build()) {
            pool.acquire();

            assertThatThrownBy(pool::acquire).isInstanceOf(NoKeyAvailableException.class);
            assertThat(pool.status().exhausted()).isOne();
        }
    }

    @Test
    void best_effort_goes_out_with_the_key_that_recovers_first_but_never_with_a_disabled_one() throws Exception {
        try (KeyPool pool = Pools.of(time, "soon", "late", "off")
                .whenExhausted(WhenExhausted.bestEffort())
                .build()) {
            pool.disable("off");
            pool.acquire(LeaseRequest.any().withKey("soon")).rateLimited(Duration.ofSeconds(10));
            pool.acquire(LeaseRequest.any().withKey("late")).rateLimited(Duration.ofSeconds(20));

            assertThat(pool.acquire().key().id()).isEqualTo("soon");
            pool.disable("soon");
            assertThat(pool.acquire().key().id()).isEqualTo("late");
            pool.disable("late");
            assertThatThrownBy(pool::acquire).isInstanceOf(NoKeyAvailableException.class);
        }
    }

    @Test
    void best_effort_beyond_the_monthly_quota_is_not_credited_when_it_is_refused() throws Exception {
        try (KeyPool pool = Pools.of(time, Pools.key("k").monthlyQuota(2).build())
                .whenExhausted(WhenExhausted.bestEffort())
                .build()) {
            Pools.calls(pool, 2);
            pool.acquire().rateLimited(Duration.ofSeconds(1));

            assertThat(pool.status().key("k").orElseThrow().estimatedRemainingQuota())
                    .hasValue(0);
        }
    }

    @Test
    void an_interrupt_ends_the_wait_and_leaves_the_line() throws Exception {
        try (KeyPool pool = Pools.of(time, single).build()) {
            Lease open = pool.acquire();
            AtomicReference<Throwable> ending = new AtomicReference<>();
            Thread waiter = new Thread(() -> {
                try {
                    pool.acquire();
                } catch (Exception e) {
                    ending.set(e);
                }
            });
            waiter.start();
            await().until(() -> pool.status().waiting() == 1);
            waiter.interrupt();
            waiter.join(10_000);

            assertThat(ending.get()).isInstanceOf(InterruptedException.class);
            assertThat(pool.status().waiting()).isZero();
            open.succeeded();
            assertThat(pool.tryAcquire()).isPresent();
        }
    }

    @Test
    void a_cancelled_call_gives_its_place_to_the_next() throws Exception {
        try (KeyPool pool = Pools.of(time, single).build()) {
            Lease open = pool.acquire();
            List<CompletableFuture<Lease>> line = join(pool, 3);
            line.get(0).cancel(true);
            line.get(1).cancel(false);
            assertThat(pool.status().waiting()).isOne();
            open.succeeded();

            assertThat(line.get(2)).isDone();
            assertThat(pool.status().inFlight()).isOne();
        }
    }

    @Test
    void a_future_that_was_completed_by_somebody_else_keeps_no_key() throws Exception {
        try (KeyPool pool = Pools.of(time, single).build()) {
            Lease open = pool.acquire();
            List<CompletableFuture<Lease>> line = join(pool, 2);
            line.get(0).completeExceptionally(new IllegalStateException("own timeout"));
            open.succeeded();

            assertThat(line.get(1)).isDone();
            assertThat(pool.status().waiting()).isZero();
        }
    }

    @Test
    void closing_fails_those_who_wait_and_those_who_come_later() throws Exception {
        KeyPool pool = Pools.of(time, single).build();
        Lease open = pool.acquire();
        List<CompletableFuture<Lease>> line = join(pool, 3);
        pool.close();
        pool.close();

        assertThat(line)
                .allSatisfy(waiting -> assertThatThrownBy(waiting::join)
                        .cause()
                        .isInstanceOf(NoKeyAvailableException.class)
                        .hasMessageContaining("closed"));
        assertThatThrownBy(pool::acquire).hasMessageContaining("closed");
        assertThat(pool.tryAcquire()).isEmpty();
        open.succeeded();
        assertThat(pool.status().inFlight()).isZero();
        assertThat(time.pendingTimers()).isZero();
    }

    @Test
    void no_timer_is_left_when_nobody_waits_any_more() throws Exception {
        try (KeyPool pool = Pools.of(time, single).build()) {
            Lease open = pool.acquire();
            List<CompletableFuture<Lease>> line = join(pool, 3);
            line.get(2).cancel(false);
            open.succeeded();
            line.get(0).join().succeeded();
            line.get(1).join().succeeded();

            assertThat(time.pendingTimers()).isZero();
        }
    }

    @Test
    void a_key_that_is_enabled_added_or_reset_serves_the_line_at_once() throws Exception {
        try (KeyPool pool = Pools.of(time, "k").build()) {
            pool.acquire().rateLimited(Duration.ofSeconds(20));
            CompletableFuture<Lease> one = pool.acquireAsync();
            pool.reset("k");
            assertThat(one).isDone();

            one.join().rateLimited(Duration.ofSeconds(20));
            CompletableFuture<Lease> two = pool.acquireAsync();
            pool.addKey(Pools.key("new").build());
            assertThat(two).isDone();
        }
    }

    @Test
    void a_strategy_that_breaks_badly_once_does_not_stop_the_line_for_ever() throws Exception {
        try (KeyPool pool = Pools.of(time, single)
                .strategy(ready -> {
                    throw new StackOverflowError("broken");
                })
                .build()) {
            Lease open = pool.acquire();
            List<CompletableFuture<Lease>> line = join(pool, 2);
            open.succeeded();
            line.get(0).join().succeeded();

            assertThat(line.get(1)).isCompleted();
        }
    }

    private static List<CompletableFuture<Lease>> join(KeyPool pool, int count) {
        List<CompletableFuture<Lease>> line = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            line.add(pool.acquireAsync());
        }
        return line;
    }

    /** Asking each of them at each arrival would take minutes. */
    @Test
    @Timeout(30)
    void thousands_that_have_tried_different_keys_join_the_line_and_are_served() throws Exception {
        String[] ids = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
        try (KeyPool pool = Pools.of(time, ids)
                .whenExhausted(WhenExhausted.waitUpTo(Duration.ofMinutes(1)))
                .build()) {
            List<Lease> first = new ArrayList<>();
            for (String id : ids) {
                first.add(pool.acquire(LeaseRequest.any().withKey(id)));
            }
            List<LeaseRequest> wishes = new ArrayList<>();
            for (int i = 0; i < 5000; i++) {
                wishes.add(LeaseRequest.any().insteadOf(first.get(i % 10)).insteadOf(first.get(i / 10 % 10)));
            }
            first.forEach(lease -> lease.rateLimited(Duration.ofSeconds(1)));
            List<CompletableFuture<Void>> served = new ArrayList<>();
            for (LeaseRequest wish : wishes) {
                served.add(pool.acquireAsync(wish).thenAccept(Lease::succeeded));
            }
            assertThat(served).noneMatch(CompletableFuture::isDone);

            time.advance(Duration.ofSeconds(3));

            assertThat(served).allMatch(CompletableFuture::isDone);
            CompletableFuture.allOf(served.toArray(new CompletableFuture<?>[0])).join();
        }
    }
}
