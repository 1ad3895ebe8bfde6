package dev.poolswitch.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.poolswitch.testkit.server.Reply;
import feign.Feign;
import feign.FeignException;
import feign.Response;
import feign.Retryer;
import feign.hc5.ApacheHttp5Client;
import java.io.IOException;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.junit.jupiter.api.Test;

class FeignHttpClient5Test extends OnHttpClient5 {

    @SuppressWarnings("NullAway.Init")
    private ChatApi api;

    @SuppressWarnings("NullAway.Init")
    private ChatApi withItsOwnRetries;

    @Override
    void build(CloseableHttpClient http) {
        String url = url("");
        // snippet: feign-hc5
        ChatApi api = Feign.builder()
                .client(new ApacheHttp5Client(http))
                .retryer(Retryer.NEVER_RETRY)
                .target(ChatApi.class, url);
        // end
        this.api = api;
        withItsOwnRetries = Feign.builder().client(new ApacheHttp5Client(http)).target(ChatApi.class, url);
    }

    @Test
    void a_spent_key_costs_one_call() {
        assertThat(api.chat(PLACEHOLDER, Question.json(false))).contains("word");

        assertOneFailover();
    }

    @Test
    void a_stream_fails_over_and_is_not_buffered() throws IOException {
        Arrivals arrivals = chatStream();
        try (Response response = api.stream(Question.json(true))) {
            readLines(response.body().asInputStream(), arrivals);
        }

        arrivals.assertComplete();
        assertOneFailover();
    }

    @Test
    void without_its_retries_two_refused_keys_make_two_calls() {
        spendAllKeysAndForget();
        provider.server().script(request -> Reply.status(429).header("Retry-After", "1"));

        assertThatThrownBy(() -> api.chat(PLACEHOLDER, Question.json(false))).isInstanceOf(FeignException.class);

        assertThat(requests()).hasSize(2);
        assertThat(stacked).isEmpty();
    }

    @Test
    void its_five_attempts_over_two_refused_keys_make_ten_calls() {
        spendAllKeysAndForget();
        provider.server().script(request -> Reply.status(429).header("Retry-After", "1"));

        assertThatThrownBy(() -> withItsOwnRetries.chat(PLACEHOLDER, Question.json(false)))
                .isInstanceOf(FeignException.class);

        assertThat(requests()).hasSize(10);
        assertReported("Retryer.NEVER_RETRY");
    }
}
