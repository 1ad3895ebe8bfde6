package dev.poolswitch.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.KeyPool;
import dev.poolswitch.testkit.server.Reply;
import dev.poolswitch.verdict.Answer;
import dev.poolswitch.verdict.ResponseClassifier;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The answer reaches the application as the upstream sent it, as it comes, whoever has looked at it on the way. */
abstract class AnswerContract extends RedirectContract {

    private static final int MEGABYTE = 1 << 20;
    private static final int PREFIX = 64 * 1024;

    @ParameterizedTest
    @ValueSource(strings = {"length", "chunked", "until close"})
    void an_answer_arrives_byte_for_byte(String framing) throws Exception {
        byte[] body = randomBytes(MEGABYTE, 7);
        Reply plain = Reply.status(200).body(body);
        server.onKey(A, limited());
        server.onKey(
                B,
                switch (framing) {
                    case "chunked" -> plain.chunked();
                    case "until close" -> plain.untilClose();
                    default -> plain;
                });

        assertThat(Arrays.equals(exchange(client(pool(A, B)), get("/1")).body(), body))
                .isTrue();
    }

    @Test
    void an_answer_looks_as_it_does_without_the_plug_in() throws Exception {
        List<Reply> replies = List.of(
                Reply.ok("plain").header("X-Two", "1").header("X-Two", "2").header("Set-Cookie", "a=b; Path=/x"),
                Reply.ok("ünïcode").chunked(),
                Reply.status(204),
                Reply.status(304).header("ETag", "\"1\""),
                Reply.status(206).header("Content-Range", "bytes 0-1/3").body("ab"),
                Reply.json(418, "{}").reason("Short and Stout"));
        ClientUnderTest bare = client();
        ClientUnderTest pooled = client(pool(A, B));
        for (Reply reply : replies) {
            server.script(reply);

            assertThat(exchange(pooled, get("/1")).toString())
                    .isEqualTo(exchange(bare, get("/1")).toString());
        }
    }

    @Test
    void a_compressed_answer_looks_as_it_does_without_the_plug_in() throws Exception {
        needs(Capability.GZIP);
        String text = "all work and no play ".repeat(10_000);
        server.script(Reply.ok(text).gzip());
        server.onKey(A, limited().gzip());
        KeyPool pool = pool(A, B);

        Received bare = exchange(client(), get("/1"));
        Received pooled = exchange(client(pool), get("/1"));

        assertThat(pooled.text()).isEqualTo(text);
        assertThat(pooled.same(bare)).isTrue();
        assertThat(status(pool, "b").successes()).isEqualTo(1);
    }

    @Test
    void the_first_event_of_a_stream_is_handed_over_before_the_second_is_sent() throws Exception {
        needs(Capability.STREAMING);
        CountDownLatch second = new CountDownLatch(1);
        server.onKey(A, limited());
        server.onKey(B, Reply.sse(List.of("one", "two"), Duration.ZERO).heldBackUntil(second));
        ClientUnderTest client = client(pool(A, B));

        assertFirstEventComesBeforeTheSecond(client, second);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/octet-stream", "text/event-stream"})
    void the_head_is_handed_over_before_the_body_comes(String type) throws Exception {
        needs(Capability.STREAMING);
        CountDownLatch body = new CountDownLatch(1);
        Reply reply = Reply.status(200).header("Content-Type", type).body("{}").chunked();
        server.script(reply.heldBackUntil(body).delayBody(Duration.ofMillis(1)));
        ClientUnderTest client = client(pool(A));

        Future<TestResponse> head = inBackground(() -> open(client, get("/1")));
        try {
            assertThat(result(head).status()).isEqualTo(200);
        } finally {
            body.countDown();
        }

        assertThat(read(result(head)).text()).isEqualTo("{}");
    }

    @Test
    void the_clients_own_support_for_events_works() throws Exception {
        needs(Capability.SERVER_SENT_EVENTS);
        server.onKey(A, limited());
        server.onKey(B, Reply.sse(List.of("one", "two", "three"), Duration.ofMillis(5)));

        assertThat(client(pool(A, B)).serverSentEvents(server.uri("/events"), 3))
                .containsExactly("one", "two", "three");
    }

    @Test
    void the_body_of_an_error_can_be_read_by_the_classifier_and_by_the_application() throws Exception {
        byte[] body = randomBytes(3 * PREFIX, 8);
        server.script(Reply.status(429).body(body));
        ByteArrayOutputStream seen = new ByteArrayOutputStream();
        KeyPool pool = built(builder(A).classifier(reading(seen)));

        Received answer = exchange(client(pool), get("/1"));

        assertThat(Arrays.equals(answer.body(), body)).isTrue();
        byte[] prefix = seen.toByteArray();
        assertThat(prefix.length).isBetween(1, PREFIX);
        assertThat(prefix).isEqualTo(Arrays.copyOf(body, prefix.length));
    }

    @Test
    void the_short_body_of_an_error_is_seen_whole_by_the_classifier() throws Exception {
        server.script(
                Reply.json(429, "{\"error\":{\"code\":\"insufficient_quota\"}}").chunked());
        ByteArrayOutputStream seen = new ByteArrayOutputStream();
        KeyPool pool = built(builder(A).classifier(reading(seen)));

        Received answer = exchange(client(pool), get("/1"));

        assertThat(answer.text()).isEqualTo("{\"error\":{\"code\":\"insufficient_quota\"}}");
        assertThat(seen.toString(StandardCharsets.UTF_8)).isEqualTo(answer.text());
    }

    @Test
    void a_classifier_does_not_wait_for_the_body_of_an_error_that_comes_in_drops() throws Exception {
        server.onKey(A, Reply.status(429).dribble(10, Duration.ofMillis(100), FOREVER));
        KeyPool pool = built(builder(A, B).classifier(reading(new ByteArrayOutputStream())));
        Instant before = Instant.now();

        assertThat(exchange(client(pool), get("/1")).status()).isEqualTo(200);

        assertThat(Duration.between(before, Instant.now())).isLessThan(PROMPT);
    }

    @Test
    void a_classifier_that_throws_disturbs_no_call() throws Exception {
        server.onKey(A, limited());
        KeyPool pool = built(builder(A, B).classifier(answer -> {
            throw new IllegalStateException("a bug");
        }));

        assertThat(exchange(client(pool), get("/1")).status()).isEqualTo(200);
        assertThat(keysSeen()).containsExactly(A, B);
    }

    @Test
    void an_error_inside_the_plug_in_leaves_nothing_open() throws Exception {
        KeyPool pool = built(builder(A).classifier(answer -> {
            throw new LinkageError("a bug");
        }));
        ClientUnderTest client = client(pool);

        failure(() -> exchange(client, get("/1")));
        eventually(() -> pool.status().inFlight() == 0 && client.connectionsInUse() <= 0);
    }

    @Test
    void an_answer_that_breaks_off_is_passed_on_and_not_repeated() throws Exception {
        server.script(Reply.status(200).body(randomBytes(200_000, 9)).halfThenReset());
        KeyPool pool = pool(A, B);
        ClientUnderTest bare = client();
        ClientUnderTest pooled = client(pool);

        Throwable expected = failure(() -> exchange(bare, get("/1")));
        server.reset();
        server.script(Reply.status(200).body(randomBytes(200_000, 9)).halfThenReset());
        Throwable actual = failure(() -> exchange(pooled, get("/1")));

        assertThat(actual.getClass()).isEqualTo(expected.getClass());
        assertThat(keysSeen()).containsExactly(A);
        assertThat(status(pool, "a").failures()).isEqualTo(1);
    }

    @Test
    void reading_byte_by_byte_and_skipping_are_noticed_too() throws Exception {
        server.script(Reply.ok("0123456789"));
        KeyPool pool = pool(A);
        TestResponse response = open(client(pool), get("/1"));
        InputStream body = response.body();

        assertThat(body.read()).isEqualTo('0');
        assertThat(body.skip(8)).isBetween(0L, 8L);
        body.readAllBytes();

        assertThat(pool.status().inFlight()).isZero();
        response.close();
    }

    private static ResponseClassifier reading(ByteArrayOutputStream seen) {
        return (Answer answer) -> {
            seen.writeBytes(answer.bodyPrefix(PREFIX));
            return ResponseClassifier.byStatus().classify(answer);
        };
    }
}
