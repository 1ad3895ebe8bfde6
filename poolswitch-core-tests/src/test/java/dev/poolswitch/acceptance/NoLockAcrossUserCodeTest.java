package dev.poolswitch.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.poolswitch.KeyCandidate;
import dev.poolswitch.KeyPool;
import dev.poolswitch.Lease;
import dev.poolswitch.LeaseRequest;
import dev.poolswitch.TimeSource;
import dev.poolswitch.WhenExhausted;
import dev.poolswitch.store.KeyRecord;
import dev.poolswitch.store.KeyStateStore;
import dev.poolswitch.store.MemoryStateStore;
import dev.poolswitch.store.StoredState;
import dev.poolswitch.testkit.FakeTimeSource;
import dev.poolswitch.verdict.Budget;
import dev.poolswitch.verdict.ResponseClassifier;
import dev.poolswitch.verdict.Scope;
import dev.poolswitch.verdict.Verdict;
import dev.poolswitch.verdict.VerdictKind;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * What a user plugs in may block for as long as it likes, so nothing of it is called while the engine holds a lock that
 * other calls need.
 */
class NoLockAcrossUserCodeTest {

    private final HeldLocks locks = new HeldLocks();
    private final FakeTimeSource time = new FakeTimeSource();

    /** Forbidden: a lock of the engine that is held while something of the user's runs. */
    @Test
    void strategies_listeners_stores_clocks_classifiers_and_futures_run_without_a_lock() throws Exception {
        KeyPool pool = Pools.of(
                        new WatchedTime(),
                        Pools.key("a").maxConcurrent(1).monthlyQuota(1_000).build(),
                        Pools.key("b")
                                .group("g")
                                .requests(100, Duration.ofSeconds(1))
                                .build(),
                        Pools.key("c")
                                .group("g")
                                .tokens(10_000, Duration.ofSeconds(1))
                                .build(),
                        Pools.key("d").tier(1).build())
                .upstream("https://api.example.com")
                .maxFailures(2)
                .rateLimitPerSecond(1_000)
                .strategy(this::choose)
                .classifier(classifier())
                .listener(event -> locks.look("a listener"))
                .store(new WatchedStore())
                .whenExhausted(WhenExhausted.waitUpTo(Duration.ofHours(2)))
                .build();
        everyVerdict(pool);
        changesOfKeys(pool);
        aLine(pool);
        overHttp(pool);
        List<Lease> open = takeAll(pool);
        CompletableFuture<Void> dismissed = pool.acquireAsync().handle((lease, failure) -> {
            locks.look("who waits for a future");
            return null;
        });
        pool.close();
        dismissed.get(5, TimeUnit.SECONDS);
        open.forEach(Lease::succeeded);

        assertThat(locks.found()).isEmpty();
        await().untilAsserted(() -> assertThat(locks.looked())
                .containsExactlyInAnyOrder(
                        "a strategy",
                        "a listener",
                        "a classifier",
                        "a store",
                        "a subscription",
                        "a clock",
                        "who waits for a future"));
    }

    /** Forbidden: keys that cannot be removed and a pool that cannot be closed while a store is asked about a new key. */
    @Test
    void a_store_that_hangs_over_a_new_key_keeps_no_other_change_waiting() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(2); // at the start, and for the new key
        KeyPool pool =
                Pools.of(time, "a", "b").store(new SlowStart(asked, hangs)).build();
        CompletableFuture<Void> adding =
                CompletableFuture.runAsync(() -> pool.addKey(Pools.key("new").build()), Threads.EACH_ITS_OWN);
        assertThat(asked.await(5, TimeUnit.SECONDS)).isTrue();

        CompletableFuture<Void> others = CompletableFuture.runAsync(
                () -> {
                    assertThat(pool.removeKey("a")).isTrue();
                    pool.close();
                },
                Threads.EACH_ITS_OWN);
        others.get(5, TimeUnit.SECONDS);
        hangs.countDown();
        adding.get(5, TimeUnit.SECONDS);
    }

    private void everyVerdict(KeyPool pool) throws Exception {
        for (VerdictKind kind : VerdictKind.values()) {
            for (Scope scope : kind == VerdictKind.RATE_LIMITED ? Scope.values() : new Scope[] {Scope.KEY}) {
                for (String id : List.of("a", "b")) {
                    LeaseRequest wanted =
                            LeaseRequest.any().withModel("m").withTokens(5).withKey(id);
                    pool.tryAcquire(wanted).ifPresent(lease -> {
                        lease.budgets(
                                List.of(new Budget(Scope.KEY, Budget.Unit.TOKENS, 1_000, 900, Duration.ofSeconds(1))));
                        lease.tokensUsed(2);
                        lease.end(Verdict.of(kind, "test").withScope(scope));
                    });
                    pool.reset("a");
                    pool.reset("b");
                    time.advance(Duration.ofMinutes(61));
                }
            }
        }
        pool.acquire().unused();
        pool.acquire().succeeded();
    }

    private static void changesOfKeys(KeyPool pool) {
        pool.addKey(Pools.key("e").group("g").build());
        pool.disable("e");
        pool.enable("e");
        pool.reset("e");
        pool.removeKey("e");
        pool.status();
    }

    private void aLine(KeyPool pool) throws Exception {
        List<Lease> open = takeAll(pool);
        CompletableFuture<Lease> first = pool.acquireAsync();
        CompletableFuture<Void> served = first.thenAccept(lease -> {
            locks.look("who waits for a future");
            lease.succeeded();
        });
        CompletableFuture<Lease> second = pool.acquireAsync();
        second.cancel(true);
        // Somebody waits while the pool changes, so the change serves the line.
        pool.addKey(Pools.key("f").build());
        time.advance(Duration.ofSeconds(2));
        served.get(5, TimeUnit.SECONDS);
        pool.removeKey("f");
        open.forEach(Lease::succeeded);
    }

    private void overHttp(KeyPool pool) throws Exception {
        Wire wire = new Wire((hop, key) -> new Wire.Reply(200, null, Wire.body(hop)));
        assertThat(wire.call(pool, URI.create("https://api.example.com/10")).readAllBytes())
                .hasSize(10);
    }

    /** Leases of all keys at once, until a call would have to wait. */
    private static List<Lease> takeAll(KeyPool pool) throws Exception {
        List<Lease> open = new ArrayList<>();
        for (String id : List.of("b", "c", "d")) {
            pool.disable(id);
        }
        open.add(pool.acquire());
        return open;
    }

    private KeyCandidate choose(List<? extends KeyCandidate> ready) {
        locks.look("a strategy");
        return ready.get(0);
    }

    private ResponseClassifier classifier() {
        ResponseClassifier generic = ResponseClassifier.generic();
        return answer -> {
            locks.look("a classifier");
            return generic.classify(answer);
        };
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Hangs at the last of so many loads. */
    private record SlowStart(CountDownLatch loads, CountDownLatch hangs) implements KeyStateStore {
        @Override
        public StoredState load(String pool) {
            loads.countDown();
            if (loads.getCount() == 0) {
                awaitUninterruptibly(hangs);
            }
            return new MemoryStateStore().load(pool);
        }

        @Override
        public void save(String pool, Collection<KeyRecord> changes) {}

        @Override
        public void close() {}
    }

    private final class WatchedTime implements TimeSource {
        @Override
        public long nanoTime() {
            locks.look("a clock");
            return time.nanoTime();
        }

        @Override
        public Instant instant() {
            locks.look("a clock");
            return time.instant();
        }

        @Override
        public Timer schedule(Duration delay, Runnable action) {
            locks.look("a clock");
            return time.schedule(delay, action);
        }
    }

    private final class WatchedStore implements KeyStateStore {

        private final MemoryStateStore sound = new MemoryStateStore();

        @Override
        public StoredState load(String pool) {
            locks.look("a store");
            return sound.load(pool);
        }

        @Override
        public void save(String pool, Collection<KeyRecord> changes) {
            locks.look("a store");
            sound.save(pool, changes);
        }

        @Override
        public Subscription observe(String pool, Consumer<Collection<KeyRecord>> changes) {
            locks.look("a store");
            return () -> locks.look("a subscription");
        }

        @Override
        public void close() {}
    }
}
