package dev.poolswitch.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.poolswitch.KeyPlacement;
import dev.poolswitch.testkit.server.Dialect;
import dev.poolswitch.testkit.server.Reply;
import feign.Feign;
import feign.FeignException;
import feign.Response;
import feign.Retryer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;

class FeignOkHttpTest extends OnOkHttp {

    @SuppressWarnings("NullAway.Init")
    private ChatApi api;

    FeignOkHttpTest() {
        super(KeyPlacement.bearer(), Dialect.OPENAI);
    }

    @Override
    void build(OkHttpClient http) {
        String url = url("");
        // snippet: feign-okhttp
        ChatApi api = Feign.builder()
                .client(new feign.okhttp.OkHttpClient(http))
                .retryer(Retryer.NEVER_RETRY)
                .target(ChatApi.class, url);
        // end
        this.api = api;
    }

    @Test
    void a_spent_key_costs_one_call() {
        assertThat(api.chat(PLACEHOLDER, Question.json(false))).contains("word");

        assertOneFailover();
    }

    @Test
    void a_stream_fails_over_and_is_not_buffered() throws IOException {
        Arrivals arrivals = chatStream();
        try (Response response = api.stream(Question.json(true));
                BufferedReader lines = new BufferedReader(
                        new InputStreamReader(response.body().asInputStream(), StandardCharsets.UTF_8))) {
            while (lines.readLine() != null) {
                arrivals.mark();
            }
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
        ChatApi withItsOwnRetries =
                Feign.builder().client(new feign.okhttp.OkHttpClient(http)).target(ChatApi.class, url(""));

        assertThatThrownBy(() -> withItsOwnRetries.chat(PLACEHOLDER, Question.json(false)))
                .isInstanceOf(FeignException.class);

        assertThat(requests()).hasSize(10);
        assertReported("Retryer.NEVER_RETRY");
    }
}
