package dev.poolswitch.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.KeyPool;
import dev.poolswitch.TimeSource;
import dev.poolswitch.verdict.Verdict;
import dev.poolswitch.verdict.VerdictKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How long a call rests before it repeats what something transient broke. */
class BackoffTest {

    private static final Duration LONGEST_FIRST = Duration.ofMillis(500);

    private static final PlainRequest GET = new PlainRequest("GET", "/v1/models", 0, Map.of());

    private final List<Duration> delays = new ArrayList<>();

    @Test
    void a_stated_wait_is_kept() {
        try (KeyPool pool = overloaded(Duration.ofSeconds(3), new Clock(true))) {
            repeat(pool, 5);

            assertThat(delays).hasSize(5).containsOnly(Duration.ofSeconds(3));
        }
    }

    @Test
    void a_stated_wait_of_nothing_is_as_good_as_none_else_an_overload_would_be_hammered() {
        try (KeyPool pool = overloaded(Duration.ZERO, new Clock(true))) {
            repeat(pool, 10);

            assertThat(delays)
                    .hasSize(10)
                    .anyMatch(delay -> !delay.isZero())
                    .allMatch(delay -> delay.compareTo(LONGEST_FIRST) <= 0);
        }
    }

    @Test
    void a_call_goes_on_although_no_timer_can_be_set() throws Exception {
        try (KeyPool pool = overloaded(null, new Clock(false))) {
            Pause pause = pause(pool);
            Attempt again = (Attempt) pause.next().get(30, TimeUnit.SECONDS);
            assertThat(pool.status().inFlight()).isEqualTo(1);
            again.unsent();

            assertThat(pool.status().inFlight()).isZero();
        }
    }

    @Test
    void a_call_that_is_given_up_while_no_timer_can_be_set_holds_no_key() {
        try (KeyPool pool = overloaded(null, new Clock(false))) {
            pause(pool).abandon();

            assertThat(pool.status().inFlight()).isZero();
        }
    }

    private void repeat(KeyPool pool, int calls) {
        for (int i = 0; i < calls; i++) {
            pause(pool).abandon();
        }
    }

    /** Where a call is after its first answer. */
    private static Pause pause(KeyPool pool) {
        PoolRouter.Route route = PoolRouter.of(pool).route("https", "api.example.com", 443);
        assertThat(route).isNotNull();
        Step first = HttpCall.begin(route, GET, CallOptions.none(), null).start();
        return (Pause) ((Attempt) first).answered(new BareAnswer(503));
    }

    private static KeyPool overloaded(@Nullable Duration stated, TimeSource time) {
        Verdict overloaded = Verdict.of(VerdictKind.OVERLOADED, "busy");
        return KeyPool.builder()
                .upstream("https://api.example.com")
                .key("a", "secret-a")
                .key("b", "secret-b")
                .classifier(answer -> stated == null ? overloaded : overloaded.withWait(stated))
                .timeSource(time)
                .build();
    }

    private final class Clock implements TimeSource {

        private final boolean works;

        Clock(boolean works) {
            this.works = works;
        }

        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public Instant instant() {
            return Instant.EPOCH;
        }

        @Override
        public Timer schedule(Duration delay, Runnable action) {
            if (!works) {
                throw new IllegalStateException("no timer today");
            }
            delays.add(delay);
            return () -> {};
        }
    }
}
