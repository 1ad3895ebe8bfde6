package dev.poolswitch.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HostileAnswersTest {

    private final ResponseClassifier classifier = ResponseClassifier.forUpstream("https://api.openai.com:443/v1");

    @Test
    void ten_megabytes_of_nesting_are_judged_by_the_status() {
        assertThat(classifier
                        .classify(ScriptedAnswer.of(429, "[{\"a\":".repeat(2_000_000)))
                        .kind())
                .isEqualTo(VerdictKind.RATE_LIMITED);
    }

    @Test
    void broken_utf8_hides_no_code() {
        byte[] body =
                "{\"error\":{\"message\":\"??\",\"code\":\"insufficient_quota\"}}".getBytes(StandardCharsets.UTF_8);
        body[21] = (byte) 0xff;
        body[22] = (byte) 0xc3;
        Verdict verdict = classifier.classify(new ScriptedAnswer(429, List.of(), body, ScriptedAnswer.NOW));
        assertThat(verdict.kind()).isEqualTo(VerdictKind.QUOTA_EXHAUSTED);
        assertThat(verdict.code()).isEqualTo("429 insufficient_quota");
    }

    @Test
    void a_code_quotes_our_tables_only() {
        for (ResponseCase answer : ResponseCase.all()) {
            Verdict verdict = ResponseClassifier.byName(answer.provider()).classify(answer.answer());
            assertThat(verdict.code()).matches("[A-Za-z0-9_. -]{0,64}");
        }
        String secret = "{\"error\":{\"code\":\"sk-live-12345\",\"type\":\"sk_live_12345\",\"message\":\"sk-live\"}}";
        assertThat(classifier.classify(ScriptedAnswer.of(418, secret)).code()).isEqualTo("418 refused");
    }

    @Test
    void mangled_answers_never_throw_and_are_quick() {
        Random random = new Random(3);
        for (ResponseCase answer : ResponseCase.all()) {
            ScriptedAnswer whole = answer.answer();
            for (int i = 0; i < 50; i++) {
                byte[] body = whole.body().clone();
                for (int n = random.nextInt(5); n > 0 && body.length > 0; n--) {
                    body[random.nextInt(body.length)] = (byte) random.nextInt(256);
                }
                int status = random.nextBoolean() ? whole.status() : 100 + random.nextInt(900);
                List<Map.Entry<String, String>> lines = whole.lines();
                ScriptedAnswer mangled = new ScriptedAnswer(status, lines, body, whole.receivedAt());
                assertThat(ResponseClassifier.byName(answer.provider()).classify(mangled))
                        .isNotNull();
            }
        }
    }

    @Test
    void a_body_that_can_hold_no_error_is_not_read() {
        ScriptedAnswer answer = ScriptedAnswer.of(200, "x", "content-type", "image/png");
        Answer untouchable = new Untouchable(answer);
        assertThat(classifier.classify(untouchable)).isSameAs(Verdict.success());
    }

    private record Untouchable(ScriptedAnswer answer) implements Answer {
        @Override
        public int status() {
            return answer.status();
        }

        @Override
        public @Nullable String header(String name) {
            return answer.header(name);
        }

        @Override
        public List<String> headers(String name) {
            return answer.headers(name);
        }

        @Override
        public void forEachHeader(BiConsumer<String, String> consumer) {
            answer.forEachHeader(consumer);
        }

        @Override
        public byte[] bodyPrefix(int maxBytes) {
            throw new AssertionError("the body must not be read");
        }

        @Override
        public Instant receivedAt() {
            return answer.receivedAt();
        }
    }
}
