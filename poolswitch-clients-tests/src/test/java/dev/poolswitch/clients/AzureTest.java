package dev.poolswitch.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.ai.openai.OpenAIClient;
import com.azure.ai.openai.OpenAIClientBuilder;
import com.azure.ai.openai.models.ChatCompletions;
import com.azure.ai.openai.models.ChatCompletionsOptions;
import com.azure.ai.openai.models.ChatRequestUserMessage;
import com.azure.core.exception.HttpResponseException;
import com.azure.core.http.HttpClient;
import com.azure.core.http.HttpMethod;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.azure.core.http.okhttp.OkHttpAsyncHttpClientBuilder;
import com.azure.core.http.policy.FixedDelayOptions;
import com.azure.core.http.policy.RetryOptions;
import com.azure.core.util.Context;
import dev.poolswitch.KeyPlacement;
import dev.poolswitch.testkit.server.Dialect;
import dev.poolswitch.testkit.server.Reply;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;

class AzureTest extends OnOkHttp {

    private static final String DEPLOYMENT = "fake-large";
    private static final String ANSWER =
            "{\"id\":\"c\",\"created\":0,\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                    + "\"content\":\"word\"},\"delta\":{\"content\":\"word\"},\"finish_reason\":\"stop\"}]}";

    @SuppressWarnings("NullAway.Init")
    private OpenAIClient client;

    AzureTest() {
        super(KeyPlacement.header("api-key"), Dialect.OPENAI);
    }

    @Override
    void build(OkHttpClient http) {
        String endpoint = url("");
        // snippet: azure-sdk
        OpenAIClient client = new OpenAIClientBuilder()
                .endpoint(endpoint)
                .httpClient(new OkHttpAsyncHttpClientBuilder(http).build())
                .retryOptions(new RetryOptions(new FixedDelayOptions(0, Duration.ZERO)))
                .buildClient();
        // end
        this.client = client;
    }

    private static ChatCompletionsOptions question() {
        return new ChatCompletionsOptions(List.of(new ChatRequestUserMessage("Hello")));
    }

    private void answersWith(Reply reply) {
        provider.server()
                .when(request -> HEALTHY.equals(request.key()) && request.path().startsWith("/openai/"), reply);
    }

    @Test
    void a_spent_key_costs_one_call() {
        answersWith(Reply.json(200, ANSWER));

        ChatCompletions answer = client.getChatCompletions(DEPLOYMENT, question());

        assertThat(answer.getChoices().get(0).getMessage().getContent()).isEqualTo("word");
        assertOneFailover();
    }

    @Test
    void a_stream_fails_over() {
        answersWith(Reply.sse(Collections.nCopies(7, ANSWER), Duration.ZERO));

        assertThat(client.getChatCompletionsStream(DEPLOYMENT, question())).hasSize(7);

        assertOneFailover();
    }

    /** The OpenAI client above fills blocks of 4 KiB before it hands on what it has, with the pool and without. */
    @Test
    void a_stream_of_the_transport_is_not_buffered() throws IOException {
        HttpRequest request = new HttpRequest(HttpMethod.POST, url("/openai/x")).setBody(Question.json(true));
        HttpClient transport = new OkHttpAsyncHttpClientBuilder(http).build();

        Arrivals arrivals = stream(Reply.sse(Collections.nCopies(7, ANSWER), Duration.ZERO));
        try (HttpResponse response = transport.sendSync(request, Context.NONE);
                BufferedReader lines = new BufferedReader(
                        new InputStreamReader(response.getBodyAsBinaryData().toStream(), StandardCharsets.UTF_8))) {
            while (lines.readLine() != null) {
                arrivals.mark();
            }
        }

        arrivals.assertComplete();
        assertOneFailover();
    }

    @Test
    void without_its_retries_two_spent_keys_make_two_calls() {
        spendAllKeysAndForget();

        assertThatThrownBy(() -> client.getChatCompletions(DEPLOYMENT, question()))
                .isInstanceOfSatisfying(
                        HttpResponseException.class,
                        error -> assertThat(error.getResponse().getStatusCode()).isEqualTo(429));

        assertThat(requests()).hasSize(2);
        assertThat(stacked).isEmpty();
    }

    @Test
    void its_three_retries_over_two_spent_keys_make_eight_calls() {
        spendAllKeysAndForget();
        OpenAIClient withItsOwnRetries = new OpenAIClientBuilder()
                .endpoint(url(""))
                .httpClient(new OkHttpAsyncHttpClientBuilder(http).build())
                .buildClient();

        assertThatThrownBy(() -> withItsOwnRetries.getChatCompletions(DEPLOYMENT, question()))
                .isInstanceOf(HttpResponseException.class);

        assertThat(requests()).hasSize(8);
        assertReported("retryOptions");
    }
}
