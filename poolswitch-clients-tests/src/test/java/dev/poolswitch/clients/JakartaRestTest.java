package dev.poolswitch.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.KeyPlacement;
import dev.poolswitch.testkit.server.Dialect;
import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.Entity;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

/** What a client of Jakarta REST does, wherever the plug-in sits in it. */
abstract class JakartaRestTest extends ClientTest {

    @SuppressWarnings("NullAway.Init")
    Client client;

    JakartaRestTest() {
        super(KeyPlacement.bearer(), Dialect.OPENAI);
    }

    private Response post(boolean stream) {
        return client.target(url("/v1/chat/completions"))
                .request()
                .header(HttpHeaders.AUTHORIZATION, "Bearer " + PLACEHOLDER)
                .post(Entity.json(Question.json(stream)));
    }

    @Test
    void a_spent_key_costs_one_call() {
        try (Response answer = post(false)) {
            assertThat(answer.readEntity(String.class)).contains("word");
        }

        assertOneFailover();
    }

    @Test
    void a_stream_fails_over_and_is_not_buffered() throws IOException {
        Arrivals arrivals = chatStream();
        try (Response answer = post(true)) {
            OnHttpClient5.readLines(answer.readEntity(InputStream.class), arrivals);
        }

        arrivals.assertComplete();
        assertOneFailover();
    }

    @Test
    void two_refused_keys_make_two_calls() {
        spendAllKeysAndForget();

        try (Response answer = post(false)) {
            assertThat(answer.getStatus()).isEqualTo(429);
        }

        assertThat(requests()).hasSize(2);
        assertThat(stacked).isEmpty();
    }
}
