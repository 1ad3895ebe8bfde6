package dev.poolswitch.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.poolswitch.ApiKey;
import dev.poolswitch.KeyPool;
import dev.poolswitch.testkit.server.Reply;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the application can print never shows a key; each test ends with a search for the keys, these provoke output. */
abstract class SecrecyContract extends ConnectionContract {

    @ParameterizedTest
    @EnumSource(Placement.class)
    void neither_answers_nor_requests_nor_logs_show_a_key(Placement placement) throws Exception {
        server.onKey(A, limited()).onKey(B, Reply.redirect("/end", 302), Reply.ok("hello"));
        KeyPool pool = built(builder(A, B).placement(placement.keyPlacement()));

        Received answer = exchange(client(pool), get("/1"));

        assertThat(answer.toString()).doesNotContain(A, B);
    }

    @ParameterizedTest
    @EnumSource(Placement.class)
    void exceptions_show_no_key(Placement placement) throws Exception {
        server.enqueue(
                Reply.resetAfterRequest(),
                Reply.raw("this is no HTTP\r\n\r\n"),
                Reply.status(200).body("half of it").halfThenReset(),
                Reply.closeAfterRequest());
        KeyPool pool = built(builder(A, B).placement(placement.keyPlacement()).retryAttempts(1));
        ClientUnderTest client = client(pool);

        for (int call = 0; call < 4; call++) {
            try {
                exchange(client, get("/1"));
            } catch (Exception e) {
                failure(() -> {
                    throw e;
                });
            }
        }
        server.close();
        failure(() -> exchange(client, get("/1")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"hunter\u00e9-2", "hunter-2\r\nX-Evil: 1", "hunter-2\n", "hunter\t2"})
    void a_key_with_characters_that_a_client_would_refuse_is_refused_before_and_not_printed(String secret) {
        assertThatThrownBy(() -> ApiKey.of("a", secret))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("hunter");
    }

    @Test
    void a_redirect_loop_shows_no_key() throws Exception {
        needs(Capability.REDIRECTS);
        server.script(Reply.redirect("/again", 302));
        KeyPool pool =
                built(builder(A).placement(Placement.QUERY.keyPlacement()).retryAttempts(1));
        ClientUnderTest client = client(pool);

        try {
            exchange(client, get("/1"));
        } catch (IOException | RuntimeException e) {
            failure(() -> {
                throw e;
            });
        }

        assertThat(server.requestCount()).isGreaterThan(1);
    }
}
