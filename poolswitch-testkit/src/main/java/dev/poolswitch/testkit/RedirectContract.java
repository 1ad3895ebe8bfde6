package dev.poolswitch.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.KeyPool;
import dev.poolswitch.testkit.server.RecordedRequest;
import dev.poolswitch.testkit.server.Reply;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A key goes to its own origin only, whatever redirects say, and is judged by its own origin only. */
abstract class RedirectContract extends RequestBodyContract {

    @ParameterizedTest
    @EnumSource(Placement.class)
    void a_redirect_to_another_port_never_carries_the_key(Placement placement) throws Exception {
        server.script(Reply.redirect(foreign.uri("/landing").toString(), 307));

        exchange(client(built(builder(A, B).placement(placement.keyPlacement()))), get("/start"));

        assertThat(keysSeen()).containsExactly(A);
        assertNoSecret(foreign);
    }

    @ParameterizedTest
    @EnumSource(Placement.class)
    void a_redirect_to_another_name_of_the_same_machine_never_carries_the_key(Placement placement) throws Exception {
        server.onPath("/start", Reply.redirect("http://localhost:" + server.port() + "/landing", 302));

        exchange(client(built(builder(A, B).placement(placement.keyPlacement()))), get("/start"));

        assertThat(landings()).allSatisfy(request -> assertThat(request.keys()).isEmpty());
    }

    @ParameterizedTest
    @EnumSource(Placement.class)
    void a_redirect_to_another_scheme_never_carries_the_key(Placement placement) throws Exception {
        // The upstream speaks no TLS; what matters is that nothing is repeated over plain HTTP.
        server.onPath("/start", request -> {
            server.resetNextConnections(10);
            return Reply.redirect("https://127.0.0.1:" + server.port() + "/landing", 302);
        });
        KeyPool pool = built(builder(A, B).placement(placement.keyPlacement()).retryAttempts(1));
        ClientUnderTest client = client(pool);

        try {
            exchange(client, get("/start"));
        } catch (IOException | RuntimeException e) {
            // A client that follows redirects fails, one that does not delivers the redirect.
        } finally {
            server.resetNextConnections(0);
        }

        assertThat(landings()).allSatisfy(request -> assertThat(request.keys()).isEmpty());
        assertThat(status(pool, "a").requests()).isEqualTo(1);
    }

    @Test
    void a_redirect_that_repeats_the_query_does_not_carry_the_key_away() throws Exception {
        server.script(request -> Reply.redirect(foreign.uri(request.target()).toString(), 307));
        KeyPool pool = built(builder(A, B).placement(Placement.QUERY.keyPlacement()));

        exchange(client(pool), get("/start?x=1"));

        assertNoSecret(foreign);
    }

    @Test
    void a_placeholder_of_the_caller_does_not_travel_on_either() throws Exception {
        server.script(Reply.redirect(foreign.uri("/landing").toString(), 307));

        exchange(
                client(pool(A, B)),
                get("/start").withHeader("x-api-key", "placeholder").withHeader("Authorization", "Bearer placeholder"));

        assertThat(foreign.requests())
                .allSatisfy(request -> assertThat(request.keys()).isEmpty());
    }

    @ParameterizedTest
    @EnumSource(Placement.class)
    void each_hop_within_the_origin_carries_the_key(Placement placement) throws Exception {
        needs(Capability.REDIRECTS);
        server.onPath("/start", Reply.redirect("/next", 302));
        server.onPath("/next", Reply.redirect(server.uri("/end?x=1").toString(), 307));
        KeyPool pool = built(builder(A, B).placement(placement.keyPlacement()));

        Received answer = exchange(client(pool), get("/start"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(server.requests()).extracting(RecordedRequest::path).containsExactly("/start", "/next", "/end");
        assertThat(server.requests()).extracting(RecordedRequest::keys).containsOnly(List.of(A));
        assertThat(counted(pool)).isEqualTo(3);
    }

    @Test
    void a_refusal_after_a_redirect_within_the_origin_moves_on_to_the_next_key() throws Exception {
        needs(Capability.REDIRECTS);
        server.onPath("/start", Reply.redirect("/next", 302));
        server.when(request -> request.path().equals("/next") && A.equals(request.key()), limited());

        assertThat(exchange(client(pool(A, B)), get("/start")).status()).isEqualTo(200);

        assertThat(server.keysInOrder()).startsWith(A, A).endsWith(B);
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 429, 500})
    void an_answer_of_a_foreign_hop_blames_no_key_and_is_delivered(int status) throws Exception {
        needs(Capability.REDIRECTS);
        server.script(Reply.redirect(foreign.uri("/landing").toString(), 307));
        foreign.script(Reply.status(status).header("Retry-After", "1").body("not about you"));
        KeyPool pool = pool(A, B);

        Received answer = exchange(client(pool), get("/start"));

        assertThat(answer.text()).isEqualTo("not about you");
        assertThat(foreign.requestCount()).isEqualTo(1);
        assertThat(keysSeen()).containsExactly(A);
        assertThat(pool.status().ready()).isEqualTo(2);
        assertThat(status(pool, "a").refusals()).isZero();
        assertThat(status(pool, "a").failures()).isZero();
    }

    @Test
    void a_foreign_hop_that_breaks_blames_no_key() throws Exception {
        needs(Capability.REDIRECTS);
        server.script(Reply.redirect(foreign.uri("/landing").toString(), 307));
        foreign.script(Reply.resetAfterRequest());
        KeyPool pool = built(builder(A, B).retryAttempts(1));
        ClientUnderTest client = client(pool);

        failure(() -> exchange(client, get("/start")));

        assertThat(status(pool, "a").failures()).isZero();
    }

    @Test
    void a_body_of_a_foreign_hop_that_breaks_off_blames_no_key() throws Exception {
        needs(Capability.REDIRECTS);
        server.script(Reply.redirect(foreign.uri("/landing").toString(), 307));
        foreign.script(Reply.status(200).body(randomBytes(100_000, 1)).halfThenReset());
        KeyPool pool = pool(A, B);
        ClientUnderTest client = client(pool);

        failure(() -> exchange(client, get("/start")));

        assertThat(status(pool, "a").failures()).isZero();
    }

    @Test
    void each_upstream_gets_the_key_of_its_own_pool() throws Exception {
        KeyPool other = built(KeyPool.builder()
                .name("other")
                .upstream(foreign.uri().toString())
                .key("c", C));
        ClientUnderTest client = client(pool(A, B), other);

        exchange(client, get("/1"));
        exchange(client, TestRequest.get(foreign.uri("/2")));
        server.script(Reply.redirect(foreign.uri("/landing").toString(), 307));
        exchange(client, get("/start"));

        assertThat(keysSeen()).containsExactly(A, A);
        assertThat(foreign.requests())
                .allSatisfy(request -> assertThat(request.keys()).doesNotContain(A, B));
        assertThat(foreign.requests().get(0).key()).isEqualTo(C);
    }

    @Test
    void another_spelling_of_the_host_is_the_same_origin() throws Exception {
        KeyPool pool = built(KeyPool.builder()
                .upstream("http://LocalHost:" + server.port())
                .key(key(A, 0).build()));

        exchange(client(pool), TestRequest.get(URI.create("http://localhost:" + server.port() + "/1")));

        assertThat(keysSeen()).containsExactly(A);
    }

    private List<RecordedRequest> landings() {
        return server.requests().stream()
                .filter(request -> request.path().equals("/landing"))
                .toList();
    }
}
