package dev.poolswitch.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.OpenAIException;
import com.openai.errors.OpenAIServiceException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import dev.poolswitch.KeyPlacement;
import dev.poolswitch.testkit.server.Behaviour;
import dev.poolswitch.testkit.server.Dialect;
import dev.poolswitch.testkit.server.Reply;
import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;

class OpenAiTest extends OnOkHttp {

    private static final ChatCompletionCreateParams QUESTION = ChatCompletionCreateParams.builder()
            .model("fake-large")
            .addUserMessage("Hello")
            .build();

    @SuppressWarnings("NullAway.Init")
    private OpenAIClient client;

    OpenAiTest() {
        super(KeyPlacement.bearer(), Dialect.OPENAI);
    }

    @Override
    void build(OkHttpClient http) {
        // snippet: openai-java
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .okHttpClient(http)
                .apiKey("placeholder")
                .maxRetries(0)
                .baseUrl(url("/v1")) // test only
                .build();
        // end
        this.client = client;
    }

    private OpenAIClient withItsOwnRetries() {
        return OpenAIOkHttpClient.builder()
                .okHttpClient(http)
                .apiKey(PLACEHOLDER)
                .baseUrl(url("/v1"))
                .build();
    }

    @Test
    void a_spent_key_costs_one_call() {
        ChatCompletion answer = client.chat().completions().create(QUESTION);

        assertThat(answer.choices().get(0).message().content())
                .hasValueSatisfying(text -> assertThat(text).startsWith("word"));
        assertOneFailover();
    }

    @Test
    void an_asynchronous_call_fails_over() throws Exception {
        ChatCompletion answer =
                client.async().chat().completions().create(QUESTION).get(10, TimeUnit.SECONDS);

        assertThat(answer.choices()).hasSize(1);
        assertOneFailover();
    }

    @Test
    void a_stream_fails_over_and_is_not_buffered() {
        Arrivals arrivals = chatStream();
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(QUESTION)) {
            stream.stream().forEach(chunk -> arrivals.mark());
        }

        arrivals.assertComplete();
        assertOneFailover();
    }

    @Test
    void an_asynchronous_stream_fails_over_and_is_not_buffered() throws Exception {
        Arrivals arrivals = chatStream();
        client.async()
                .chat()
                .completions()
                .createStreaming(QUESTION)
                .subscribe(chunk -> arrivals.mark())
                .onCompleteFuture()
                .get(10, TimeUnit.SECONDS);

        arrivals.assertComplete();
        assertOneFailover();
    }

    @Test
    void a_stream_that_is_left_early_gives_its_connection_back() {
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(QUESTION)) {
            assertThat(stream.stream().findFirst()).isPresent();
        }

        assertOneFailover();
    }

    @Test
    void the_responses_endpoint_fails_over() {
        provider.server()
                .when(
                        request -> request.path().equals("/v1/responses") && HEALTHY.equals(request.key()),
                        Reply.json(
                                200,
                                "{\"id\":\"resp_1\",\"object\":\"response\",\"created_at\":0,\"status\":\"completed\","
                                        + "\"model\":\"fake-large\",\"output\":[],\"parallel_tool_calls\":true,"
                                        + "\"tool_choice\":\"auto\",\"tools\":[]}"));

        Response answer = client.responses()
                .create(ResponseCreateParams.builder()
                        .model("fake-large")
                        .input("Hello")
                        .build());

        assertThat(answer.id()).isEqualTo("resp_1");
        assertOneFailover();
    }

    @Test
    void the_error_of_the_provider_reaches_the_application_when_all_keys_are_spent() {
        spendAllKeysAndForget();

        assertThatThrownBy(() -> client.chat().completions().create(QUESTION))
                .isInstanceOfSatisfying(
                        OpenAIServiceException.class,
                        error -> assertThat(error.statusCode()).isEqualTo(429));

        assertThat(requests()).hasSize(2);
        assertThat(stacked).isEmpty();
    }

    @Test
    void its_two_retries_over_two_spent_keys_make_six_calls() {
        spendAllKeysAndForget();

        assertThatThrownBy(() -> withItsOwnRetries().chat().completions().create(QUESTION))
                .isInstanceOf(OpenAIException.class);

        assertThat(requests()).hasSize(6);
        assertReported("maxRetries(0)");
    }

    @Test
    void the_memory_of_the_pool_spares_the_spent_keys_from_its_retries() {
        provider.set(HEALTHY, Behaviour.healthy().quota(0));

        assertThatThrownBy(() -> withItsOwnRetries().chat().completions().create(QUESTION))
                .isInstanceOf(OpenAIException.class);

        assertThat(requests()).hasSize(2);
        assertReported("maxRetries(0)");
    }

    @Test
    void its_retries_multiply_those_of_the_pool_when_the_provider_is_down() {
        provider.server().script(request -> Reply.status(500));

        assertThatThrownBy(() -> withItsOwnRetries().chat().completions().create(QUESTION))
                .isInstanceOf(OpenAIException.class);

        assertThat(requests()).hasSize(9);
        assertReported("maxRetries(0)");
    }

    @Test
    void without_its_retries_the_pool_decides_how_often_to_try() {
        provider.server().script(request -> Reply.status(500));

        assertThatThrownBy(() -> client.chat().completions().create(QUESTION)).isInstanceOf(OpenAIException.class);

        assertThat(requests()).hasSize(3);
        assertThat(stacked).isEmpty();
    }
}
