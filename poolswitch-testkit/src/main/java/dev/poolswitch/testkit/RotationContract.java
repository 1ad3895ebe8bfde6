package dev.poolswitch.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.ApiKey;
import dev.poolswitch.KeyPool;
import dev.poolswitch.KeyState;
import dev.poolswitch.NoKeyAvailableException;
import dev.poolswitch.WhenExhausted;
import dev.poolswitch.http.CallOptions;
import dev.poolswitch.testkit.server.Header;
import dev.poolswitch.testkit.server.RecordedRequest;
import dev.poolswitch.testkit.server.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which key goes out, what is repeated, and what the application gets in the end. */
abstract class RotationContract extends ContractFixture {

    @Test
    void rotates_to_the_next_key_when_the_first_is_rate_limited() throws Exception {
        server.onKey(A, limited()).onKey(B, Reply.ok("hello"));
        KeyPool pool = pool(A, B);

        Received answer = exchange(client(pool), get("/v1/models"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("hello");
        assertThat(keysSeen()).containsExactly(A, B);
        assertThat(status(pool, "a").failovers()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Placement.class)
    void the_key_stands_once_in_its_place_and_no_other_credential_is_sent(Placement placement) throws Exception {
        server.onKey(A, limited());
        KeyPool pool = built(builder(A, B).placement(placement.keyPlacement()));
        TestRequest request = get("/v1/models?q=a%20b%2Fc");
        for (String header : List.of("Authorization", "x-api-key", "api-key", "x-goog-api-key")) {
            request = request.withHeader(header, "placeholder");
        }

        exchange(client(pool), request);

        assertThat(server.requests()).extracting(RecordedRequest::keys).containsExactly(List.of(A), List.of(B));
        assertThat(server.requests()).allSatisfy(sent -> {
            assertThat(sent.target()).startsWith("/v1/models?q=a%20b%2Fc");
            assertThat(sent.target().contains("key=")).isEqualTo(placement == Placement.QUERY);
        });
    }

    @Test
    void a_credential_that_the_caller_has_put_into_the_query_is_replaced_there() throws Exception {
        KeyPool pool = built(builder(A).placement(Placement.QUERY.keyPlacement()));

        exchange(client(pool), get("/v1/models?key=placeholder&x=1"));

        assertThat(server.requests()).extracting(RecordedRequest::keys).containsExactly(List.of(A));
        assertThat(server.requests().get(0).target()).contains("x=1");
    }

    @Test
    void the_last_answer_is_delivered_unchanged_when_every_key_is_refused() throws Exception {
        Reply last = Reply.json(429, "{\"error\":\"the last word\"}")
                .retryAfter(Duration.ofSeconds(7))
                .header("X-Trace", "one")
                .header("X-Trace", "two");
        server.onKey(A, limited()).onKey(B, last);

        Received bare = read(client().call(get("/v1/models").withHeader("Authorization", "Bearer " + B))
                .execute());
        server.reset();
        server.onKey(A, limited()).onKey(B, last);
        Received pooled = exchange(client(pool(A, B)), get("/v1/models"));

        assertThat(pooled.toString()).isEqualTo(bare.toString());
        assertThat(pooled.headers().get("retry-after")).containsExactly("7");
        // In the bare client's order, which is the wrong way round with Jersey on Java 25's HttpURLConnection.
        assertThat(pooled.headers().get("x-trace")).containsExactlyInAnyOrder("one", "two");
        assertThat(keysSeen()).containsExactly(A, B);
    }

    @Test
    void the_upstream_sees_as_many_requests_as_the_pool_counts() throws Exception {
        server.enqueue(
                Reply.ok("1"),
                Reply.status(503).header("Retry-After", "0"),
                Reply.ok("2"),
                Reply.status(408),
                Reply.ok("3"),
                Reply.status(500).body("broken"),
                Reply.ok("4"),
                limited(),
                Reply.status(401).body("who?"));
        KeyPool pool = pool(A, B, C);
        ClientUnderTest client = client(pool);

        for (int call = 0; call < 8; call++) {
            exchange(client, get("/v1/models"));
        }

        assertThat(counted(pool)).isEqualTo(server.requestCount());
    }

    @Test
    void a_rejected_key_is_benched_and_the_next_one_serves() throws Exception {
        server.onKey(A, Reply.json(401, "{\"error\":\"invalid key\"}"));
        KeyPool pool = pool(A, B);
        ClientUnderTest client = client(pool);

        assertThat(exchange(client, get("/1")).status()).isEqualTo(200);
        assertThat(exchange(client, get("/2")).status()).isEqualTo(200);

        assertThat(keysSeen()).containsExactly(A, B, B);
        assertThat(status(pool, "a").state()).isEqualTo(KeyState.REJECTED);
    }

    @Test
    void a_forbidden_key_makes_way_for_the_next_one() throws Exception {
        server.onKey(A, Reply.json(403, "{\"error\":\"not yours\"}"));

        assertThat(exchange(client(pool(A, B)), get("/1")).status()).isEqualTo(200);

        assertThat(keysSeen()).containsExactly(A, B);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 404, 413, 422})
    void an_error_of_the_caller_is_delivered_at_once_and_blames_no_key(int status) throws Exception {
        server.script(Reply.json(status, "{\"error\":\"your fault\"}"));
        KeyPool pool = pool(A, B);

        Received answer = exchange(client(pool), post("/v1/chat", "{}"));

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text()).isEqualTo("{\"error\":\"your fault\"}");
        assertThat(keysSeen()).containsExactly(A);
        assertThat(pool.status().ready()).isEqualTo(2);
    }

    @Test
    void a_limited_key_cools_as_long_as_the_answer_says_and_the_next_one_serves_at_once() throws Exception {
        server.onKey(A, limited());
        KeyPool pool = pool(A, B);
        ClientUnderTest client = client(pool);
        Instant before = Instant.now();

        exchange(client, get("/1"));
        exchange(client, get("/2"));

        assertThat(Duration.between(before, Instant.now())).isLessThan(PROMPT);
        assertThat(keysSeen()).containsExactly(A, B, B);
        assertThat(status(pool, "a").state()).isEqualTo(KeyState.RATE_LIMITED);
        assertThat(status(pool, "a").cooldownUntil()).isBetween(before.plusSeconds(28), before.plusSeconds(40));
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 401})
    void the_clients_own_retry_neither_sleeps_nor_sends_a_refused_key_again(int status) throws Exception {
        server.script(Reply.status(status).body("no").header("Retry-After", "20"));
        Instant before = Instant.now();

        exchange(client(pool(A, B)), get("/1"));

        assertThat(Duration.between(before, Instant.now())).isLessThan(PROMPT);
        assertThat(keysSeen()).containsExactly(A, B);
    }

    @Test
    void a_transient_fault_is_repeated_after_a_back_off() throws Exception {
        server.enqueue(Reply.status(500).body("oops"), Reply.status(503).retryAfterMillis(20), Reply.ok("at last"));

        assertThat(exchange(client(pool(A, B, C)), get("/1")).text()).isEqualTo("at last");

        assertThat(server.requestCount()).isEqualTo(3);
    }

    @Test
    void a_fault_is_not_repeated_for_a_method_that_must_not_be() throws Exception {
        server.script(Reply.status(500).body("oops"));
        KeyPool pool = built(builder(A, B).retryableMethods("GET"));

        assertThat(exchange(client(pool), post("/1", "{}")).text()).isEqualTo("oops");

        assertThat(server.requestCount()).isEqualTo(1);
    }

    @Test
    void a_call_goes_on_with_the_next_key_when_the_connection_breaks() throws Exception {
        server.onKey(A, Reply.resetAfterRequest());
        KeyPool pool = pool(A, B);

        assertThat(exchange(client(pool), get("/1")).status()).isEqualTo(200);

        assertThat(server.keysInOrder()).startsWith(A).endsWith(B);
        assertThat(status(pool, "a").failures()).isEqualTo(1);
    }

    @Test
    void a_post_is_not_repeated_after_a_reset_when_its_method_must_not_be() throws Exception {
        needs(Capability.NO_HIDDEN_REPEATS);
        server.script(Reply.resetAfterRequest());
        KeyPool pool = built(builder(A, B).retryableMethods("GET"));
        ClientUnderTest client = client(pool);

        failure(() -> exchange(client, post("/1", "{}")));

        assertThat(server.requestCount()).isEqualTo(1);
    }

    @Test
    void what_is_thrown_in_the_end_is_what_the_bare_client_throws() throws Exception {
        server.script(Reply.resetAfterRequest());
        ClientUnderTest bare = client();
        ClientUnderTest pooled = client(built(builder(A, B).retryAttempts(2)));

        Throwable expected = failure(() -> exchange(bare, get("/1")));
        Throwable actual = failure(() -> exchange(pooled, get("/1")));
        server.close();
        Throwable refused = failure(() -> exchange(bare, get("/1")));
        Throwable refusedPooled = failure(() -> exchange(pooled, get("/1")));

        assertThat(actual.getClass()).isEqualTo(expected.getClass());
        assertThat(refusedPooled.getClass()).isEqualTo(refused.getClass());
    }

    @Test
    void an_exhausted_pool_fails_at_once_with_an_error_of_its_own() throws Exception {
        KeyPool pool = built(builder(A, B).whenExhausted(WhenExhausted.failFast()));
        pool.disable("a");
        pool.disable("b");
        ClientUnderTest client = client(pool);

        Throwable failure = failure(() -> exchange(client, get("/1")));

        assertThat(causedBy(failure, NoKeyAvailableException.class)).isTrue();
        assertThat(server.requestCount()).isZero();
    }

    @Test
    void a_call_waits_for_a_busy_key_and_gets_it() throws Exception {
        needs(Capability.PULLED_BODY);
        KeyPool pool = built(KeyPool.builder()
                .upstream(server.uri().toString())
                .key(ApiKey.builder("a", A).maxConcurrent(1).build()));
        ClientUnderTest client = client(pool);
        TestResponse first = open(client, get("/1"));

        Future<Received> second = inBackground(() -> exchange(client, get("/2")));
        eventually(() -> pool.status().waiting() == 1);
        assertThat(server.requestCount()).isEqualTo(1);
        read(first);

        assertThat(result(second).status()).isEqualTo(200);
    }

    @Test
    void a_call_does_not_wait_for_a_key_that_recovers_too_late() throws Exception {
        server.onKey(A, limited());
        KeyPool pool = built(builder(A).whenExhausted(WhenExhausted.waitUpTo(Duration.ofSeconds(10))));
        ClientUnderTest client = client(pool);
        Instant before = Instant.now();

        assertThat(exchange(client, get("/1")).status()).isEqualTo(429);
        Throwable failure = failure(() -> exchange(client, get("/2")));

        assertThat(causedBy(failure, NoKeyAvailableException.class)).isTrue();
        assertThat(Duration.between(before, Instant.now())).isLessThan(PROMPT);
    }

    @Test
    void requests_to_other_hosts_pass_untouched() throws Exception {
        foreign.script(Reply.status(429).header("Retry-After", "1").body("not yours"));
        TestRequest request = TestRequest.get(foreign.uri("/x")).withHeader("Authorization", "Bearer their-own");

        Received bare = exchange(client(), request);
        List<RecordedRequest> sentByBare = foreign.requests();
        foreign.reset();
        foreign.script(Reply.status(429).header("Retry-After", "1").body("not yours"));
        KeyPool pool = pool(A, B);
        Received pooled = exchange(client(pool), request);

        assertThat(pooled.same(bare)).isTrue();
        assertThat(headers(foreign.requests())).isEqualTo(headers(sentByBare));
        assertThat(foreign.requests().get(0).header("Authorization")).isEqualTo("Bearer their-own");
        assertThat(pool.status().requests()).isZero();
    }

    @Test
    void the_plug_in_works_when_the_client_follows_no_redirects() throws Exception {
        server.onKey(A, limited());
        server.onKey(B, Reply.redirect("/elsewhere", 302));

        Received answer = exchange(with(ClientSettings.usual().withoutRedirects(), pool(A, B)), get("/1"));

        assertThat(answer.status()).isEqualTo(302);
        assertThat(keysSeen()).containsExactly(A, B);
    }

    @Test
    void a_call_may_ask_for_one_key() throws Exception {
        needs(Capability.CALL_OPTIONS);
        server.onKey(B, limited());

        Received answer = exchange(
                client(pool(A, B, C)), get("/1").withOptions(CallOptions.none().withKey("b")));

        assertThat(answer.status()).isEqualTo(429);
        assertThat(keysSeen()).containsExactly(B);
    }

    @Test
    void a_call_may_ask_not_to_be_repeated() throws Exception {
        needs(Capability.CALL_OPTIONS);
        server.onKey(A, limited());

        Received answer = exchange(
                client(pool(A, B)), get("/1").withOptions(CallOptions.none().withoutRepeats()));

        assertThat(answer.status()).isEqualTo(429);
        assertThat(keysSeen()).containsExactly(A);
    }

    @Test
    void a_key_with_a_base_url_of_its_own_goes_there_and_the_next_key_does_not() throws Exception {
        needs(Capability.BASE_URL_PER_KEY);
        foreign.script(limited());
        KeyPool pool = built(KeyPool.builder()
                .upstream(server.uri().toString())
                .key(key(A, 0).baseUrl(foreign.uri("/deployment/").toString()).build())
                .key(key(B, 1).build()));

        assertThat(exchange(client(pool), get("/v1/x?y=%20z")).status()).isEqualTo(200);

        RecordedRequest there = foreign.requests().get(0);
        assertThat(there.target()).isEqualTo("/deployment/v1/x?y=%20z");
        assertThat(there.keys()).containsExactly(A);
        assertThat(there.header("Host")).isEqualTo("127.0.0.1:" + foreign.port());
        assertThat(keysSeen()).containsExactly(B);
    }

    @Test
    void a_key_whose_route_refuses_connections_makes_way_for_the_next_one() throws Exception {
        needs(Capability.BASE_URL_PER_KEY);
        foreign.close();
        KeyPool pool = built(KeyPool.builder()
                .upstream(server.uri().toString())
                .retryableMethods("GET")
                .key(key(A, 0).baseUrl(foreign.uri().toString()).build())
                .key(key(B, 1).build()));

        assertThat(exchange(client(pool), post("/1", "{}")).status()).isEqualTo(200);

        assertThat(keysSeen()).containsExactly(B);
        assertThat(status(pool, "a").failures()).isEqualTo(1);
    }

    private static List<List<Header>> headers(List<RecordedRequest> requests) {
        return requests.stream().map(RecordedRequest::headers).toList();
    }
}
