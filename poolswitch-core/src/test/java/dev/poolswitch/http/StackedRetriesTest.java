package dev.poolswitch.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.failsafe.PretendedLoop;
import dev.poolswitch.KeyPool;
import dev.poolswitch.PoolEvent;
import dev.poolswitch.TimeSource;
import dev.poolswitch.WhenExhausted;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StackedRetriesTest {

    private static final PlainRequest GET = new PlainRequest("GET", "/v1/models", 0, Map.of());

    private final Clock clock = new Clock();
    private final List<PoolEvent.StackedRetries> reports = new CopyOnWriteArrayList<>();
    private KeyPool pool;
    private PoolRouter.Route route;

    @BeforeEach
    void start() {
        pool = KeyPool.builder()
                .name("stacked")
                .upstream("https://api.example.com")
                .key("a", "secret-a")
                .key("b", "secret-b")
                .whenExhausted(WhenExhausted.failFast())
                .timeSource(clock)
                .listener(event -> {
                    if (event instanceof PoolEvent.StackedRetries report) {
                        reports.add(report);
                    }
                })
                .build();
        PoolRouter.Route found = PoolRouter.of(pool).route("https", "api.example.com", 443);
        assertThat(found).isNotNull();
        route = found;
    }

    @AfterEach
    void stop() {
        assertThat(pool.status().inFlight()).isZero();
        pool.close();
    }

    @Test
    void a_retry_count_of_an_sdk_after_a_refusal_is_reported_with_the_setting_that_ends_it() {
        refused(GET.with("x-stainless-retry-count", "0"));
        assertThat(watching()).isTrue();

        refused(GET.with("x-stainless-retry-count", "1"));

        assertReported("maxRetries(0)");
    }

    @Test
    void a_retry_count_without_a_recent_refusal_is_not_our_business() {
        served(GET.with("x-stainless-retry-count", "1"));
        refused(GET);
        clock.advance(Duration.ofSeconds(66));
        served(GET.with("x-stainless-retry-count", "2"));

        assertNothingReported();
    }

    @Test
    void the_same_request_id_of_azure_again_is_reported() {
        refused(GET.with("x-ms-client-request-id", "one"));
        refused(GET.with("x-ms-client-request-id", "one"));

        assertReported("retryOptions");
    }

    @Test
    void the_same_idempotency_key_again_is_reported() {
        refused(GET.with("Idempotency-Key", "one"));
        refused(GET.with("Idempotency-Key", "one"));

        assertReported("Idempotency-Key");
    }

    @Test
    void another_request_id_is_another_request() {
        PretendedLoop.times(5, () -> refused(GET.with("x-ms-client-request-id", "id-" + clock.tick())));

        assertNothingReported();
    }

    @Test
    void a_known_loop_that_repeats_twice_is_reported_by_its_name() {
        PretendedLoop.times(3, () -> refused(GET));

        assertReported("Failsafe");
    }

    @Test
    void a_known_loop_that_repeats_once_is_not_reported() {
        PretendedLoop.times(2, () -> refused(GET));

        assertNothingReported();
    }

    @Test
    void a_program_that_polls_is_not_reported() {
        for (int i = 0; i < 20; i++) {
            refused(GET);
            clock.advance(Duration.ofSeconds(1));
        }

        assertNothingReported();
    }

    @Test
    void a_success_between_two_refusals_ends_the_streak() {
        PretendedLoop.times(6, () -> {
            refused(GET);
            served(GET);
        });

        assertNothingReported();
    }

    @Test
    void requests_of_another_path_length_or_thread_are_other_requests() {
        PretendedLoop.times(5, () -> refused(new PlainRequest("POST", "/v1/chat", clock.tick(), Map.of())));
        PretendedLoop.times(5, () -> refused(new PlainRequest("GET", "/v1/jobs/" + clock.tick(), 0, Map.of())));
        PretendedLoop.times(
                5,
                () -> CompletableFuture.runAsync(
                                () -> PretendedLoop.times(1, () -> refused(GET)), task -> new Thread(task).start())
                        .join());

        assertNothingReported();
    }

    @Test
    void a_loop_that_waits_long_is_not_reported() {
        PretendedLoop.times(5, () -> {
            refused(GET);
            clock.advance(Duration.ofSeconds(11));
        });

        assertNothingReported();
    }

    @Test
    void a_call_that_asked_for_one_send_may_be_repeated_by_who_asked() {
        PretendedLoop.times(5, () -> {
            pool.reset("a");
            pool.reset("b");
            run(GET, CallOptions.none().withoutRepeats(), 429);
        });

        assertNothingReported();
        assertThat(watching()).isFalse();
    }

    @Test
    void an_error_of_the_caller_and_a_success_leave_nothing_to_watch() {
        served(GET);
        run(GET, CallOptions.none(), 400);

        assertThat(watching()).isFalse();
    }

    @Test
    void it_is_told_once_a_pool_and_then_costs_nothing() {
        for (int i = 1; i < 10; i++) {
            refused(GET.with("x-stainless-retry-count", "" + i));
        }

        assertReported("maxRetries(0)");
        assertThat(watching()).isFalse();
    }

    private boolean watching() {
        return pool.repeatWatch().watching();
    }

    private void assertReported(String setting) {
        await().until(() -> !reports.isEmpty());
        assertThat(reports).singleElement().satisfies(report -> {
            assertThat(report.pool()).isEqualTo("stacked");
            assertThat(report.hint()).contains(setting);
        });
    }

    private void assertNothingReported() {
        // The reports go to the listener in order with the others, so one of ours after them ends the wait.
        pool.repeatWatch().report("end of test");
        await().until(() -> !reports.isEmpty());
        assertThat(reports.get(0).hint()).isEqualTo("end of test");
    }

    private void refused(PlainRequest request) {
        run(request, CallOptions.none(), 429);
    }

    private void served(PlainRequest request) {
        pool.reset("a");
        pool.reset("b");
        run(request, CallOptions.none(), 200);
    }

    private void run(PlainRequest request, CallOptions options, int status) {
        Step step = HttpCall.begin(route, request, options, null).start();
        while (step instanceof Attempt attempt) {
            attempt.sending();
            step = attempt.answered(new BareAnswer(status));
        }
        assertThat(step).isNotInstanceOf(Pause.class);
    }

    private static final class Clock implements TimeSource {

        private long nanos;

        void advance(Duration time) {
            nanos += time.toNanos();
        }

        long tick() {
            return ++nanos;
        }

        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public Instant instant() {
            return Instant.parse("2026-03-15T12:00:00Z").plusNanos(nanos);
        }

        @Override
        public Timer schedule(Duration delay, Runnable action) {
            return () -> {};
        }
    }
}
