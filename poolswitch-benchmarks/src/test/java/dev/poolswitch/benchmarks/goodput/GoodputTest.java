package dev.poolswitch.benchmarks.goodput;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.benchmarks.goodput.Scenario.Knowledge;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The figures that docs/goodput.md shows are held, on the clock that is moved by hand. */
class GoodputTest {

    static Stream<Scenario> configured() {
        return knowing(Knowledge.CONFIGURED);
    }

    static Stream<Scenario> headers() {
        return knowing(Knowledge.HEADERS);
    }

    static Stream<Scenario> guessed() {
        return knowing(Knowledge.NOTHING);
    }

    static Stream<Scenario> exactWait() {
        return knowing(Knowledge.EXACT_WAIT);
    }

    /** Where the answers tell the truth of a bucket that is smaller than the limit. */
    static Stream<Scenario> buckets() {
        return Scenario.all().stream()
                .filter(scenario -> scenario.counting() == Scenario.Counting.TOKEN_BUCKET)
                .filter(scenario ->
                        scenario.knowledge() == Knowledge.HEADERS || scenario.knowledge() == Knowledge.EXACT_WAIT);
    }

    static Stream<Scenario> retryAfter() {
        return knowing(Knowledge.RETRY_AFTER);
    }

    static Stream<Scenario> rough() {
        return Scenario.all().stream().filter(scenario -> scenario.way().compareTo(Scenario.SHORT_WAY) > 0);
    }

    private static Stream<Scenario> knowing(Knowledge knowledge) {
        return Scenario.all().stream()
                .filter(scenario -> scenario.knowledge() == knowledge)
                .filter(scenario -> scenario.way().equals(Scenario.SHORT_WAY))
                .filter(scenario -> scenario.counting() != Scenario.Counting.TOKEN_BUCKET);
    }

    @ParameterizedTest
    @MethodSource("configured")
    void limits_that_are_told_are_used_up_and_never_overrun(Scenario scenario) {
        Result result = Simulation.run(scenario);

        assertThat(result.goodput()).isGreaterThanOrEqualTo(0.99);
        assertThat(result.wasted()).isLessThanOrEqualTo(0.002);
        assertThat(result.errors()).isZero();
        assertThat(result.waitP99()).isLessThanOrEqualTo(1.2 * result.perfectWaitP99() + 0.05);
        assertThat(result.badKeyCalls()).isLessThanOrEqualTo(4);
    }

    @ParameterizedTest
    @MethodSource("headers")
    void limits_that_answers_tell_are_learned(Scenario scenario) {
        Result result = Simulation.run(scenario);

        assertThat(result.goodput()).isGreaterThanOrEqualTo(0.98);
        assertThat(result.wasted()).isLessThanOrEqualTo(0.02);
        assertThat(result.errors()).isZero();
    }

    @ParameterizedTest
    @MethodSource("guessed")
    void limits_that_nobody_tells_are_guessed_from_refusals(Scenario scenario) {
        Result result = Simulation.run(scenario);

        assertThat(result.goodput()).isGreaterThanOrEqualTo(0.965);
        assertThat(result.wasted()).isLessThanOrEqualTo(0.055);
        assertThat(result.errors()).isZero();
        assertThat(result.badKeyCalls()).isLessThanOrEqualTo(4);
    }

    /** It takes four refusals to know that the waits are those of a count, and not of a bucket or of anything else. */
    @ParameterizedTest
    @MethodSource("exactWait")
    void limits_are_guessed_from_refusals_that_say_exactly_how_long_to_wait(Scenario scenario) {
        Result result = Simulation.run(scenario);

        assertThat(result.goodput()).isGreaterThanOrEqualTo(0.95);
        assertThat(result.wasted()).isLessThanOrEqualTo(0.25);
        assertThat(result.errors()).isZero();
    }

    /** Forbidden: a guess that starves the keys. */
    @ParameterizedTest
    @MethodSource("buckets")
    void buckets_smaller_than_the_limit_are_used(Scenario scenario) {
        Result result = Simulation.run(scenario);

        assertThat(result.goodput()).isGreaterThanOrEqualTo(0.7);
        assertThat(result.errors()).isLessThan(0.001);
    }

    /** Each lesson costs a whole second, which is what such an answer rounds up to. */
    @ParameterizedTest
    @MethodSource("retryAfter")
    void limits_of_which_only_the_end_of_a_block_is_told_are_guessed_at_the_price_of_a_few_blocks(Scenario scenario) {
        Result result = Simulation.run(scenario);

        assertThat(result.goodput()).isGreaterThanOrEqualTo(0.93);
        assertThat(result.wasted()).isLessThanOrEqualTo(0.04);
        assertThat(result.errors()).isZero();
    }

    /** Without a wider guard a twentieth of the calls would be refused, and where limits are guessed nearly all. */
    @ParameterizedTest
    @MethodSource("rough")
    void a_way_of_uneven_length_costs_capacity_but_few_refusals(Scenario scenario) {
        Result result = Simulation.run(scenario);

        assertThat(result.goodput()).isGreaterThanOrEqualTo(0.8);
        assertThat(result.wasted()).isLessThanOrEqualTo(0.3);
        assertThat(result.errors()).isZero();
    }
}
