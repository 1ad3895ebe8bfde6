package dev.poolswitch.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.AnthropicException;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import dev.poolswitch.KeyPlacement;
import dev.poolswitch.testkit.server.Dialect;
import dev.poolswitch.testkit.server.Reply;
import dev.poolswitch.testkit.server.ScriptedServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;

class AnthropicTest extends OnOkHttp {

    private static final MessageCreateParams QUESTION = MessageCreateParams.builder()
            .model("fake-large")
            .maxTokens(64)
            .addUserMessage("Hello")
            .build();

    @SuppressWarnings("NullAway.Init")
    private AnthropicClient client;

    AnthropicTest() {
        super(KeyPlacement.header("x-api-key"), Dialect.ANTHROPIC);
    }

    @Override
    void build(OkHttpClient http) {
        // snippet: anthropic-java
        AnthropicClient client = AnthropicOkHttpClient.builder()
                .addInterceptor(itsOwn -> new AnthropicOverOkHttp(http))
                .apiKey("placeholder")
                .maxRetries(0)
                .baseUrl(url("")) // test only
                .build();
        // end
        this.client = client;
    }

    private AnthropicClient withItsOwnRetries() {
        return AnthropicOkHttpClient.builder()
                .addInterceptor(itsOwn -> new AnthropicOverOkHttp(http))
                .apiKey(PLACEHOLDER)
                .baseUrl(url(""))
                .build();
    }

    private Arrivals messageStream() {
        String delta =
                event("content_block_delta", ",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"word\"}");
        return stream(Reply.sseBlocks(List.of(delta, delta, delta, event("message_stop", "")), Duration.ZERO));
    }

    private static String event(String type, String members) {
        return "event: " + type + "\ndata: {\"type\":\"" + type + "\"" + members + "}\n\n";
    }

    @Test
    void a_spent_key_costs_one_call() {
        Message answer = client.messages().create(QUESTION);

        assertThat(answer.content().get(0).asText().text()).startsWith("word");
        assertOneFailover();
        assertThat(requests()).allSatisfy(request -> {
            assertThat(request.header("anthropic-version")).isNotNull();
            assertThat(request.header("Authorization")).isNull();
        });
    }

    @Test
    void an_asynchronous_call_fails_over() throws Exception {
        Message answer = client.async().messages().create(QUESTION).get(10, TimeUnit.SECONDS);

        assertThat(answer.content()).hasSize(1);
        assertOneFailover();
    }

    @Test
    void a_stream_fails_over_and_is_not_buffered() {
        Arrivals arrivals = messageStream();
        try (StreamResponse<RawMessageStreamEvent> stream = client.messages().createStreaming(QUESTION)) {
            stream.stream().forEach(event -> arrivals.mark());
        }

        arrivals.assertComplete();
        assertOneFailover();
    }

    @Test
    void an_asynchronous_stream_fails_over_and_is_not_buffered() throws Exception {
        Arrivals arrivals = messageStream();
        client.async()
                .messages()
                .createStreaming(QUESTION)
                .subscribe(event -> arrivals.mark())
                .onCompleteFuture()
                .get(10, TimeUnit.SECONDS);

        arrivals.assertComplete();
        assertOneFailover();
    }

    @Test
    void a_redirect_to_another_host_does_not_carry_the_key() {
        try (ScriptedServer foreign = ScriptedServer.start()) {
            foreign.script(Reply.json(500, "{}"));
            provider.server()
                    .onKey(HEALTHY, Reply.redirect(foreign.uri("/v1/messages").toString(), 307));

            assertThatThrownBy(() -> client.messages().create(QUESTION)).isInstanceOf(AnthropicException.class);

            assertThat(foreign.keysInOrder()).containsExactly(ScriptedServer.NO_KEY);
        }
    }

    @Test
    void the_error_of_the_provider_reaches_the_application_when_all_keys_are_spent() {
        spendAllKeysAndForget();

        assertThatThrownBy(() -> client.messages().create(QUESTION))
                .isInstanceOfSatisfying(
                        AnthropicServiceException.class,
                        error -> assertThat(error.statusCode()).isBetween(400, 429));

        assertThat(requests()).hasSize(2);
        assertThat(stacked).isEmpty();
    }

    @Test
    void its_two_retries_over_two_refused_keys_make_six_calls() {
        spendAllKeysAndForget();
        provider.server().script(request -> Reply.status(429));

        assertThatThrownBy(() -> withItsOwnRetries().messages().create(QUESTION))
                .isInstanceOf(AnthropicException.class);

        assertThat(requests()).hasSize(6);
        assertReported("maxRetries(0)");
    }
}
