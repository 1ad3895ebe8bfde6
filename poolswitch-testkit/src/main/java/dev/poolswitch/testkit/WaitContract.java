package dev.poolswitch.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.ApiKey;
import dev.poolswitch.KeyPool;
import dev.poolswitch.KeyState;
import dev.poolswitch.WhenExhausted;
import dev.poolswitch.testkit.server.Reply;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** A wait ends when the caller gives up, when the caller's time is over, and when the caller's thread is interrupted. */
abstract class WaitContract extends LeaseEndContract {

    @Test
    void cancelling_during_a_back_off_ends_the_call_and_sends_nothing_more() throws Exception {
        needs(Capability.CANCEL);
        KeyPool pool = backingOff();
        TestCall call = client(pool).call(get("/1"));
        Future<TestResponse> running = inBackground(call::execute);
        untilBackingOff(pool);

        call.cancel();

        failureOf(running);
        assertThat(server.requestCount()).isEqualTo(1);
        assertThat(pool.status().requests()).isEqualTo(1);
        assertThat(pool.status().ready()).isEqualTo(2);
    }

    @Test
    void cancelling_while_waiting_for_a_key_leaves_the_line() throws Exception {
        needs(Capability.CANCEL, Capability.PULLED_BODY);
        KeyPool pool = single();
        ClientUnderTest client = client(pool);
        TestResponse holder = open(client, get("/1"));
        TestCall call = client.call(get("/2"));
        Future<TestResponse> running = inBackground(call::execute);
        eventually(() -> pool.status().waiting() == 1);

        call.cancel();

        failureOf(running);
        assertThat(pool.status().waiting()).isZero();
        read(holder);
        assertThat(server.requestCount()).isEqualTo(1);
    }

    @Test
    void cancelling_while_the_upstream_is_silent_blames_no_key() throws Exception {
        needs(Capability.CANCEL);
        server.script(Reply.ok("too late").delayHead(FOREVER));
        KeyPool pool = pool(A, B);
        TestCall call = client(pool).call(get("/1"));
        Future<TestResponse> running = inBackground(call::execute);
        server.awaitRequests(1);

        call.cancel();

        failureOf(running);
        assertThat(server.requestCount()).isEqualTo(1);
        assertThat(status(pool, "a").failures()).isZero();
        assertThat(pool.status().ready()).isEqualTo(2);
    }

    @Test
    void the_time_limit_of_a_call_covers_all_its_attempts() throws Exception {
        needs(Capability.CALL_TIMEOUT);
        server.onKey(A, limited().delayHead(Duration.ofMillis(1500)));
        server.onKey(B, Reply.ok("too late").delayHead(FOREVER));
        KeyPool pool = pool(A, B);
        ClientUnderTest client = client(pool);
        Instant before = Instant.now();

        failure(() -> exchange(client, get("/1").withTimeout(Duration.ofSeconds(3))));

        // A limit that began anew with the second attempt would end at 4.5 s.
        assertThat(Duration.between(before, Instant.now())).isBetween(Duration.ofMillis(2500), Duration.ofMillis(4200));
        assertThat(keysSeen()).containsExactly(A, B);
        assertThat(status(pool, "b").state()).isEqualTo(KeyState.READY);
    }

    @Test
    void the_time_limit_of_a_call_covers_its_back_offs() throws Exception {
        needs(Capability.CALL_TIMEOUT);
        server.script(Reply.status(503).retryAfterMillis(300).body("busy"));
        KeyPool pool = built(builder(A, B).retryAttempts(1000));
        ClientUnderTest client = client(pool);
        Instant before = Instant.now();

        try {
            exchange(client, get("/1").withTimeout(Duration.ofSeconds(1)));
        } catch (IOException | RuntimeException e) {
            // Delivering the last answer and failing are both in time.
        }

        assertThat(Duration.between(before, Instant.now())).isLessThan(PROMPT);
    }

    @Test
    void the_time_limit_of_a_call_covers_its_wait_for_a_key() throws Exception {
        needs(Capability.CALL_TIMEOUT);
        ClientUnderTest client = client(single());
        TestResponse holder = open(client, get("/1"));
        Instant before = Instant.now();

        failure(() -> exchange(client, get("/2").withTimeout(Duration.ofMillis(500))));

        assertThat(Duration.between(before, Instant.now())).isLessThan(PROMPT);
        assertThat(server.requestCount()).isEqualTo(1);
        read(holder);
    }

    @Test
    void an_upstream_that_is_too_slow_benches_no_key() throws Exception {
        server.script(Reply.ok("too late").delayHead(FOREVER));
        KeyPool pool = built(builder(A).retryAttempts(1).maxFailures(1));
        ClientUnderTest client = with(ClientSettings.usual().withReadTimeout(Duration.ofMillis(300)), pool);

        failure(() -> exchange(client, get("/1")));

        assertThat(pool.status().ready()).isEqualTo(1);
    }

    @Test
    void an_interrupt_during_a_back_off_ends_the_call_and_stays_visible() throws Exception {
        needs(Capability.INTERRUPT);
        KeyPool pool = backingOff();
        interrupted(pool, client(pool), () -> untilBackingOff(pool));
        assertThat(server.requestCount()).isEqualTo(1);
    }

    @Test
    void an_interrupt_while_waiting_for_a_key_ends_the_call_and_stays_visible() throws Exception {
        needs(Capability.INTERRUPT, Capability.PULLED_BODY);
        KeyPool pool = single();
        ClientUnderTest client = client(pool);
        TestResponse holder = open(client, get("/1"));
        interrupted(pool, client, () -> eventually(() -> pool.status().waiting() == 1));
        read(holder);
        assertThat(server.requestCount()).isEqualTo(1);
    }

    private void interrupted(KeyPool pool, ClientUnderTest client, Runnable untilItWaits) throws Exception {
        FutureTask<Boolean> flag = new FutureTask<>(() -> {
            failure(() -> client.call(get("/2")).execute());
            return Thread.interrupted();
        });
        Thread caller = new Thread(flag, "contract-caller");
        caller.setDaemon(true);
        caller.start();
        untilItWaits.run();

        caller.interrupt();

        assertThat(result(flag)).as("the thread's interrupt flag").isTrue();
        assertThat(pool.status().waiting()).isZero();
    }

    /** A pool whose first call gets an answer after which it waits for longer than any test. */
    final KeyPool backingOff() {
        server.script(Reply.status(503).retryAfter(Duration.ofSeconds(25)).body("busy"));
        return pool(A, B);
    }

    final void untilBackingOff(KeyPool pool) {
        eventually(() -> server.requestCount() == 1
                && pool.status().inFlight() == 0
                && pool.retryBudget().retries() == 1);
    }

    /** A pool with one key that serves one call at a time. */
    final KeyPool single() {
        return built(KeyPool.builder()
                .upstream(server.uri().toString())
                .whenExhausted(WhenExhausted.waitUpTo(FOREVER))
                .key(ApiKey.builder("a", A).maxConcurrent(1).build()));
    }
}
