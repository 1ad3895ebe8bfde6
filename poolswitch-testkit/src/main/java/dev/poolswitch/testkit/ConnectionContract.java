package dev.poolswitch.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.KeyPool;
import dev.poolswitch.testkit.server.Http2Upstream;
import dev.poolswitch.testkit.server.Reply;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each answer that is not delivered gives its connection back, quickly, and nothing of it shows up later. */
abstract class ConnectionContract extends AsyncContract {

    private static final long ENDLESS = 16L << 30;

    /** Connections of a client that uses them again when it likes; one for each refusal would be five hundred. */
    private static final int UNFORETOLD = 25;

    @Test
    void five_hundred_failovers_leave_two_connections_at_most_and_no_lease() throws Exception {
        server.onKey(A, Reply.json(429, "{\"error\":\"" + "slow down ".repeat(100) + "\"}"));
        KeyPool pool = pool(A, B);
        ClientUnderTest client = client(pool);

        for (int call = 0; call < 500; call++) {
            assertThat(exchange(client, get("/" + call)).status()).isEqualTo(200);
            pool.reset("a");
        }

        boolean foretold = !gaps().containsKey(Capability.CONNECTION_REUSE);
        assertThat(server.requestCount()).isEqualTo(1000);
        assertThat(server.connectionsAccepted()).isLessThanOrEqualTo(foretold ? 2 : UNFORETOLD);
        assertThat(pool.status().inFlight()).isZero();
        assertThat(client.connectionsInUse()).isLessThanOrEqualTo(0);
    }

    @Test
    void answers_that_are_closed_unread_do_not_pile_up_connections() throws Exception {
        KeyPool pool = pool(A, B);
        ClientUnderTest client = client(pool);
        for (int call = 0; call < 200; call++) {
            server.script(Reply.status(call % 4 == 3 ? 429 : 200).body(randomBytes(20_000, call)));
            open(client, get("/" + call)).close();
            pool.reset("a");
            pool.reset("b");
        }

        eventually(() -> server.connectionsOpen() <= 5);
        eventually(() -> client.connectionsInUse() <= 0);
        assertThat(pool.status().inFlight()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_refusal_whose_body_comes_in_drops_is_not_waited_for(boolean chunked) throws Exception {
        Reply drops = limited().dribble(10, Duration.ofMillis(100), PROMPT.multipliedBy(2));
        server.onKey(A, chunked ? drops.chunked() : drops);
        ClientUnderTest client = client(pool(A, B));
        Instant before = Instant.now();

        assertThat(exchange(client, get("/1")).status()).isEqualTo(200);

        assertThat(Duration.between(before, Instant.now())).isLessThan(SOON);
        assertThat(exchange(client, get("/2")).status()).isEqualTo(200);
    }

    @Test
    void a_refusal_whose_body_never_comes_is_not_waited_for() throws Exception {
        server.onKey(A, limited().delayBody(FOREVER));
        ClientUnderTest client = client(pool(A, B));
        Instant before = Instant.now();

        assertThat(exchange(client, get("/1")).status()).isEqualTo(200);

        assertThat(Duration.between(before, Instant.now())).isLessThan(SOON);
    }

    @ParameterizedTest
    @ValueSource(longs = {2L << 20, ENDLESS})
    void a_refusal_with_a_large_body_is_dropped_and_not_read_into_memory(long size) throws Exception {
        server.onKey(A, Reply.status(429).generatedBody(size));
        ClientUnderTest client = client(pool(A, B));
        Instant before = Instant.now();

        assertThat(exchange(client, get("/1")).status()).isEqualTo(200);

        assertThat(Duration.between(before, Instant.now())).isLessThan(PROMPT);
        assertThat(exchange(client, get("/2")).status()).isEqualTo(200);
    }

    @Test
    void what_was_left_unread_never_shows_up_in_a_later_answer() throws Exception {
        String lookalike = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nWRONG";
        server.onKey(
                A,
                Reply.status(429).body(lookalike),
                Reply.status(429).body(lookalike.repeat(2000)),
                Reply.status(429).body(lookalike).chunked(),
                Reply.status(429).body(lookalike.repeat(2000)).chunked());
        server.script(request -> Reply.ok(request.path() + lookalike));
        KeyPool pool = pool(A, B);
        ClientUnderTest client = client(pool);

        for (int call = 0; call < 40; call++) {
            String path = "/" + call;
            if (call % 3 == 0) {
                TestResponse abandoned = open(client, get(path));
                abandoned.body().read();
                abandoned.close();
            } else {
                assertThat(exchange(client, get(path)).text()).isEqualTo(path + lookalike);
            }
            pool.reset("a");
        }
    }

    @Test
    void a_stale_connection_does_not_cost_the_caller_the_call() throws Exception {
        server.enqueue(Reply.ok("1").closeSilently());
        KeyPool pool = pool(A, B);
        ClientUnderTest client = client(pool);

        exchange(client, get("/1"));
        assertThat(exchange(client, get("/2")).status()).isEqualTo(200);

        assertThat(pool.status().ready()).isEqualTo(2);
    }

    @Test
    void a_hundred_failovers_over_http_2_share_one_connection() throws Exception {
        needs(Capability.HTTP_2);
        try (Http2Upstream upstream = Http2Upstream.refusing(A)) {
            KeyPool pool = built(builder(A, B).upstream(upstream.uri("").toString()));
            ClientUnderTest client = with(ClientSettings.usual().withHttp2(), pool);

            for (int call = 0; call < 100; call++) {
                Received answer = exchange(client, TestRequest.post(upstream.uri("/" + call), TestBody.json("{}")));
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.text()).isEqualTo("{}");
                // Some clients report the end of an answer a moment before its connection is free.
                eventually(() -> client.connectionsInUse() <= 0);
                pool.reset("a");
            }

            assertThat(upstream.keysInOrder()).hasSize(200).startsWith(A, B, A, B);
            assertThat(upstream.connectionsAccepted()).isLessThanOrEqualTo(2);
            assertThat(pool.status().inFlight()).isZero();
        }
    }

    @Test
    void a_web_socket_gets_a_key_and_moves_on_to_the_next_one_before_it_is_open() throws Exception {
        needs(Capability.WEB_SOCKET);
        server.onKey(A, limited()).onKey(B, Reply.webSocketEcho());

        assertThat(client(pool(A, B)).webSocketEcho(server.uri("/socket"), "hello"))
                .isEqualTo("hello");

        assertThat(keysSeen()).containsExactly(A, B);
    }
}
