package dev.poolswitch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.verdict.Budget;
import dev.poolswitch.verdict.Scope;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LearnedBudgetTest {

    private static final long SECOND = 1_000_000_000L;
    private static final long NOW = 100 * SECOND;

    private final LearnedBudget budget = new LearnedBudget(Budget.Unit.REQUESTS);

    @Test
    void nothing_is_limited_before_an_answer_tells() {
        for (int i = 0; i < 1000; i++) {
            assertThat(budget.tryTake(1, NOW)).isTrue();
        }
    }

    @Test
    void what_is_left_is_given_out_and_no_more() {
        learn(100, 3, Duration.ofSeconds(10), NOW);

        assertThat(taken(10, NOW)).isEqualTo(3);
        assertThat(budget.opensAt(1, NOW)).isBetween(NOW + 10 * SECOND, NOW + 11 * SECOND);
    }

    @Test
    void calls_that_are_out_are_taken_off_once_more() {
        taken(4, NOW);
        learn(100, 10, Duration.ofSeconds(10), NOW);

        assertThat(taken(20, NOW)).isEqualTo(6);
    }

    @Test
    void the_call_that_was_answered_is_in_what_the_answer_tells() {
        taken(4, NOW);
        budget.learn(budget(100, 10, Duration.ofSeconds(10)), 1, NOW, NOW);

        assertThat(taken(20, NOW)).isEqualTo(7);
    }

    @Test
    void at_the_stated_reset_it_is_full_again() {
        learn(50, 0, Duration.ofSeconds(10), NOW);
        assertThat(budget.tryTake(1, NOW)).isFalse();

        assertThat(budget.tryTake(1, NOW + 11 * SECOND)).isTrue();
    }

    @Test
    void an_answer_to_an_older_call_is_heard_only_if_it_says_less() {
        learn(100, 10, Duration.ofSeconds(10), NOW);
        learn(100, 50, Duration.ofSeconds(10), NOW - SECOND);
        assertThat(budget.utilisation(NOW)).isEqualTo(0.9);

        learn(100, 5, Duration.ofSeconds(10), NOW - SECOND);
        assertThat(taken(100, NOW)).isEqualTo(5);
    }

    @Test
    void a_limit_alone_without_what_is_left_blocks_nobody() {
        budget.learn(budget(5, -1, null), 0, NOW, NOW);

        assertThat(budget.tryTake(1, NOW)).isTrue();
    }

    @Test
    void a_request_larger_than_the_whole_budget_can_go_when_it_is_full() {
        learn(100, 100, Duration.ofSeconds(10), NOW);

        assertThat(budget.tryTake(1000, NOW)).isTrue();
        assertThat(budget.tryTake(1, NOW)).isFalse();
    }

    @Test
    void what_was_not_sent_is_given_back() {
        learn(100, 1, Duration.ofSeconds(10), NOW);
        assertThat(budget.tryTake(1, NOW)).isTrue();
        budget.giveBack(1, NOW, NOW);

        assertThat(budget.tryTake(1, NOW)).isTrue();
    }

    private void learn(long limit, long remaining, Duration reset, long at) {
        budget.learn(budget(limit, remaining, reset), 0, at, Math.max(at, NOW));
    }

    private int taken(int tries, long now) {
        int taken = 0;
        for (int i = 0; i < tries; i++) {
            taken += budget.tryTake(1, now) ? 1 : 0;
        }
        return taken;
    }

    private static Budget budget(long limit, long remaining, @Nullable Duration reset) {
        return new Budget(Scope.KEY, Budget.Unit.REQUESTS, limit, remaining, reset);
    }
}
