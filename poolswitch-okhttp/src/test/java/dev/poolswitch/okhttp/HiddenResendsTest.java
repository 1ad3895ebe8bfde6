package dev.poolswitch.okhttp;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.KeyPlacement;
import dev.poolswitch.testkit.server.Reply;
import java.io.IOException;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

/** What OkHttp sends again on its own, below the plug-in, is counted and never leaks (traps O9 and O13). */
class HiddenResendsTest extends OkHttpTraps {

    @Test
    void a_503_that_okhttp_repeats_itself_carries_the_key_each_time() throws IOException {
        server.onKey(A, Reply.status(503).header("Retry-After", "0"), Reply.ok("fine"));

        assertThat(body(get("/"))).isEqualTo("fine");

        assertThat(server.keysInOrder()).containsExactly(A, A);
        assertThat(key("a").failures()).isZero();
    }

    @Test
    void a_post_on_a_stale_connection_is_counted_each_time_it_is_sent() throws IOException {
        server.script(
                request -> request.indexOnConnection() > 1 && request.path().equals("/stale")
                        ? Reply.resetAfterRequest()
                        : Reply.ok("ok"));
        body(get("/warm-up"));

        String answer = body(get("/stale").post(RequestBody.create("{}", MediaType.get("application/json"))));

        assertThat(answer).isEqualTo("ok");
        assertThat(server.keysInOrder()).doesNotContain("-");
    }

    @Test
    void an_authenticator_is_not_overwritten_and_its_answer_blames_no_key() throws IOException {
        client = client.newBuilder()
                .authenticator((route, response) -> response.priorResponse() != null
                        ? null
                        : response.request()
                                .newBuilder()
                                .header("Authorization", "Bearer own-credential")
                                .build())
                .build();
        server.onKey(A, Reply.status(401));
        server.onKey("own-credential", Reply.ok("mine"));

        assertThat(body(get("/"))).isEqualTo("mine");

        assertThat(server.keysInOrder()).containsExactly(A, "own-credential");
        assertThat(key("a").refusals()).isZero();
    }

    @Test
    void a_careless_authenticator_does_not_loop_on_the_key() throws IOException {
        client = client.newBuilder()
                .authenticator((route, response) -> response.request().header("Authorization") != null
                        ? null
                        : response.request()
                                .newBuilder()
                                .header("Authorization", "Bearer own-credential")
                                .build())
                .build();
        server.script(request -> Reply.status(401));

        try (Response response = execute(get("/"))) {
            assertThat(response.code()).isEqualTo(401);
        }

        assertThat(server.requestCount()).isLessThanOrEqualTo(4);
    }

    @Test
    void each_hop_of_a_redirect_on_the_own_origin_carries_the_key() throws IOException {
        use(KeyPlacement.header("x-api-key"));
        server.onPath("/first", Reply.redirect("/second", 302));

        try (Response response = execute(get("/first"))) {
            assertThat(response.request().url().encodedPath()).isEqualTo("/second");
            assertThat(response.request().headers().names()).doesNotContain("x-api-key");
            assertThat(requireNonNull(response.priorResponse()).request().header("x-api-key"))
                    .isNull();
        }

        assertThat(server.keysInOrder()).containsExactly(A, A);
    }

    @Test
    void a_redirect_to_another_port_loses_the_key_wherever_it_stands() throws IOException {
        for (KeyPlacement placement : new KeyPlacement[] {
            KeyPlacement.bearer(), KeyPlacement.header("x-api-key"), KeyPlacement.queryParameter("key")
        }) {
            use(placement);
            server.onPath("/away", Reply.redirect(foreign.uri("/there").toString(), 307));
            foreign.script(request -> Reply.status(429));

            try (Response response = execute(get("/away?x=1").header("x-api-key", "placeholder"))) {
                assertThat(response.code()).isEqualTo(429);
                assertThat(response.toString()).doesNotContain(A);
            }

            assertThat(foreign.requests()).as(placement.toString()).hasSize(1).allSatisfy(request -> {
                assertThat(request.headers().toString()).doesNotContain(A);
                assertThat(request.target()).doesNotContain(A);
                assertThat(request.headers("x-api-key")).isEmpty();
            });
            assertThat(key("a").refusals())
                    .as("an answer of a foreign hop blames no key")
                    .isZero();
            foreign.reset();
        }
    }

    @Test
    void the_key_in_the_query_is_not_in_what_the_caller_sees() throws IOException {
        use(KeyPlacement.queryParameter("key"));

        try (Response response = execute(get("/search?q=a%20b&key=placeholder"))) {
            assertThat(response.toString() + response.request() + response.networkResponse())
                    .doesNotContain(A);
        }

        assertThat(server.requests().get(0).target()).isEqualTo("/search?q=a%20b&key=" + A);
    }

    @Test
    void placeholder_credentials_of_an_sdk_are_replaced() throws IOException {
        Request.Builder request = get("/").header("Authorization", "Bearer placeholder")
                .header("api-key", "placeholder")
                .header("X-Goog-Api-Key", "placeholder")
                .header("X-Other", "kept");

        body(request);

        assertThat(server.requests().get(0).keys()).containsExactly(A);
        assertThat(server.requests().get(0).header("X-Other")).isEqualTo("kept");
    }
}
