package dev.poolswitch.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.poolswitch.KeyPlacement;
import dev.poolswitch.testkit.server.Dialect;
import dev.poolswitch.testkit.server.Reply;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;

class LangChain4jTest extends OnOkHttp {

    @SuppressWarnings("NullAway.Init")
    private ChatModel model;

    LangChain4jTest() {
        super(KeyPlacement.bearer(), Dialect.OPENAI);
    }

    @Override
    void build(OkHttpClient http) {
        // snippet: langchain4j
        ChatModel model = OpenAiChatModel.builder()
                .httpClientBuilder(new LangChain4jOverOkHttp(http))
                .apiKey("placeholder")
                .maxRetries(0)
                .modelName("gpt-4o-mini")
                .baseUrl(url("/v1")) // test only
                .build();
        // end
        this.model = model;
    }

    @Test
    void a_spent_key_costs_one_call() {
        assertThat(model.chat("Hello")).startsWith("word");

        assertOneFailover();
    }

    @Test
    void a_stream_fails_over_and_is_not_buffered() throws Exception {
        StreamingChatModel streaming = OpenAiStreamingChatModel.builder()
                .httpClientBuilder(new LangChain4jOverOkHttp(http))
                .apiKey(PLACEHOLDER)
                .baseUrl(url("/v1"))
                .modelName("fake-large")
                .build();
        Arrivals arrivals = chatStream();
        CompletableFuture<ChatResponse> whole = new CompletableFuture<>();
        streaming.chat("Hello", new StreamingChatResponseHandler() {
            @Override
            public void onPartialResponse(String part) {
                arrivals.mark();
            }

            @Override
            public void onCompleteResponse(ChatResponse response) {
                whole.complete(response);
            }

            @Override
            public void onError(Throwable error) {
                whole.completeExceptionally(error);
            }
        });

        assertThat(whole.get(10, TimeUnit.SECONDS).aiMessage().text()).startsWith("word");
        arrivals.assertComplete();
        assertOneFailover();
    }

    @Test
    void without_its_retries_two_refused_keys_make_two_calls() {
        spendAllKeysAndForget();
        provider.server().script(request -> Reply.status(429));

        assertThatThrownBy(() -> model.chat("Hello")).isInstanceOf(RateLimitException.class);

        assertThat(requests()).hasSize(2);
        assertThat(stacked).isEmpty();
    }

    @Test
    void its_two_retries_over_two_refused_keys_make_six_calls() {
        spendAllKeysAndForget();
        provider.server().script(request -> Reply.status(429));
        ChatModel withItsOwnRetries = OpenAiChatModel.builder()
                .httpClientBuilder(new LangChain4jOverOkHttp(http))
                .apiKey(PLACEHOLDER)
                .baseUrl(url("/v1"))
                .modelName("fake-large")
                .build();

        assertThatThrownBy(() -> withItsOwnRetries.chat("Hello")).isInstanceOf(RateLimitException.class);

        assertThat(requests()).hasSize(6);
        assertReported("maxRetries(0)");
    }
}
