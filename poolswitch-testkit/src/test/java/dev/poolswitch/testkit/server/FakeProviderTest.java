package dev.poolswitch.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
class FakeProviderTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String BODY = "{\"model\":\"m\\u0031\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final AtomicLong nanos = new AtomicLong(-5_000_000_000L);
    private FakeProvider provider = FakeProvider.builder().start();

    @AfterEach
    void stop() {
        provider.close();
    }

    private void start(FakeProvider.Builder builder) {
        provider.close();
        provider = builder.nanoClock(nanos::get)
                .wallClock(InstantSource.fixed(Instant.parse("2026-11-20T12:00:00.5Z")))
                .start();
    }

    private HttpRequest post(String target, String key, String body) {
        return HttpRequest.newBuilder(provider.uri(target))
                .timeout(Duration.ofSeconds(10))
                .header("Authorization", "Bearer " + key)
                .POST(BodyPublishers.ofString(body))
                .build();
    }

    private HttpResponse<String> chat(String key) throws IOException, InterruptedException {
        return client.send(post(CHAT, key, BODY), BodyHandlers.ofString());
    }

    private int status(String key) throws IOException, InterruptedException {
        return chat(key).statusCode();
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void answers_chats_embeddings_and_models() throws Exception {
        start(FakeProvider.builder().key("A", Behaviour.healthy()).words(2));

        HttpResponse<String> chat = chat("A");
        assertThat(chat.statusCode()).isEqualTo(200);
        assertThat(chat.body()).contains("\"model\":\"m1\"", "\"content\":\"word word\"", "\"completion_tokens\":2,");
        assertThat(client.send(post("/v1/embeddings", "A", BODY), BodyHandlers.ofString())
                        .body())
                .contains("\"embedding\":[");
        HttpRequest models = HttpRequest.newBuilder(provider.uri("/v1/models"))
                .header("api-key", "A")
                .build();
        assertThat(client.send(models, BodyHandlers.ofString()).body()).contains("\"id\":\"fake-large\"");
        assertThat(client.send(post("/v1/nothing", "A", BODY), BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(404);
        assertThat(client.send(post(CHAT, "A", "{\"model\":"), BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void streams_a_chat_with_the_usage_at_its_end() throws Exception {
        start(FakeProvider.builder().key("A", Behaviour.healthy()).words(3));
        String body = "{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":true},\"max_tokens\":2}";

        HttpResponse<String> stream = client.send(post(CHAT, "A", body), BodyHandlers.ofString());
        assertThat(stream.headers().firstValue("Content-Type")).contains("text/event-stream");
        assertThat(stream.body().split("\n\n", -1)).hasSize(6);
        assertThat(stream.body())
                .contains("\"choices\":[],\"usage\":{\"prompt_tokens\":")
                .endsWith("data: [DONE]\n\n");
    }

    @Test
    void distinguishes_missing_unknown_revoked_and_closed_keys_without_echoing_them() throws Exception {
        start(FakeProvider.builder().key("gone-key", Behaviour.revoked()).key("shut-key", Behaviour.deactivated()));

        HttpRequest bare = HttpRequest.newBuilder(provider.uri("/v1/models")).build();
        assertThat(client.send(bare, BodyHandlers.ofString()).body()).contains("didn't provide");
        for (String key : List.of("strange-key", "gone-key", "shut-key")) {
            HttpResponse<String> refused = chat(key);
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(refused.body() + refused.headers()).doesNotContain(key);
        }
        assertThat(chat("gone-key").body()).contains("\"code\":\"invalid_api_key\"");
        assertThat(chat("shut-key").body()).contains("\"code\":\"account_deactivated\"");
        assertThat(provider.statistics("gone-key").refused()).isEqualTo(2);
        assertThatThrownBy(() -> provider.statistics("strange-key"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("strange-key");
    }

    @ParameterizedTest
    @EnumSource(WindowKind.class)
    void admits_what_a_window_allows_and_no_more(WindowKind kind) throws Exception {
        start(FakeProvider.builder().key("A", Behaviour.healthy().requests(2, SECOND, kind)));

        assertThat(status("A")).isEqualTo(200);
        pass(Duration.ofMillis(300));
        HttpResponse<String> second = chat("A");
        assertThat(second.headers().firstValue("x-ratelimit-limit-requests")).contains("2");
        HttpResponse<String> third = chat("A");
        if (kind == WindowKind.TOKEN_BUCKET) {
            assertThat(third.headers().firstValue("Retry-After")).contains("1");
            pass(Duration.ofMillis(200));
        } else {
            assertThat(second.headers().firstValue("x-ratelimit-remaining-requests"))
                    .contains("0");
            assertThat(third.body()).contains("\"rate_limit_exceeded\"", "try again in 700ms");
            pass(Duration.ofMillis(699));
            assertThat(status("A")).isEqualTo(429);
            pass(Duration.ofMillis(1));
        }
        assertThat(third.statusCode()).isEqualTo(429);
        assertThat(status("A")).isEqualTo(200);
        KeyStatistics statistics = provider.statistics("A");
        assertThat(statistics.accepted()).isEqualTo(3);
        assertThat(statistics.overLimit()).isEqualTo(statistics.refused()).isPositive();
        assertThat(provider.mostAdmitted("A", SECOND)).isEqualTo(kind == WindowKind.TOKEN_BUCKET ? 3 : 2);
        assertThat(provider.mostReceived("A", SECOND)).isGreaterThan(2);
    }

    @Test
    void counts_tokens_per_window_and_refuses_what_can_never_fit() throws Exception {
        start(FakeProvider.builder().key("A", Behaviour.healthy().tokens(40, SECOND)));

        assertThat(chat("A").headers().firstValue("x-ratelimit-remaining-tokens"))
                .contains("9");
        assertThat(chat("A").body()).contains("\"type\":\"tokens\"", "Requested 31.");
        String large = BODY.replace("hi", "x".repeat(400));
        HttpResponse<String> tooLarge = client.send(post(CHAT, "A", large), BodyHandlers.ofString());
        assertThat(tooLarge.body()).contains("Request too large");
        assertThat(tooLarge.headers().firstValue("Retry-After")).isEmpty();
        assertThat(provider.statistics("A").tokens()).isEqualTo(31);
    }

    @Test
    void ends_with_the_quota_and_refuses_forbidden_models() throws Exception {
        start(FakeProvider.builder()
                .key("A", Behaviour.healthy().quota(1))
                .key("B", Behaviour.healthy().forbidden("m1")));

        assertThat(status("A")).isEqualTo(200);
        HttpResponse<String> spent = chat("A");
        assertThat(spent.statusCode()).isEqualTo(429);
        assertThat(spent.body()).contains("\"insufficient_quota\"");
        assertThat(provider.statistics("A").outOfQuota()).isEqualTo(1);
        HttpResponse<String> forbidden = chat("B");
        assertThat(forbidden.statusCode()).isEqualTo(403);
        assertThat(forbidden.body()).contains("model_not_found");
        provider.set("A", Behaviour.healthy());
        assertThat(status("A")).isEqualTo(200);
    }

    @Test
    void shares_the_limits_of_an_account_among_its_keys() throws Exception {
        start(FakeProvider.builder().account(Behaviour.limited(1, SECOND), "A", "B"));

        assertThat(status("A")).isEqualTo(200);
        assertThat(status("B")).isEqualTo(429);
        assertThat(provider.total().received()).isEqualTo(2);
    }

    @Test
    void limits_concurrency_until_the_answer_is_sent() throws Exception {
        start(FakeProvider.builder()
                .key("A", Behaviour.healthy().maxConcurrent(1))
                .latency(Duration.ofMillis(200)));

        CompletableFuture<HttpResponse<String>> first =
                client.sendAsync(post(CHAT, "A", BODY), BodyHandlers.ofString());
        provider.server().awaitRequests(1);
        HttpResponse<String> second = chat("A");
        assertThat(List.of(first.join().statusCode(), second.statusCode())).containsExactlyInAnyOrder(200, 429);
        for (int i = 0; i < 3; i++) {
            assertThat(status("A")).isEqualTo(200);
        }
        assertThat(provider.statistics("A").maxInFlight()).isEqualTo(1);
    }

    @Test
    void speaks_the_other_dialects() throws Exception {
        start(FakeProvider.builder().dialect(Dialect.ANTHROPIC).key("A", Behaviour.limited(1, SECOND)));
        assertThat(client.send(post("/v1/messages", "A", BODY), BodyHandlers.ofString())
                        .body())
                .contains("\"type\":\"message\"");
        HttpResponse<String> refused = chat("A");
        assertThat(refused.body()).contains("\"rate_limit_error\"");
        assertThat(refused.headers().firstValue("anthropic-ratelimit-requests-reset"))
                .contains("2026-11-20T12:00:02Z");

        start(FakeProvider.builder()
                .dialect(Dialect.GOOGLE)
                .retryAfter(RetryAfterForm.HTTP_DATE)
                .key("A", Behaviour.limited(2, SECOND)));
        String model = "/v1beta/models/gem:";
        assertThat(client.send(post(model + "generateContent", "A", BODY), BodyHandlers.ofString())
                        .body())
                .contains("\"modelVersion\":\"gem\"");
        assertThat(client.send(post(model + "streamGenerateContent?alt=sse", "A", BODY), BodyHandlers.ofString())
                        .body())
                .contains("data: {\"candidates\"");
        HttpResponse<String> exhausted = chat("A");
        assertThat(exhausted.body()).contains("RESOURCE_EXHAUSTED", "\"retryDelay\":\"1s\"");
        assertThat(exhausted.headers().firstValue("Retry-After")).contains("Fri, 20 Nov 2026 12:00:02 GMT");
        assertThat(chat("strange").body()).contains("API_KEY_INVALID");
    }

    @Test
    void fails_at_the_given_rates_and_repeatably() throws Exception {
        List<List<Integer>> runs = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            start(FakeProvider.builder()
                    .key("A", Behaviour.healthy())
                    .faults(Faults.none().withServerErrors(0.3).withOverloads(0.3))
                    .seed(7));
            List<Integer> statuses = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                statuses.add(status("A"));
            }
            assertThat(statuses).contains(200, 500, 503);
            assertThat(provider.statistics("A").faults())
                    .isEqualTo(statuses.stream().filter(s -> s >= 500).count());
            runs.add(statuses);
        }
        assertThat(runs.get(0)).isEqualTo(runs.get(1));

        start(FakeProvider.builder()
                .key("A", Behaviour.healthy())
                .faults(Faults.none().withResets(1)));
        assertThatThrownBy(() -> chat("A")).isInstanceOf(IOException.class);
    }

    @Test
    void never_admits_more_than_the_limit_under_contention() {
        start(FakeProvider.builder().key("A", Behaviour.healthy().requests(100, SECOND, WindowKind.SLIDING)));
        List<CompletableFuture<Integer>> statuses = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            nanos.addAndGet(5_000_000);
            statuses.add(client.sendAsync(post(CHAT, "A", BODY), BodyHandlers.discarding())
                    .thenApply(HttpResponse::statusCode));
        }
        long accepted = statuses.stream()
                .map(CompletableFuture::join)
                .filter(s -> s == 200)
                .count();
        assertThat(provider.statistics("A").accepted()).isEqualTo(accepted);
        assertThat(provider.mostAdmitted("A", SECOND)).isLessThanOrEqualTo(100);
    }
}
