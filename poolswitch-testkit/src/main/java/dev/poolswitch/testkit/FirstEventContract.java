package dev.poolswitch.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.KeyPool;
import dev.poolswitch.WhenExhausted;
import dev.poolswitch.testkit.server.Reply;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stream of events that is held back for its first one is judged by that, and passes whole whatever comes when. */
abstract class FirstEventContract extends AnswerContract {

    private static final Duration SHORT = Duration.ofMillis(200);
    private static final String KEEP_ALIVE = ": still there\n\n";
    private static final String REFUSAL =
            "{\"error\":{\"type\":\"rate_limit_error\",\"code\":\"rate_limit_exceeded\",\"message\":\"slow down\"}}";
    private static final String OVERLOAD =
            "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}";

    @ParameterizedTest
    @ValueSource(strings = {"data: " + REFUSAL + "\n\n", "event: error\ndata: " + REFUSAL + "\n\n", REFUSAL})
    void a_refusal_as_the_first_event_goes_on_with_another_key_unseen(String refusal) throws Exception {
        server.onKey(A, events(KEEP_ALIVE, refusal));
        server.onKey(B, events("data: one\n\n", "data: two\n\n"));
        KeyPool pool = holding(FOREVER, A, B);

        Received answer = exchange(client(pool), post("/1", "{}"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("data: one\n\ndata: two\n\n");
        assertThat(keysSeen()).containsExactly(A, B);
        assertThat(status(pool, "a").refusals()).isEqualTo(1);
        assertThat(status(pool, "b").successes()).isEqualTo(1);
    }

    @Test
    void an_overload_as_the_first_event_is_repeated_after_a_back_off() throws Exception {
        server.onPath("/1", events("event: error\ndata: " + OVERLOAD + "\n\n"), events("data: one\n\n"));
        KeyPool pool = holding(FOREVER, A);

        assertThat(exchange(client(pool), post("/1", "{}")).text()).isEqualTo("data: one\n\n");
        assertThat(server.requestCount()).isEqualTo(2);
    }

    @Test
    void a_refusal_whose_end_does_not_come_in_time_goes_on_with_another_key_too() throws Exception {
        CountDownLatch rest = new CountDownLatch(1);
        server.onKey(A, events("data: " + REFUSAL + "\n", "\n").heldBackUntil(rest));
        server.onKey(B, events("data: one\n\n"));
        KeyPool pool = holding(SHORT, A, B);
        ClientUnderTest client = client(pool);

        try {
            assertThat(exchange(client, post("/1", "{}")).text()).isEqualTo("data: one\n\n");
        } finally {
            rest.countDown();
        }

        eventually(() -> client.connectionsInUse() <= 0);
    }

    @Test
    void the_last_refusal_in_a_stream_is_delivered_as_it_came() throws Exception {
        String refusal = KEEP_ALIVE + "data: " + REFUSAL + "\n\n";
        server.script(events(refusal));
        KeyPool pool = built(builder(A).firstEventHold(FOREVER).whenExhausted(WhenExhausted.failFast()));

        Received answer = exchange(client(pool), post("/1", "{}"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo(refusal);
        assertThat(status(pool, "a").refusals()).isEqualTo(1);
    }

    @Test
    void a_good_first_event_is_handed_over_before_the_second_is_sent() throws Exception {
        needs(Capability.STREAMING);
        CountDownLatch second = new CountDownLatch(1);
        server.script(Reply.sse(List.of("one", "two"), Duration.ZERO).heldBackUntil(second));
        ClientUnderTest client = client(holding(FOREVER, A));

        assertFirstEventComesBeforeTheSecond(client, second);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", KEEP_ALIVE})
    void a_stream_whose_first_event_is_late_is_delivered_when_the_time_is_over_with_every_byte(String before)
            throws Exception {
        needs(Capability.STREAMING);
        CountDownLatch rest = new CountDownLatch(1);
        List<String> blocks = new ArrayList<>(List.of(before + "id: 1\n"));
        for (int i = 0; i < 300; i++) {
            blocks.add("data: " + i + " " + "x".repeat(300) + "\n\n");
        }
        Reply late = events(blocks.toArray(new String[0])).heldBackUntil(rest);
        server.script(before.isEmpty() ? late.delayBody(Duration.ofMillis(1)) : late);
        KeyPool pool = holding(SHORT, A);
        ClientUnderTest client = client(pool);
        Instant begun = Instant.now();

        Future<TestResponse> head = inBackground(() -> open(client, get("/1")));

        try (TestResponse response = result(head)) {
            assertThat(Duration.between(begun, Instant.now())).isGreaterThanOrEqualTo(SHORT);
            assertThat(pool.status().inFlight()).isEqualTo(1);
            rest.countDown();
            assertThat(read(response).text()).isEqualTo(String.join("", blocks));
        } finally {
            rest.countDown();
        }
        assertThat(pool.status().inFlight()).isZero();
        assertThat(status(pool, "a").successes()).isEqualTo(1);
    }

    @Test
    void a_late_stream_that_is_closed_unread_is_closed_soon() throws Exception {
        needs(Capability.STREAMING, Capability.PROMPT_CLOSE);
        CountDownLatch rest = new CountDownLatch(1);
        server.script(events(KEEP_ALIVE, "data: one\n\n").heldBackUntil(rest));
        KeyPool pool = holding(SHORT, A);
        ClientUnderTest client = client(pool);

        try {
            TestResponse response = open(client, get("/1"));
            Instant before = Instant.now();
            response.close();

            assertThat(Duration.between(before, Instant.now())).isLessThan(SOON);
            assertThat(pool.status().inFlight()).isZero();
            assertThat(status(pool, "a").failures()).isZero();
            eventually(() -> client.connectionsInUse() <= 0);
        } finally {
            rest.countDown();
        }
    }

    @Test
    void without_the_hold_a_refusal_in_a_stream_is_delivered_at_once_and_benches_the_key() throws Exception {
        server.onKey(A, events("data: " + REFUSAL + "\n\n"));
        KeyPool pool = pool(A, B);

        assertThat(exchange(client(pool), get("/1")).text()).contains("slow down");

        assertThat(keysSeen()).containsExactly(A);
        eventually(() -> status(pool, "a").refusals() == 1);
    }

    @Test
    void other_answers_are_not_held_back() throws Exception {
        needs(Capability.STREAMING);
        CountDownLatch rest = new CountDownLatch(1);
        Reply reply = Reply.status(200)
                .header("Content-Type", "application/octet-stream")
                .body("abcdef")
                .chunked()
                .dribble(3, Duration.ZERO);
        server.script(reply.heldBackUntil(rest));
        ClientUnderTest client = client(holding(FOREVER, A));

        Future<TestResponse> head = inBackground(() -> open(client, get("/1")));
        try {
            assertThat(result(head).status()).isEqualTo(200);
        } finally {
            rest.countDown();
        }
        assertThat(read(result(head)).text()).isEqualTo("abcdef");
    }

    @Test
    void a_stream_that_breaks_off_while_it_is_held_back_fails_where_it_is_read() throws Exception {
        server.script(events("data: " + "x".repeat(2000) + "\n\n").halfThenReset());
        KeyPool pool = holding(FOREVER, A);
        ClientUnderTest client = client(pool);

        failure(() -> exchange(client, get("/1")));

        assertThat(server.requestCount()).isEqualTo(1);
        eventually(() -> status(pool, "a").failures() == 1);
    }

    @Test
    void cancelling_while_a_stream_is_held_back_ends_the_call_without_blame() throws Exception {
        needs(Capability.CANCEL);
        CountDownLatch rest = new CountDownLatch(1);
        server.script(events(KEEP_ALIVE, "data: one\n\n").heldBackUntil(rest));
        KeyPool pool = holding(FOREVER, A);
        ClientUnderTest client = client(pool);
        TestCall call = client.call(get("/1"));
        Future<TestResponse> running = inBackground(call::execute);
        eventually(() -> server.requestCount() == 1);

        try {
            call.cancel();
            failureOf(running);
            eventually(() -> pool.status().inFlight() == 0 && client.connectionsInUse() <= 0);
        } finally {
            rest.countDown();
        }
        assertThat(status(pool, "a").failures()).isZero();
    }

    @Test
    void an_interrupt_while_a_stream_is_held_back_ends_the_call_and_stays_visible() throws Exception {
        needs(Capability.INTERRUPT);
        CountDownLatch rest = new CountDownLatch(1);
        server.script(events(KEEP_ALIVE, "data: one\n\n").heldBackUntil(rest));
        KeyPool pool = holding(FOREVER, A);
        ClientUnderTest client = client(pool);
        FutureTask<Boolean> flag = new FutureTask<>(() -> {
            failure(() -> client.call(get("/1")).execute());
            return Thread.interrupted();
        });
        Thread caller = new Thread(flag, "contract-caller");
        caller.setDaemon(true);
        caller.start();
        eventually(() -> server.requestCount() == 1 && waitsForEvent(caller));

        try {
            caller.interrupt();
            assertThat(result(flag)).as("the thread's interrupt flag").isTrue();
            eventually(() -> pool.status().inFlight() == 0);
        } finally {
            rest.countDown();
        }
        assertThat(status(pool, "a").failures()).isZero();
    }

    @Test
    void a_held_stream_can_be_read_in_small_pieces() throws Exception {
        server.script(events(KEEP_ALIVE, "data: one\n\n", "data: two\n\n"));
        StringBuilder text = new StringBuilder();

        try (TestResponse response = open(client(holding(FOREVER, A)), get("/1"))) {
            InputStream body = response.body();
            for (int b = body.read(); b >= 0; b = body.read()) {
                text.append((char) b);
            }
        }

        assertThat(text).hasToString(KEEP_ALIVE + "data: one\n\ndata: two\n\n");
    }

    /** Before that, the interrupt would hit the client in its send, and some swallow it there. */
    private static boolean waitsForEvent(Thread caller) {
        List<String> stack = Arrays.stream(caller.getStackTrace())
                .map(StackTraceElement::getClassName)
                .toList();
        boolean blockingClient = stack.contains("dev.poolswitch.http.BlockingDriver");
        return !blockingClient || stack.contains("dev.poolswitch.http.BodyStream");
    }

    private KeyPool holding(Duration hold, String... secrets) {
        return built(builder(secrets).firstEventHold(hold));
    }

    private static Reply events(String... blocks) {
        return Reply.sseBlocks(List.of(blocks), Duration.ZERO);
    }
}
