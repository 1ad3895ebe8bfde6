package dev.poolswitch.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.poolswitch.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FakeTimeSourceTest {

    private final FakeTimeSource time = new FakeTimeSource();
    private final List<String> ran = new ArrayList<>();

    @Test
    void both_clocks_stand_still_until_they_are_moved() {
        long before = time.nanoTime();

        assertThat(time.instant()).isEqualTo(FakeTimeSource.START);
        time.advance(Duration.ofMillis(1500));

        assertThat(time.nanoTime() - before).isEqualTo(1_500_000_000L);
        assertThat(time.instant()).isEqualTo(FakeTimeSource.START.plusMillis(1500));
    }

    @Test
    void timers_run_in_due_order_each_at_its_own_instant() {
        note("late", 30);
        note("early", 10);
        note("early too", 10);

        time.advance(Duration.ofSeconds(30));

        assertThat(ran).containsExactly("early@10", "early too@10", "late@30");
    }

    @Test
    void a_timer_that_is_not_due_does_not_run() {
        note("later", 11);

        time.advance(Duration.ofSeconds(10));

        assertThat(ran).isEmpty();
        assertThat(time.pendingTimers()).isOne();
    }

    @Test
    void a_timer_without_delay_runs_with_the_next_move_even_one_of_no_length() {
        note("now", 0);
        note("overdue", -5);

        assertThat(ran).isEmpty();
        time.advance(Duration.ZERO);

        assertThat(ran).containsExactly("now@0", "overdue@0");
    }

    @Test
    void a_timer_started_by_a_timer_runs_in_the_same_move_when_it_is_due() {
        time.schedule(Duration.ofSeconds(1), () -> note("second", 1));

        time.advance(Duration.ofSeconds(5));

        assertThat(ran).containsExactly("second@2");
    }

    @Test
    void a_cancelled_timer_does_not_run() {
        TimeSource.Timer timer = time.schedule(Duration.ofSeconds(1), () -> ran.add("cancelled"));
        timer.cancel();
        timer.cancel();

        time.advance(Duration.ofSeconds(5));

        assertThat(ran).isEmpty();
        assertThat(time.pendingTimers()).isZero();
    }

    @Test
    void the_wall_clock_can_be_set_without_the_monotonic_clock_noticing() {
        long before = time.nanoTime();
        time.setWall(Instant.parse("2020-01-01T00:00:00Z"));
        time.advance(Duration.ofSeconds(1));

        assertThat(time.instant()).isEqualTo(Instant.parse("2020-01-01T00:00:01Z"));
        assertThat(time.nanoTime() - before).isEqualTo(1_000_000_000L);
    }

    @Test
    void an_endless_delay_is_far_away_and_not_at_once() {
        time.schedule(Duration.ofSeconds(Long.MAX_VALUE), () -> ran.add("never"));
        note("soon", 1);

        time.advance(Duration.ofDays(366));

        assertThat(ran).containsExactly("soon@1");
    }

    @Test
    void time_does_not_go_back() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> time.advance(Duration.ofNanos(-1)))
                .withMessageContaining("negative");
    }

    private void note(String name, long seconds) {
        time.schedule(
                Duration.ofSeconds(seconds),
                () -> ran.add(name + "@"
                        + Duration.between(FakeTimeSource.START, time.instant()).toSeconds()));
    }
}
