package dev.poolswitch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RetryBudgetTest {

    private final RetryBudget budget = new RetryBudget();

    @Test
    void ten_repetitions_are_saved_up_at_the_start() {
        assertThat(payments()).isEqualTo(10);
        assertThat(budget.retries()).isEqualTo(10);
    }

    @Test
    void five_calls_earn_one_repetition() {
        payments();
        for (int i = 0; i < 4; i++) {
            budget.earn();
        }
        assertThat(budget.tryPay()).isFalse();

        budget.earn();
        assertThat(budget.tryPay()).isTrue();
        assertThat(budget.tryPay()).isFalse();
    }

    @Test
    void at_most_a_fifth_of_many_calls_is_repeated() {
        int paid = 0;
        for (int i = 0; i < 10_000; i++) {
            budget.earn();
            paid += budget.tryPay() ? 1 : 0;
        }

        assertThat(paid).isBetween(2_000, 2_010);
    }

    @Test
    void a_long_quiet_time_saves_no_more_than_ten() {
        for (int i = 0; i < 10_000; i++) {
            budget.earn();
        }

        assertThat(payments()).isEqualTo(10);
    }

    private int payments() {
        int paid = 0;
        while (budget.tryPay()) {
            paid++;
        }
        return paid;
    }
}
