package dev.poolswitch.benchmarks.goodput;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.benchmarks.goodput.Scenario.Knowledge;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The figures that docs/goodput.md shows are held, on the clock that is moved by hand. */
class GoodputTest {

    static Stream<Scenario> configured() {
        return Scenario.all().stream().filter(scenario -> scenario.knowledge() == Knowledge.CONFIGURED);
    }

    static Stream<Scenario> headers() {
        return Scenario.all().stream().filter(scenario -> scenario.knowledge() == Knowledge.HEADERS);
    }

    static Stream<Scenario> guessed() {
        return Scenario.all().stream().filter(scenario -> scenario.knowledge() == Knowledge.NOTHING);
    }

    static Stream<Scenario> retryAfter() {
        return Scenario.all().stream().filter(scenario -> scenario.knowledge() == Knowledge.RETRY_AFTER);
    }

    @ParameterizedTest
    @MethodSource("configured")
    void limits_that_are_told_are_used_up_and_never_overrun(Scenario scenario) {
        Simulation.Result result = Simulation.run(scenario);

        assertThat(result.goodput()).isGreaterThanOrEqualTo(0.99);
        assertThat(result.wasted()).isLessThanOrEqualTo(0.002);
        assertThat(result.errors()).isZero();
        assertThat(result.waitP99()).isLessThanOrEqualTo(1.2 * result.perfectWaitP99() + 0.05);
        assertThat(result.badKeyCalls()).isLessThanOrEqualTo(3);
    }

    @ParameterizedTest
    @MethodSource("headers")
    void limits_that_answers_tell_are_learned(Scenario scenario) {
        Simulation.Result result = Simulation.run(scenario);

        assertThat(result.goodput()).isGreaterThanOrEqualTo(0.98);
        assertThat(result.wasted()).isLessThanOrEqualTo(0.02);
    }

    @ParameterizedTest
    @MethodSource("guessed")
    void limits_that_nobody_tells_are_guessed_from_bare_refusals(Scenario scenario) {
        Simulation.Result result = Simulation.run(scenario);

        assertThat(result.goodput()).isGreaterThanOrEqualTo(0.965);
        assertThat(result.wasted()).isLessThanOrEqualTo(0.055);
        assertThat(result.errors()).isZero();
        assertThat(result.badKeyCalls()).isLessThanOrEqualTo(3);
    }

    /** Each lesson costs a whole second, which is what such an answer rounds up to. */
    @ParameterizedTest
    @MethodSource("retryAfter")
    void limits_of_which_only_the_end_of_a_block_is_told_are_guessed_at_the_price_of_a_few_blocks(Scenario scenario) {
        Simulation.Result result = Simulation.run(scenario);

        assertThat(result.goodput()).isGreaterThanOrEqualTo(0.8);
        assertThat(result.wasted()).isLessThanOrEqualTo(0.06);
        assertThat(result.errors()).isZero();
    }
}
