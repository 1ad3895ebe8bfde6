package dev.poolswitch.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.KeyPool;
import dev.poolswitch.testkit.server.Reply;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A key counts as used until the answer's body is over, and no longer. */
abstract class LeaseEndContract extends FirstEventContract {

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void the_lease_ends_at_the_end_of_the_body_and_not_before(boolean chunked) throws Exception {
        Reply reply = Reply.status(200).body(randomBytes(100_000, 10));
        server.script(chunked ? reply.chunked() : reply);
        KeyPool pool = pool(A);
        TestResponse response = open(client(pool), get("/1"));

        assertThat(first(50_000, response.body())).hasSize(50_000);
        assertThat(pool.status().inFlight()).isEqualTo(1);
        response.body().readAllBytes();

        assertThat(pool.status().inFlight()).isZero();
        assertThat(status(pool, "a").successes()).isEqualTo(1);
        response.close();
    }

    @Test
    void the_lease_ends_when_all_bytes_are_read_although_nobody_asked_for_the_end() throws Exception {
        server.script(Reply.ok("0123456789"));
        KeyPool pool = pool(A);
        TestResponse response = open(client(pool), get("/1"));

        assertThat(first(10, response.body())).hasSize(10);

        assertThat(pool.status().inFlight()).isZero();
        response.close();
    }

    @Test
    void closing_early_ends_the_lease_without_blame_and_frees_the_connection() throws Exception {
        server.script(Reply.status(200).body(randomBytes(300_000, 11)));
        KeyPool pool = pool(A);
        ClientUnderTest client = client(pool);
        TestResponse response = open(client, get("/1"));
        first(100, response.body());

        response.close();

        assertThat(pool.status().inFlight()).isZero();
        assertThat(status(pool, "a").failures()).isZero();
        response.close();
        assertThat(pool.status().inFlight()).isZero();
        eventually(() -> client.connectionsInUse() <= 0);
        assertThat(status(pool, "a").requests()).isEqualTo(1);
    }

    @Test
    void closing_a_stream_that_never_ends_returns_quickly() throws Exception {
        needs(Capability.PROMPT_CLOSE);
        server.script(Reply.status(200).dribble(10, Duration.ofMillis(50), FOREVER));
        KeyPool pool = pool(A);
        TestResponse response = open(client(pool), get("/1"));
        first(10, response.body());
        Instant before = Instant.now();

        response.close();

        assertThat(Duration.between(before, Instant.now())).isLessThan(SOON);
        assertThat(pool.status().inFlight()).isZero();
        assertThat(status(pool, "a").failures()).isZero();
    }

    @Test
    void a_broken_body_ends_the_lease_as_a_failure() throws Exception {
        server.script(Reply.status(200).body(randomBytes(100_000, 12)).halfThenReset());
        KeyPool pool = pool(A);
        TestResponse response = open(client(pool), get("/1"));

        failure(() -> response.body().readAllBytes());

        assertThat(pool.status().inFlight()).isZero();
        assertThat(status(pool, "a").failures()).isEqualTo(1);
        response.close();
        assertThat(status(pool, "a").failures()).isEqualTo(1);
    }

    @Test
    void cancelling_while_the_body_comes_ends_the_lease_without_blame() throws Exception {
        needs(Capability.CANCEL);
        server.script(Reply.status(200).dribble(10, Duration.ofMillis(50), FOREVER));
        KeyPool pool = pool(A);
        TestCall call = client(pool).call(get("/1"));
        TestResponse response = seen(call.execute());
        Future<byte[]> reading = inBackground(() -> {
            try (response) {
                return response.body().readAllBytes();
            }
        });
        eventually(() -> server.requestCount() == 1);

        call.cancel();
        failureOf(reading);

        eventually(() -> pool.status().inFlight() == 0);
        assertThat(status(pool, "a").failures()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 304})
    void the_lease_ends_with_the_head_when_there_is_no_body(int status) throws Exception {
        server.script(Reply.status(status));
        endsWithTheHead(get("/1"));
    }

    @Test
    void the_lease_ends_with_the_head_when_the_body_is_empty() throws Exception {
        server.script(Reply.status(200));
        endsWithTheHead(get("/1"));
    }

    @Test
    void the_lease_of_a_head_request_ends_with_the_head() throws Exception {
        server.script(Reply.ok("not sent, but counted"));
        endsWithTheHead(TestRequest.of("HEAD", server.uri("/1")));
    }

    private void endsWithTheHead(TestRequest request) throws Exception {
        KeyPool pool = pool(A);
        TestResponse response = open(client(pool), request);

        assertThat(pool.status().inFlight()).isZero();
        assertThat(status(pool, "a").successes()).isEqualTo(1);
        assertThat(read(response).body()).isEmpty();
    }

    @Test
    void the_lease_of_a_refusal_has_ended_when_the_refusal_is_delivered() throws Exception {
        server.script(limited());
        KeyPool pool = pool(A);
        TestResponse response = open(client(pool), get("/1"));

        assertThat(pool.status().inFlight()).isZero();
        assertThat(read(response).text()).contains("slow down");
        assertThat(status(pool, "a").refusals()).isEqualTo(1);
    }

    @Test
    void the_lease_of_an_answer_that_is_never_closed_is_taken_back_with_a_warning() throws Exception {
        needs(Capability.PULLED_BODY);
        FakeTimeSource time = new FakeTimeSource();
        server.script(Reply.ok("nobody reads this"));
        KeyPool pool = built(builder(A).timeSource(time).leaseTimeout(Duration.ofMinutes(15)));
        TestResponse response = open(client(pool), get("/1"));

        time.advance(Duration.ofMinutes(14));
        assertThat(pool.status().inFlight()).isEqualTo(1);
        time.advance(Duration.ofMinutes(2));

        assertThat(pool.status().inFlight()).isZero();
        assertThat(output()).contains("was not ended within");
        // The application comes back after all: its bytes are there, and nothing is ended twice.
        assertThat(read(response).text()).isEqualTo("nobody reads this");
        assertThat(pool.status().inFlight()).isZero();
    }

    @Test
    void an_answer_from_a_cache_uses_no_key_and_a_revalidation_uses_it_once() throws Exception {
        needs(Capability.CACHE);
        server.onPath("/fresh", Reply.ok("fresh").header("Cache-Control", "max-age=600"));
        server.onPath(
                "/stale",
                Reply.ok("stale").header("Cache-Control", "no-cache").header("ETag", "\"1\""),
                Reply.status(304).header("ETag", "\"1\""));
        KeyPool pool = pool(A);
        ClientUnderTest client = with(ClientSettings.usual().withCache(), pool);

        twice(client, "/fresh");
        assertThat(server.requestCount()).isEqualTo(1);
        assertThat(pool.status().requests()).isEqualTo(1);
        twice(client, "/stale");

        assertThat(server.requestCount()).isEqualTo(3);
        assertThat(pool.status().requests()).isEqualTo(3);
    }

    private void twice(ClientUnderTest client, String path) throws IOException {
        String first = exchange(client, get(path)).text();
        assertThat(exchange(client, get(path)).text()).isEqualTo(first).isNotEmpty();
    }
}
