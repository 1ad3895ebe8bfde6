package dev.poolswitch.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** The contract can be broken: each defect is noticed by the test that is there for it, which a good adapter passes. */
class BrokenAdaptersTest {

    private static final String NONE = "";
    private static final String PLACEMENT = Placement.class.getName();

    static Stream<Arguments> defects() {
        return Stream.of(
                broken(Defect.KEY_FOLLOWS_REDIRECTS, "a_redirect_to_another_port_never_carries_the_key", PLACEMENT),
                broken(
                        Defect.KEY_FOLLOWS_REDIRECTS,
                        "a_redirect_to_another_name_of_the_same_machine_never_carries_the_key",
                        PLACEMENT),
                broken(Defect.PLACEHOLDERS_STAY, "a_placeholder_of_the_caller_does_not_travel_on_either", NONE),
                broken(
                        Defect.PLACEHOLDERS_STAY,
                        "the_key_stands_once_in_its_place_and_no_other_credential_is_sent",
                        PLACEMENT),
                broken(
                        Defect.FOREIGN_ANSWERS_COUNT,
                        "an_answer_of_a_foreign_hop_blames_no_key_and_is_delivered",
                        "int"),
                broken(Defect.FOREIGN_ANSWERS_COUNT, "a_foreign_hop_that_breaks_blames_no_key", NONE),
                broken(
                        Defect.ONE_SHOT_BODIES_ARE_SENT_AGAIN,
                        "a_one_shot_body_is_sent_once_and_the_refusal_is_delivered",
                        "boolean"),
                broken(Defect.REFUSALS_STAY_OPEN, "rotates_to_the_next_key_when_the_first_is_rate_limited", NONE),
                broken(
                        Defect.REFUSALS_STAY_OPEN,
                        "five_hundred_failovers_leave_two_connections_at_most_and_no_lease",
                        NONE),
                broken(Defect.REFUSALS_ARE_DRAINED, "a_refusal_whose_body_comes_in_drops_is_not_waited_for", "boolean"),
                broken(
                        Defect.LEASE_ENDS_WITH_THE_HEAD,
                        "the_lease_ends_at_the_end_of_the_body_and_not_before",
                        "boolean"),
                broken(
                        Defect.LEASE_IS_NOT_ENDED_BY_LENGTH,
                        "the_lease_ends_when_all_bytes_are_read_although_nobody_asked_for_the_end",
                        NONE),
                broken(
                        Defect.DEAF_DURING_WAITS,
                        "cancelling_during_a_back_off_ends_the_call_and_sends_nothing_more",
                        NONE),
                broken(Defect.DEAF_DURING_WAITS, "cancelling_while_waiting_for_a_key_leaves_the_line", NONE),
                broken(
                        Defect.BODY_IS_BUFFERED,
                        "the_first_event_of_a_stream_is_handed_over_before_the_second_is_sent",
                        NONE),
                broken(Defect.KEY_IN_THE_LOG, "rotates_to_the_next_key_when_the_first_is_rate_limited", NONE),
                broken(Defect.KEY_IN_THE_REQUEST, "neither_answers_nor_requests_nor_logs_show_a_key", PLACEMENT),
                broken(
                        Defect.LAST_ANSWER_IS_REPLACED,
                        "the_last_answer_is_delivered_unchanged_when_every_key_is_refused",
                        NONE));
    }

    private static Arguments broken(Defect defect, String test, String parameters) {
        return Arguments.of(defect, test, parameters);
    }

    @ParameterizedTest
    @MethodSource("defects")
    void a_defect_is_noticed_by_the_test_that_is_there_for_it(Defect defect, String test, String parameters) {
        assertThat(run(defect, test, parameters)).contains(TestExecutionResult.Status.FAILED);
        assertThat(run(Defect.NONE, test, parameters)).isNotEmpty().containsOnly(TestExecutionResult.Status.SUCCESSFUL);
    }

    @Test
    void a_declared_gap_shows_as_skipped() {
        assertThat(run(Defect.NONE, "a_web_socket_gets_a_key_and_moves_on_to_the_next_one_before_it_is_open", NONE))
                .containsExactly(TestExecutionResult.Status.ABORTED);
    }

    private static List<TestExecutionResult.Status> run(Defect defect, String test, String parameters) {
        List<TestExecutionResult.Status> results = new ArrayList<>();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectMethod(JdkContractTest.class, test, parameters))
                                .configurationParameter(JdkContractTest.DEFECT, defect.name())
                                .build(),
                        new TestExecutionListener() {
                            @Override
                            public void executionFinished(TestIdentifier identifier, TestExecutionResult result) {
                                if (identifier.isTest()) {
                                    results.add(result.getStatus());
                                }
                            }
                        });
        return results;
    }
}
