package dev.poolswitch.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.poolswitch.KeyPool;
import dev.poolswitch.KeyState;
import dev.poolswitch.KeyStatus;
import dev.poolswitch.Lease;
import dev.poolswitch.LeaseRequest;
import dev.poolswitch.NoKeyAvailableException;
import dev.poolswitch.PoolEvent;
import dev.poolswitch.WhenExhausted;
import dev.poolswitch.store.KeyRecord;
import dev.poolswitch.store.KeyStateStore;
import dev.poolswitch.store.StoredState;
import dev.poolswitch.testkit.FakeTimeSource;
import dev.poolswitch.verdict.Verdict;
import dev.poolswitch.verdict.VerdictKind;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ObservationTest {

    private static final Logger LOG = Logger.getLogger("dev.poolswitch");

    private final FakeTimeSource time = new FakeTimeSource();
    private final List<PoolEvent> events = new CopyOnWriteArrayList<>();
    private final List<String> logged = new CopyOnWriteArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord record) {
            logged.add(record.getMessage() + " " + record.getThrown());
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
    void no_secret_was_logged_or_told() {
        LOG.removeHandler(handler);
        assertThat(logged + " " + events).doesNotContain(Pools.CANARY);
    }

    @Test
    void the_status_tells_what_happened_to_each_key() throws Exception {
        try (KeyPool pool = failing("a", "b").build()) {
            pool.acquire(key("a")).succeeded();
            pool.acquire(key("a")).failed();
            pool.acquire(key("a")).close();
            Lease refused = pool.acquire(key("a"));
            refused.rateLimited(Duration.ofSeconds(10));
            pool.acquire(LeaseRequest.any().insteadOf(refused));
            KeyStatus a = pool.status().key("a").orElseThrow();

            assertThat(a.requests()).isEqualTo(4);
            assertThat(a.successes()).isOne();
            assertThat(a.failures()).isOne();
            assertThat(a.refusals()).isOne();
            assertThat(a.failovers()).isOne();
            assertThat(a.inFlight()).isZero();
            assertThat(a.state()).isEqualTo(KeyState.RATE_LIMITED);
            assertThat(a.reason()).isEqualTo("reported");
            assertThat(a.cooldownUntil()).isEqualTo(time.instant().plusSeconds(10));
            assertThat(pool.status().key("b").orElseThrow().inFlight()).isOne();
            assertThat(pool.status().ready()).isOne();
        }
    }

    @Test
    void the_error_names_the_pool_each_keys_reason_and_the_first_recovery() throws Exception {
        try (KeyPool pool = failing("a", "b", "c").build()) {
            pool.acquire(key("a")).rateLimited(Duration.ofSeconds(10));
            pool.acquire(key("b")).rejected();
            pool.disable("c");
            NoKeyAvailableException error = catchThrowableOfType(NoKeyAvailableException.class, pool::acquire);

            assertThat(error.pool()).isEqualTo("test");
            assertThat(error.earliestRecovery()).isEqualTo(time.instant().plusSeconds(10));
            assertThat(error.reasons()).containsOnlyKeys("a", "b", "c");
            assertThat(error.reasons().get("a")).startsWith("rate_limited").contains("until");
            assertThat(error.reasons().get("b")).startsWith("rejected");
            assertThat(error.reasons().get("c")).isEqualTo("disabled");
            assertThat(error).hasMessageContaining("pool test").message().doesNotContain(Pools.CANARY);
            pool.disable("a");
            pool.disable("b");
            assertThat(catchThrowableOfType(NoKeyAvailableException.class, pool::acquire)
                            .earliestRecovery())
                    .isEqualTo(Instant.MAX);
        }
    }

    @Test
    void an_error_about_thousands_of_keys_is_short() {
        String[] ids = new String[5_000];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = "key-" + i;
        }
        try (KeyPool pool = failing(ids).build()) {
            NoKeyAvailableException error =
                    catchThrowableOfType(NoKeyAvailableException.class, () -> pool.acquire(key("nobody")));

            assertThat(error.getMessage()).hasSizeLessThan(2_000).contains("and 4980 more");
        }
    }

    @Test
    void events_tell_what_closed_recovered_and_changed() throws Exception {
        try (KeyPool pool = failing("a", "b").build()) {
            Lease refused = pool.acquire(key("a"));
            refused.rateLimited(Duration.ofSeconds(10));
            pool.acquire(LeaseRequest.any().insteadOf(refused)).succeeded();
            time.advance(Duration.ofSeconds(10));
            pool.acquire(key("a")).succeeded();
            pool.removeKey("b");
            await().until(() -> events.size() >= 4);

            assertThat(events.get(0)).isInstanceOf(PoolEvent.Closed.class);
            assertThat(events.get(1)).isEqualTo(new PoolEvent.FailedOver("test", "a", "b"));
            assertThat(events.get(2)).isInstanceOf(PoolEvent.Recovered.class);
            assertThat(events.get(3))
                    .isEqualTo(new PoolEvent.KeyChanged("test", "b", PoolEvent.KeyChanged.Change.REMOVED));
        }
    }

    @Test
    void a_lease_that_nobody_ends_is_taken_back_and_its_place_is_named() throws Exception {
        try (KeyPool pool = failing("a").leaseTimeout(Duration.ofMinutes(15)).build()) {
            Lease lost = pool.acquire();
            Lease ended = pool.acquire();
            time.advance(Duration.ofMinutes(17));
            ended.succeeded();
            pool.status();
            await().until(() -> !events.isEmpty());

            assertThat(lost.isEnded()).isTrue();
            assertThat(pool.status().inFlight()).isZero();
            assertThat(events).hasSize(1);
            assertThat(events.get(0))
                    .isInstanceOfSatisfying(
                            PoolEvent.LeaseReclaimed.class,
                            event -> assertThat(event.takenAt())
                                    .contains(Thread.currentThread().getName()));
            assertThat(logged).singleElement().asString().contains("was taken by thread");
        }
    }

    @Test
    void a_lease_ends_once_and_later_reports_are_ignored() throws Exception {
        try (KeyPool pool = failing("a").build()) {
            Lease lease = pool.acquire();
            lease.succeeded();
            lease.rejected();
            lease.rateLimited();
            lease.unused();
            lease.close();
            lease.end(Verdict.of(VerdictKind.KEY_REJECTED, "401"));

            assertThat(pool.status().key("a").orElseThrow().state()).isEqualTo(KeyState.READY);
            assertThat(pool.status().key("a").orElseThrow().successes()).isOne();
            assertThat(pool.status().inFlight()).isZero();
            assertThat(lease).hasToString("Lease[a, ended]");
        }
    }

    @Test
    void a_listener_that_throws_or_blocks_disturbs_neither_calls_nor_other_listeners() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        try (KeyPool pool = failing("a", "b")
                .listener(event -> {
                    throw new AssertionError("broken");
                })
                .listener(event -> {
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                })
                .build()) {
            for (int i = 0; i < 3_000; i++) {
                pool.acquire().rateLimited(Duration.ofMillis(1));
                time.advance(Duration.ofMillis(1));
            }
            await().until(() -> !events.isEmpty());
        } finally {
            never.countDown();
        }
    }

    @Test
    void a_store_that_throws_disturbs_no_call_and_is_told_once() throws Exception {
        try (KeyPool pool = failing("a", "b").store(new BrokenStore(true)).build()) {
            Lease refused = pool.acquire(key("a"));
            refused.rateLimited(Duration.ofSeconds(10));

            assertThat(Pools.calls(pool, 20)).containsOnlyKeys("b");
            assertThat(pool.status().storeFailing()).isTrue();
            await().until(() -> !events.isEmpty());
            assertThat(events)
                    .filteredOn(PoolEvent.StoreFailed.class::isInstance)
                    .hasSize(1);
        }
    }

    @Test
    void a_store_that_hangs_costs_the_calls_one_wait_and_no_more() throws Exception {
        BrokenStore store = new BrokenStore(false);
        try (KeyPool pool = failing("a", "b", "c").store(store).build()) {
            pool.acquire(key("a")).rateLimited(Duration.ofSeconds(10));
            assertThat(pool.status().storeFailing()).isTrue();
            long before = System.nanoTime();
            pool.acquire(key("b")).rateLimited(Duration.ofSeconds(10));

            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofMillis(500));
            assertThat(Pools.calls(pool, 20)).containsOnlyKeys("c");
        } finally {
            store.released.countDown();
        }
    }

    @Test
    void keys_can_be_added_removed_disabled_enabled_and_reset_at_runtime() throws Exception {
        try (KeyPool pool = failing("a").build()) {
            Lease open = pool.acquire();
            pool.addKey(Pools.key("b").build());
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> pool.addKey(Pools.key("b").build()));
            assertThatIllegalArgumentException().isThrownBy(() -> pool.disable("nobody"));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> pool.reset(Pools.secret("a").repeat(9) + "\r\n"))
                    .withMessageNotContaining("\n");
            assertThat(pool.removeKey("a")).isTrue();
            assertThat(pool.removeKey("a")).isFalse();
            open.rejected();
            assertThat(Pools.calls(pool, 10)).containsOnlyKeys("b");
            pool.disable("b");
            assertThat(pool.tryAcquire()).isEmpty();
            pool.enable("b");
            pool.acquire().quotaExhausted();
            assertThat(pool.tryAcquire()).isEmpty();
            pool.reset("b");

            assertThat(Pools.calls(pool, 10)).containsOnlyKeys("b");
        }
    }

    @Test
    void nothing_that_can_be_printed_shows_a_secret() throws Exception {
        KeyPool.Builder builder = failing("a", "b");
        try (KeyPool pool = builder.build()) {
            Lease lease = pool.acquire();
            String printed = builder + " " + pool + " " + pool.settings() + " " + pool.status() + " " + lease + " "
                    + lease.key() + " " + LeaseRequest.any().insteadOf(lease) + " "
                    + lease.key().placement();

            assertThat(printed).doesNotContain(Pools.CANARY);
        }
    }

    private KeyPool.Builder failing(String... ids) {
        return Pools.of(time, ids).whenExhausted(WhenExhausted.failFast()).listener(events::add);
    }

    private static LeaseRequest key(String id) {
        return LeaseRequest.any().withKey(id);
    }

    /** Throws in every method, or hangs when it is to save. */
    private static final class BrokenStore implements KeyStateStore {

        private final boolean throwing;
        private final CountDownLatch released = new CountDownLatch(1);

        BrokenStore(boolean throwing) {
            this.throwing = throwing;
        }

        @Override
        public StoredState load(String pool) throws IOException {
            complain();
            return new StoredState("00", List.of());
        }

        @Override
        public void save(String pool, Collection<KeyRecord> changes) throws IOException {
            complain();
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public Subscription observe(String pool, Consumer<Collection<KeyRecord>> changes) {
            if (throwing) {
                throw new IllegalStateException("cannot observe");
            }
            return () -> {
                throw new IllegalStateException("cannot end");
            };
        }

        @Override
        public void close() {}

        private void complain() throws IOException {
            if (throwing) {
                throw new IOException("disk on fire");
            }
        }
    }
}
