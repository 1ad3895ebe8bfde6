package dev.poolswitch.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.KeyPool;
import dev.poolswitch.testkit.server.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Calls without a thread of the caller. */
abstract class AsyncContract extends WaitContract {

    @Test
    void an_asynchronous_call_rotates_too() throws Exception {
        needs(Capability.ASYNC);
        server.onKey(A, limited()).onKey(B, Reply.ok("hello"));

        TestResponse response =
                result(client(pool(A, B)).call(post("/1", "{\"x\":1}")).enqueue());

        assertThat(read(seen(response)).text()).isEqualTo("hello");
        assertThat(keysSeen()).containsExactly(A, B);
        assertThat(server.requests())
                .allSatisfy(sent -> assertThat(sent.bodyText()).isEqualTo("{\"x\":1}"));
    }

    @Test
    void an_asynchronous_call_repeats_after_a_back_off() throws Exception {
        needs(Capability.ASYNC);
        server.enqueue(Reply.status(503).retryAfterMillis(50), Reply.resetAfterRequest(), Reply.ok("at last"));

        TestResponse response = result(client(pool(A, B, C)).call(get("/1")).enqueue());

        assertThat(read(seen(response)).text()).isEqualTo("at last");
    }

    @Test
    void an_asynchronous_call_returns_at_once() throws Exception {
        needs(Capability.ASYNC, Capability.ASYNC_RETURNS_AT_ONCE);
        CountDownLatch answer = new CountDownLatch(1);
        server.script(request -> {
            awaitUninterruptibly(answer);
            return Reply.ok("later");
        });
        ClientUnderTest client = client(pool(A, B));
        CompletableFuture<TestResponse> response;

        try {
            response = client.call(get("/1")).enqueue();
            assertThat(response).isNotDone();
        } finally {
            answer.countDown();
        }

        assertThat(read(seen(result(response))).text()).isEqualTo("later");
    }

    @Test
    void the_failure_of_an_asynchronous_call_comes_through_its_future() throws Exception {
        needs(Capability.ASYNC);
        server.script(Reply.resetAfterRequest());
        TestCall bare = client().call(get("/1"));
        TestCall pooled = client(built(builder(A, B).retryAttempts(2))).call(get("/1"));

        Throwable expected = failureOf(bare.enqueue());
        Throwable actual = failureOf(pooled.enqueue());

        assertThat(actual.getClass()).isEqualTo(expected.getClass());
    }

    @Test
    void cancelling_an_asynchronous_call_between_attempts_sends_no_second_one() throws Exception {
        needs(Capability.ASYNC);
        KeyPool pool = backingOff();
        TestCall call = client(pool).call(get("/1"));
        CompletableFuture<TestResponse> response = call.enqueue();
        untilBackingOff(pool);

        call.cancel();

        failureOf(response);
        assertThat(server.requestCount()).isEqualTo(1);
        assertThat(pool.status().requests()).isEqualTo(1);
        assertThat(pool.status().ready()).isEqualTo(2);
    }

    @Test
    void asynchronous_calls_that_wait_for_a_key_leave_other_calls_alone() throws Exception {
        needs(Capability.ASYNC, Capability.ASYNC_WAITS_ASIDE, Capability.PULLED_BODY);
        KeyPool pool = single();
        ClientUnderTest client = client(pool);
        TestResponse holder = open(client, get("/held"));
        List<CompletableFuture<Received>> waiting = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            waiting.add(client.call(get("/waits")).enqueue().thenApplyAsync(this::readUnchecked));
        }
        eventually(() -> pool.status().waiting() > 0);

        TestResponse elsewhere =
                result(client.call(TestRequest.get(foreign.uri("/x"))).enqueue());

        assertThat(read(seen(elsewhere)).status()).isEqualTo(200);
        read(holder);
        for (CompletableFuture<Received> answer : waiting) {
            assertThat(result(answer).status()).isEqualTo(200);
        }
        assertThat(server.requestCount()).isEqualTo(21);
    }

    private Received readUnchecked(TestResponse response) {
        try {
            return read(seen(response));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await(FOREVER.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
