package dev.poolswitch.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.KeyPool;
import dev.poolswitch.Lease;
import dev.poolswitch.TimeSource;
import dev.poolswitch.store.MemoryStateStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A time source is the user's code, too: whatever its timers do, nobody waits for ever and no call fails for it. */
@Timeout(60)
class BrokenTimerTest {

    private static final Logger LOG = Logger.getLogger("dev.poolswitch");

    private final List<String> logged = new CopyOnWriteArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord record) {
            logged.add(record.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        LOG.addHandler(handler);
    }

    @AfterEach
    void listenNoLonger() {
        LOG.removeHandler(handler);
    }

    @Test
    void a_call_that_waits_is_served_by_other_events_although_no_timer_can_be_set() throws Exception {
        try (KeyPool pool = Pools.of(
                        new BrokenTimers(Broken.SCHEDULE),
                        Pools.key("k").maxConcurrent(1).build())
                .build()) {
            for (int i = 0; i < 3; i++) {
                Lease open = pool.acquire();
                CompletableFuture<Lease> waits = pool.acquireAsync();
                assertThat(waits).isNotDone();
                open.succeeded();
                waits.join().succeeded();
            }
        }
    }

    @Test
    void a_call_that_waits_for_a_key_s_rest_to_end_is_woken_although_no_timer_can_be_set() throws Exception {
        try (KeyPool pool = Pools.of(new BrokenTimers(Broken.SCHEDULE), "k").build()) {
            pool.acquire().rateLimited(Duration.ofMillis(20));

            assertThat(pool.acquireAsync().get(30, TimeUnit.SECONDS).key().id()).isEqualTo("k");
        }
    }

    @Test
    void a_timer_that_is_none_is_taken_for_one_that_never_rings() throws Exception {
        try (KeyPool pool = Pools.of(
                        new BrokenTimers(Broken.NULL),
                        Pools.key("k").maxConcurrent(1).build())
                .build()) {
            Lease open = pool.acquire();
            CompletableFuture<Lease> waits = pool.acquireAsync();
            open.succeeded();

            assertThat(waits).isDone();
        }
    }

    @Test
    void a_timer_that_cannot_be_cancelled_keeps_no_key_from_those_who_wait() throws Exception {
        try (KeyPool pool = Pools.of(
                        new BrokenTimers(Broken.CANCEL),
                        Pools.key("k").maxConcurrent(1).build())
                .build()) {
            Lease open = pool.acquire();
            CompletableFuture<Lease> first = pool.acquireAsync();
            CompletableFuture<Lease> second = pool.acquireAsync();
            open.succeeded();
            first.join().succeeded();
            second.join().succeeded();

            assertThat(pool.status().inFlight()).isZero();
            assertThat(pool.status().waiting()).isZero();
        }
    }

    @Test
    void counters_are_stored_although_no_timer_can_be_set_and_the_failure_is_told_once() throws Exception {
        MemoryStateStore store = new MemoryStateStore();
        try (KeyPool pool =
                Pools.of(new BrokenTimers(Broken.SCHEDULE), "k").store(store).build()) {
            Pools.calls(pool, 10);
            pool.acquire().rateLimited(Duration.ZERO);
            Pools.calls(pool, 10);
        }
        assertThat(store.load("test").records()).hasSize(1);
        assertThat(logged).filteredOn(line -> line.contains("timer")).hasSize(1);
    }

    private enum Broken {
        SCHEDULE,
        NULL,
        CANCEL
    }

    private static final class BrokenTimers implements TimeSource {

        private final Broken broken;

        BrokenTimers(Broken broken) {
            this.broken = broken;
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public Instant instant() {
            return Instant.now();
        }

        @Override
        @SuppressWarnings("NullAway") // what the compiler forbids, others may do all the same
        public Timer schedule(Duration delay, Runnable action) {
            return switch (broken) {
                case SCHEDULE -> throw new IllegalStateException("no timer today");
                case NULL -> null;
                case CANCEL ->
                    () -> {
                        throw new IllegalStateException("too late");
                    };
            };
        }
    }
}
