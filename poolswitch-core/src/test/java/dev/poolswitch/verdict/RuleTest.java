package dev.poolswitch.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RuleTest {

    private static Verdict judged(Map<String, ?> rule, ScriptedAnswer answer) {
        return ResponseClassifier.generic().withRules(Rule.parse(List.of(rule))).classify(answer);
    }

    @Test
    void goes_before_the_built_in_rules() {
        Verdict verdict = judged(
                Map.of(
                        "name",
                        "spent",
                        "status",
                        "420",
                        "kind",
                        "QUOTA_EXHAUSTED",
                        "scope",
                        "GROUP",
                        "wait",
                        Map.of("header", "X-Quota-Reset")),
                ScriptedAnswer.of(420, "", "x-quota-reset", "1h"));
        assertThat(verdict)
                .isEqualTo(new Verdict(
                        VerdictKind.QUOTA_EXHAUSTED, Scope.GROUP, Duration.ofHours(1), "420 spent", List.of()));
    }

    @Test
    void looks_into_a_successful_body_when_asked_to() {
        Map<String, ?> rule = Map.of(
                "json",
                Map.of("path", "result[0].state", "equals", List.of("blocked", 7)),
                "kind",
                "rate_limited",
                "wait",
                Map.of("json", "result[0].seconds"));
        assertThat(judged(rule, ScriptedAnswer.of(200, "{\"result\":[{\"state\":7,\"seconds\":9}]}"))
                        .waitFor())
                .isEqualTo(Duration.ofSeconds(9));
        assertThat(judged(rule, ScriptedAnswer.of(200, "{\"result\":[{\"state\":8}]}"))
                        .kind())
                .isEqualTo(VerdictKind.SUCCESS);
    }

    @Test
    void compares_headers_and_bodies() {
        Map<String, ?> rule = Map.of(
                "status",
                List.of(400, "500-599", "3xx"),
                "header",
                List.of(Map.of("name", "X-A", "prefix", "on"), Map.of("name", "X-B", "present", false)),
                "body",
                "BUSY",
                "kind",
                "OVERLOADED",
                "wait",
                "PT30S",
                "otherKey",
                true);
        Verdict verdict = judged(rule, ScriptedAnswer.of(503, "  BUSY now", "x-a", "on fire"));
        assertThat(verdict.kind()).isEqualTo(VerdictKind.OVERLOADED);
        assertThat(verdict.waitFor()).isEqualTo(Duration.ofSeconds(30));
        assertThat(verdict.otherKeyMayServe()).isTrue();
        assertThat(verdict.code()).isEqualTo("503 rule");
        assertThat(judged(rule, ScriptedAnswer.of(500, "BUSY", "x-a", "on", "x-b", ""))
                        .kind())
                .isEqualTo(VerdictKind.UPSTREAM_ERROR);
        assertThat(judged(rule, ScriptedAnswer.of(404, "BUSY", "x-a", "on")).kind())
                .isEqualTo(VerdictKind.CALLER_ERROR);
    }

    @Test
    void reads_the_wait_from_prose() {
        Verdict verdict = judged(
                Map.of("status", 420, "kind", "RATE_LIMITED", "wait", "prose"),
                ScriptedAnswer.of(
                        420, "{\"message\":\"Enhance your calm, try again in 5 minutes\"}", "retry-after", "9"));
        assertThat(verdict.waitFor()).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void the_builder_says_the_same() {
        Rule rule = Rule.builder(VerdictKind.KEY_FORBIDDEN)
                .name("plan")
                .statusRange(400, 499)
                .headerPresent("x-plan")
                .headerEquals("x-plan", "free")
                .headerPrefix("x-plan", "fr")
                .jsonPresent("error")
                .jsonEquals("error.n", "1")
                .jsonPrefix("error.t", "pl")
                .bodyPrefix("{")
                .code("plan_too_small")
                .messagePrefix("Your plan")
                .scope(Scope.KEY_AND_MODEL)
                .waitFor(Duration.ofDays(1))
                .build();
        String body = "{\"error\":{\"n\":1,\"t\":\"plan\",\"code\":\"plan_too_small\",\"message\":\"your PLAN ends\"}}";
        Verdict verdict = ResponseClassifier.generic()
                .withRules(List.of(rule))
                .classify(ScriptedAnswer.of(418, body, "X-Plan", "free"));
        assertThat(verdict.kind()).isEqualTo(VerdictKind.KEY_FORBIDDEN);
        assertThat(verdict.waitFor()).isEqualTo(Duration.ofDays(1));
        assertThat(verdict.code()).isEqualTo("418 plan_too_small");
    }

    @Test
    void a_wrong_rule_is_refused_with_position_and_reason() {
        refused(Map.of("status", 429), "rules[1].kind is missing");
        refused(Map.of("kind", "LIMITED"), "rules[1].kind must be one of [SUCCESS, RATE_LIMITED");
        refused(Map.of("kind", "SUCCESS", "scope", "ALL"), "rules[1].scope must be one of [KEY, KEY_AND_MODEL");
        refused(Map.of("kind", "SUCCESS", "status", "4x"), "rules[1].status must be a status (429)");
        refused(Map.of("kind", "SUCCESS", "status", "599-500"), "rules[1].status must be");
        refused(Map.of("kind", "SUCCESS", "colour", "red"), "rules[1].colour is not known; allowed are [body, code");
        refused(Map.of("kind", "SUCCESS", "header", "x"), "rules[1].header must be an object");
        refused(Map.of("kind", "SUCCESS", "header", Map.of("name", "x")), "rules[1].header must be one of");
        refused(Map.of("kind", "SUCCESS", "json", Map.of("path", "a..b", "present", true)), "rules[1].json.path must");
        refused(Map.of("kind", "SUCCESS", "json", Map.of("path", "a", "is", 1)), "rules[1].json.is is not known");
        refused(Map.of("kind", "SUCCESS", "wait", "32d"), "rules[1].wait must be prose, none, or a duration");
        refused(Map.of("kind", "SUCCESS", "wait", Map.of("fixed", "-5")), "rules[1].wait.fixed must be");
        refused(Map.of("kind", "SUCCESS", "name", "a b"), "rules[1].name: name must be 1 to 48");
        refused(Map.of("kind", "SUCCESS", "otherKey", "yes"), "rules[1].otherKey must be true or false");
        refused(Map.of("kind", "SUCCESS", "followedBy", "x"), "rules[1].followedBy must be only beside message");
        refused(Map.of("kind", "SUCCESS", "wait", Map.of("midnightOf", "Mars")), "rules[1].wait.midnightOf must be");
    }

    private static void refused(Map<String, ?> rule, String reason) {
        assertThatThrownBy(() -> Rule.parse(List.of(Map.of("kind", "SUCCESS"), rule)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void upstreams_are_known_by_host_and_name() {
        assertThat(Profiles.forHost("https://API.openai.com:443/v1").names()).contains("openai");
        assertThat(Profiles.forHost("my.openai.azure.com").names()).contains("azure-openai");
        assertThat(Profiles.forHost("bedrock-runtime.us-east-1.amazonaws.com").names())
                .contains("bedrock");
        assertThat(Profiles.forHost("evilapi.openai.com.example").names()).contains("generic");
        assertThatThrownBy(() -> ResponseClassifier.byName("nobody"))
                .hasMessageContaining("there are [generic, openai");
    }
}
