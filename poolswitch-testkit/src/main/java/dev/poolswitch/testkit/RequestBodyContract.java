package dev.poolswitch.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.KeyPool;
import dev.poolswitch.testkit.server.Http2Upstream;
import dev.poolswitch.testkit.server.RecordedRequest;
import dev.poolswitch.testkit.server.Reply;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is sent with each attempt, and what may not be sent twice. */
abstract class RequestBodyContract extends RotationContract {

    private static final int LARGE = 8 << 20;

    @Test
    void every_attempt_sends_the_same_bytes_length_and_type() throws Exception {
        server.onKey(A, limited()).onKey(B, Reply.status(401).body("who?"));
        byte[] body = randomBytes(300_000, 1);

        exchange(client(pool(A, B, C)), TestRequest.post(server.uri("/1"), TestBody.of(body, "image/x-odd; q=1")));

        assertThat(keysSeen()).containsExactly(A, B, C);
        assertThat(server.requests()).allSatisfy(sent -> {
            assertThat(sent.method()).isEqualTo("POST");
            assertThat(sent.bodySha256()).isEqualTo(sha256(body));
            assertThat(sent.header("Content-Length")).isEqualTo("300000");
            assertThat(sent.headers("Content-Type")).hasSize(1);
        });
        assertThat(server.requests())
                .extracting(sent -> sent.header("Content-Type"))
                .containsOnly(server.requests().get(0).header("Content-Type"));
    }

    @Test
    void an_empty_body_stays_an_empty_body() throws Exception {
        server.onKey(A, limited());

        exchange(client(pool(A, B)), TestRequest.post(server.uri("/1"), TestBody.json("")));

        assertThat(server.requests())
                .extracting(sent -> sent.header("Content-Length"))
                .containsExactly("0", "0");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_one_shot_body_is_sent_once_and_the_refusal_is_delivered(boolean lengthKnown) throws Exception {
        needs(Capability.ONE_SHOT_BODY);
        server.onKey(A, limited());
        byte[] body = randomBytes(100_000, 2);

        Received answer =
                exchange(client(pool(A, B)), TestRequest.post(server.uri("/1"), TestBody.oneShot(body, lengthKnown)));

        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.text()).contains("slow down");
        assertThat(server.requests()).extracting(RecordedRequest::bodySha256).containsExactly(sha256(body));
    }

    @Test
    void a_one_shot_body_is_not_sent_again_after_a_fault() throws Exception {
        needs(Capability.ONE_SHOT_BODY);
        server.enqueue(Reply.status(500).body("oops"), Reply.resetAfterRequest());
        ClientUnderTest client = client(pool(A, B));
        byte[] body = randomBytes(1000, 3);

        Received answer = exchange(client, TestRequest.post(server.uri("/1"), TestBody.oneShot(body, true)));
        failure(() -> exchange(client, TestRequest.post(server.uri("/2"), TestBody.oneShot(body, true))));

        assertThat(answer.text()).isEqualTo("oops");
        assertThat(server.requests())
                .extracting(RecordedRequest::bodySha256)
                .containsExactly(sha256(body), sha256(body));
    }

    @Test
    void a_one_shot_body_that_nobody_has_read_goes_out_with_the_next_key() throws Exception {
        needs(Capability.ONE_SHOT_BODY, Capability.UNREAD_BODY, Capability.BASE_URL_PER_KEY);
        foreign.close();
        KeyPool pool = built(KeyPool.builder()
                .upstream(server.uri().toString())
                .key(key(A, 0).baseUrl(foreign.uri().toString()).build())
                .key(key(B, 1).build()));
        byte[] body = randomBytes(100_000, 4);

        Received answer = exchange(client(pool), TestRequest.post(server.uri("/1"), TestBody.oneShot(body, false)));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(server.requests()).extracting(RecordedRequest::bodySha256).containsExactly(sha256(body));
    }

    @Test
    void a_one_shot_body_that_the_upstream_did_not_want_yet_goes_out_with_the_next_key() throws Exception {
        needs(Capability.ONE_SHOT_BODY, Capability.EXPECT_CONTINUE);
        server.onKey(A, limited().answerEarly());
        byte[] body = randomBytes(100_000, 5);
        TestRequest request =
                TestRequest.post(server.uri("/1"), TestBody.oneShot(body, true)).withHeader("Expect", "100-continue");

        Received answer = exchange(client(pool(A, B)), request);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(keysSeen()).containsExactly(A, B);
        assertThat(server.requests().get(1).bodySha256()).isEqualTo(sha256(body));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_refusal_in_the_middle_of_a_large_upload_moves_on_to_the_next_key(boolean drained) throws Exception {
        needs(Capability.EARLY_ANSWER);
        server.onKey(A, drained ? limited().answerEarlyThenDrain() : limited().answerEarly());
        byte[] body = randomBytes(LARGE, 6);

        Received answer = exchange(
                client(pool(A, B)), TestRequest.post(server.uri("/1"), TestBody.of(body, "application/octet-stream")));

        assertThat(answer.status()).isEqualTo(200);
        RecordedRequest last = server.requests().get((int) server.requestCount() - 1);
        assertThat(last.key()).isEqualTo(B);
        assertThat(last.bodySha256()).isEqualTo(sha256(body));
    }

    @Test
    void a_body_that_is_sent_while_the_answer_comes_holds_nothing_back() throws Exception {
        needs(Capability.DUPLEX);
        try (Http2Upstream upstream = Http2Upstream.refusing()) {
            KeyPool pool = built(builder(A, B).upstream(upstream.uri("").toString()));
            ClientUnderTest client = with(ClientSettings.usual().withHttp2(), pool);

            assertThat(client.duplex(upstream.uri("/"), List.of("one", "two", "three")))
                    .isEqualTo("200 onetwothree");

            assertThat(upstream.keysInOrder()).containsExactly(A);
            eventually(() -> pool.status().inFlight() == 0);
        }
    }

    @Test
    void a_body_that_is_sent_while_the_answer_comes_is_not_sent_again_when_it_is_refused() throws Exception {
        needs(Capability.DUPLEX);
        try (Http2Upstream upstream = Http2Upstream.refusing(A)) {
            KeyPool pool = built(builder(A, B).upstream(upstream.uri("").toString()));
            ClientUnderTest client = with(ClientSettings.usual().withHttp2(), pool);

            assertThat(client.duplex(upstream.uri("/1"), List.of("one"))).isEqualTo("429 slow down");
            assertThat(client.duplex(upstream.uri("/2"), List.of("one"))).isEqualTo("200 one");

            assertThat(upstream.keysInOrder()).containsExactly(A, B);
            eventually(() -> pool.status().inFlight() == 0);
        }
    }

    static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
