package dev.poolswitch.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.ApiKey;
import dev.poolswitch.KeyPool;
import dev.poolswitch.KeyState;
import dev.poolswitch.KeyStatus;
import dev.poolswitch.Lease;
import dev.poolswitch.LeaseRequest;
import dev.poolswitch.NoKeyAvailableException;
import dev.poolswitch.Strategy;
import dev.poolswitch.TimeSource;
import dev.poolswitch.WhenExhausted;
import dev.poolswitch.store.MemoryStateStore;
import dev.poolswitch.testkit.FakeTimeSource;
import dev.poolswitch.verdict.Verdict;
import dev.poolswitch.verdict.VerdictKind;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each invariant of the engine under many threads. The soak profile repeats them for a minute each. */
@SuppressWarnings("FutureReturnValueIgnored")
class InvariantStressTest {

    private static final List<VerdictKind> KINDS = List.of(VerdictKind.values());

    protected Duration duration() {
        return Duration.ofSeconds(1);
    }

    /** Forbidden: a lease in flight at rest, a negative count, calls that do not add up. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "round_robin",
                "least_used",
                "random",
                "quota_failover",
                "least_busy",
                "weighted",
                "two_random_choices",
                "priority"
            })
    void i1_in_flight_is_the_leases_that_have_not_ended(String strategy) throws Exception {
        AtomicLong taken = new AtomicLong();
        try (KeyPool pool =
                pool(strategy, WhenExhausted.waitUpTo(Duration.ofMillis(5))).build()) {
            Threads.run(8, duration().dividedBy(2), () -> {
                CompletableFuture<Lease> wanted = pool.acquireAsync();
                if (chance(20)) {
                    wanted.cancel(true);
                }
                try {
                    Lease lease = wanted.join();
                    taken.incrementAndGet();
                    end(lease);
                } catch (CancellationException | CompletionException none) {
                    // Nothing was taken, so nothing has to be given back.
                }
                assertThat(pool.status().keys()).allMatch(key -> key.inFlight() >= 0);
            });
            assertThat(pool.status().inFlight()).isZero();
            assertThat(pool.status().waiting()).isZero();
            assertThat(pool.status().keys()).allMatch(key -> key.utilisation() <= 1);
            assertThat(taken).hasPositiveValue();
        }
    }

    /** Forbidden: a second report that changes a counter or gives a permit back once more. */
    @Test
    void i2_a_lease_ends_once() throws Exception {
        ConcurrentLinkedQueue<Lease> shared = new ConcurrentLinkedQueue<>();
        AtomicLong taken = new AtomicLong();
        ApiKey key = Pools.key("k").maxConcurrent(4).build();
        try (KeyPool pool = Pools.of(TimeSource.system(), key)
                .whenExhausted(WhenExhausted.failFast())
                .build()) {
            Threads.run(6, duration(), () -> {
                pool.tryAcquire().ifPresent(lease -> {
                    taken.incrementAndGet();
                    for (int i = 0; i < 6; i++) {
                        shared.add(lease);
                    }
                });
                Lease lease = shared.poll();
                if (lease != null) {
                    lease.succeeded();
                }
                assertThat(pool.status().inFlight()).isBetween(0, 4);
            });
            shared.forEach(Lease::succeeded);
            KeyStatus status = pool.status().key("k").orElseThrow();

            assertThat(status.inFlight()).isZero();
            assertThat(status.requests()).isEqualTo(taken.get());
            assertThat(status.successes()).isEqualTo(taken.get());
            assertThat(Pools.take(pool, 4)).hasSize(4);
            assertThat(pool.tryAcquire()).isEmpty();
        }
    }

    /** Forbidden: a lease taken after the key's refusal returned, while its rest lasts. */
    @Test
    void i3_no_key_is_given_out_while_its_gate_is_closed() throws Exception {
        FakeTimeSource time = new FakeTimeSource();
        String[] ids = {"a", "b", "c", "d"};
        AtomicLong[] closedAt = new AtomicLong[ids.length];
        for (int i = 0; i < ids.length; i++) {
            closedAt[i] = new AtomicLong(Long.MIN_VALUE / 2);
        }
        long rest = Duration.ofMillis(50).toNanos();
        try (KeyPool pool =
                Pools.of(time, ids).whenExhausted(WhenExhausted.failFast()).build()) {
            Threads.run(6, duration(), () -> {
                if (chance(5)) {
                    time.advance(Duration.ofMillis(1));
                }
                long[] before = new long[ids.length];
                for (int i = 0; i < ids.length; i++) {
                    before[i] = closedAt[i].get();
                }
                long asked = time.nanoTime();
                pool.tryAcquire().ifPresent(lease -> {
                    int index = lease.key().id().charAt(0) - 'a';
                    long got = time.nanoTime();
                    assertThat(before[index] + rest > got && before[index] <= asked)
                            .as("closed at %s, asked at %s, got at %s", before[index], asked, got)
                            .isFalse();
                    if (chance(30)) {
                        long now = time.nanoTime();
                        lease.rateLimited(Duration.ofNanos(rest));
                        closedAt[index].accumulateAndGet(now, Math::max);
                    } else {
                        lease.succeeded();
                    }
                });
            });
        }
    }

    /** Forbidden: more than the limit in any window, more leases at once than allowed. */
    @Test
    void i4_limits_are_never_exceeded_in_any_window() throws Exception {
        int limit = 200;
        long window = Duration.ofMillis(100).toNanos();
        ConcurrentLinkedQueue<Long> earliest = new ConcurrentLinkedQueue<>();
        ConcurrentLinkedQueue<Long> latest = new ConcurrentLinkedQueue<>();
        AtomicInteger open = new AtomicInteger();
        ApiKey key = Pools.key("k")
                .requests(limit, Duration.ofNanos(window))
                .maxConcurrent(3)
                .build();
        try (KeyPool pool = Pools.of(TimeSource.system(), key)
                .whenExhausted(WhenExhausted.failFast())
                .build()) {
            Threads.run(6, duration(), () -> {
                long before = System.nanoTime();
                Optional<Lease> lease = pool.tryAcquire();
                if (lease.isEmpty()) {
                    Thread.onSpinWait();
                    return;
                }
                long after = System.nanoTime();
                assertThat(open.incrementAndGet()).isLessThanOrEqualTo(3);
                open.decrementAndGet();
                if (chance(10)) {
                    lease.get().unused();
                } else {
                    earliest.add(before);
                    latest.add(after);
                    lease.get().succeeded();
                }
            });
        }
        // A send lies between the two: whatever its instant was, it must be able to be a window after its forerunner.
        long[] from = earliest.stream().mapToLong(Long::longValue).sorted().toArray();
        long[] to = latest.stream().mapToLong(Long::longValue).sorted().toArray();
        for (int i = limit; i < to.length; i++) {
            assertThat(to[i] - from[i - limit]).isGreaterThanOrEqualTo(window);
        }
        assertThat(to.length).isGreaterThan(limit);
    }

    /** Forbidden: a key twice in one call that goes from refusal to refusal. */
    @Test
    void i5_no_key_twice_in_a_call() throws Exception {
        try (KeyPool pool = pool("two_random_choices", WhenExhausted.failFast()).build()) {
            Threads.run(6, duration(), () -> {
                LeaseRequest call = LeaseRequest.any();
                Set<String> used = new HashSet<>();
                for (Optional<Lease> lease = pool.tryAcquire(call); lease.isPresent(); lease = pool.tryAcquire(call)) {
                    assertThat(used.add(lease.get().key().id())).isTrue();
                    call = call.insteadOf(lease.get());
                    lease.get().end(Verdict.of(VerdictKind.OVERLOADED, "503"));
                }
            });
            assertThat(pool.status().inFlight()).isZero();
        }
    }

    /** Forbidden: a call that fails or is lost because of who listens or stores. */
    @Test
    void i10_listeners_and_stores_that_throw_disturb_no_call() throws Exception {
        MemoryStateStore store = new MemoryStateStore();
        AtomicLong failed = new AtomicLong();
        try (KeyPool pool = Pools.of(TimeSource.system(), "a", "b", "c")
                .store(new FlakyStore(store))
                .listener(event -> {
                    throw new IllegalStateException("broken");
                })
                .build()) {
            Threads.run(6, duration(), () -> {
                try {
                    Lease lease = pool.acquire();
                    if (chance(10)) {
                        lease.rateLimited(Duration.ofMillis(1));
                    } else {
                        lease.succeeded();
                    }
                } catch (NoKeyAvailableException e) {
                    failed.incrementAndGet();
                }
            });
            assertThat(failed).hasValue(0);
            assertThat(pool.status().inFlight()).isZero();
        }
    }

    /** Forbidden: a call that fails or hangs because of who listens, stores or chooses, whatever they do. */
    @Test
    void i10_who_listens_stores_or_chooses_may_throw_block_and_call_back() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        AtomicReference<KeyPool> self = new AtomicReference<>();
        Runnable mischief = () -> {
            if (chance(5)) {
                throw new IllegalStateException("broken");
            }
            KeyPool pool = self.get();
            if (pool != null && chance(10)) {
                pool.status();
                pool.removeKey("nobody");
            }
        };
        AtomicLong failed = new AtomicLong();
        try (KeyPool pool = Pools.of(TimeSource.system(), "a", "b", "c", "d")
                .store(new FlakyStore(new MemoryStateStore()))
                .listener(event -> mischief.run())
                .listener(event -> awaitUninterruptibly(end))
                .strategy(ready -> {
                    mischief.run();
                    return ready.get(ThreadLocalRandom.current().nextInt(ready.size()));
                })
                .build()) {
            self.set(pool);
            Threads.run(6, duration(), () -> {
                try {
                    Lease lease = pool.acquire();
                    if (chance(10)) {
                        lease.rateLimited(Duration.ofMillis(1));
                    } else {
                        lease.succeeded();
                    }
                } catch (NoKeyAvailableException e) {
                    failed.incrementAndGet();
                }
            });
            assertThat(failed).hasValue(0);
            assertThat(pool.status().inFlight()).isZero();
        } finally {
            end.countDown();
        }
    }

    /** Forbidden: a waiter that is never served, a call that fails although keys stay in the pool. */
    @Test
    void keys_come_and_go_while_traffic_flows() throws Exception {
        AtomicInteger numbers = new AtomicInteger();
        try (KeyPool pool = pool("quota_failover", WhenExhausted.waitUpTo(Duration.ofSeconds(30)))
                .build()) {
            Threads.run(6, duration(), () -> {
                if (chance(5)) {
                    String id = "extra-" + numbers.incrementAndGet();
                    pool.addKey(Pools.key(id).group("g").maxConcurrent(1).build());
                    pool.disable(id);
                    pool.enable(id);
                    assertThat(pool.removeKey(id)).isTrue();
                }
                Lease lease = pool.acquire();
                lease.succeeded();
            });
            assertThat(pool.status().inFlight()).isZero();
            assertThat(pool.status().waiting()).isZero();
        }
    }

    /** Forbidden: a lease of a key that had been removed before anybody asked; leases in flight at rest. */
    @Test
    void a_removed_key_is_not_given_out_any_more() throws Exception {
        AtomicInteger numbers = new AtomicInteger();
        Set<String> removed = ConcurrentHashMap.newKeySet();
        try (KeyPool pool = pool("round_robin", WhenExhausted.waitUpTo(Duration.ofSeconds(30)))
                .build()) {
            Threads.run(6, duration(), () -> {
                if (chance(10)) {
                    String id = "guest-" + numbers.incrementAndGet();
                    pool.addKey(Pools.key(id).group("A").build());
                    pool.acquire(LeaseRequest.any().withKey(id)).succeeded();
                    pool.removeKey(id);
                    removed.add(id);
                }
                Set<String> gone = chance(10) ? Set.copyOf(removed) : Set.of();
                for (int i = 0; i < 4; i++) {
                    Lease lease = pool.acquire(LeaseRequest.any().withSession("s" + i));
                    assertThat(gone).doesNotContain(lease.key().id());
                    lease.succeeded();
                }
            });
            assertThat(pool.status().inFlight()).isZero();
            assertThat(pool.status().keys()).hasSize(4);
        }
    }

    /** Forbidden: a gate that stays closed for ever after refusals of several keys were taken for one of what they share. */
    @Test
    void refusals_that_are_taken_back_beside_successes_leave_no_gate_closed() throws Exception {
        long end = System.nanoTime() + duration().toNanos();
        while (System.nanoTime() < end) {
            FakeTimeSource time = new FakeTimeSource();
            try (KeyPool pool = Pools.of(time, "a", "b", "c", "d")
                    .whenExhausted(WhenExhausted.failFast())
                    .build()) {
                ConcurrentLinkedQueue<Lease> leases = new ConcurrentLinkedQueue<>();
                for (String id : List.of("a", "b", "c", "d", "a", "b", "c", "d")) {
                    leases.add(pool.acquire(LeaseRequest.any().withKey(id)));
                }
                Threads.run(3, Duration.ofNanos(1), () -> {
                    for (Lease lease = leases.poll(); lease != null; lease = leases.poll()) {
                        if (chance(80)) {
                            lease.end(
                                    Verdict.of(VerdictKind.RATE_LIMITED, "429").withWait(Duration.ofSeconds(20)));
                        } else {
                            lease.succeeded();
                        }
                        pool.tryAcquire().ifPresent(Lease::unused);
                    }
                });
                time.advance(Duration.ofHours(2));
                for (String id : List.of("a", "b", "c", "d")) {
                    pool.acquire(LeaseRequest.any().withKey(id)).succeeded();
                }
                assertThat(pool.status().keys()).allMatch(key -> key.state() == KeyState.READY && key.inFlight() == 0);
            }
        }
    }

    /** Forbidden: an acquire that returns nothing although a permit is free, which the thread itself has just returned. */
    @Test
    void a_permit_that_was_given_back_is_seen_at_once() throws Exception {
        ApiKey[] keys = new ApiKey[100];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = Pools.key("k" + i).maxConcurrent(1).build();
        }
        int threads = 6;
        for (int i = 0; i < keys.length; i++) {
            keys[i] = Pools.key("k" + i).maxConcurrent(1).build();
        }
        AtomicInteger others = new AtomicInteger();
        try (KeyPool pool = Pools.of(TimeSource.system(), keys)
                .strategy(Strategy.roundRobin())
                .whenExhausted(WhenExhausted.failFast())
                .build()) {
            List<Lease> busy = Pools.take(pool, keys.length - threads);
            Threads.run(threads, duration(), () -> {
                // As many free permits as threads: there is always one for each.
                Lease lease = pool.acquire();
                others.incrementAndGet();
                lease.succeeded();
            });
            busy.forEach(Lease::succeeded);
            assertThat(pool.status().inFlight()).isZero();
            assertThat(others).hasPositiveValue();
        }
    }

    /** Forbidden: a future that is never completed. */
    @Test
    void closing_while_others_acquire_leaves_nobody_waiting() throws Exception {
        long end = System.nanoTime() + duration().toNanos();
        while (System.nanoTime() < end) {
            ConcurrentLinkedQueue<CompletableFuture<Lease>> all = new ConcurrentLinkedQueue<>();
            KeyPool pool = Pools.of(
                            TimeSource.system(), Pools.key("k").maxConcurrent(1).build())
                    .build();
            AtomicInteger turns = new AtomicInteger();
            Threads.run(4, Duration.ofMillis(3), () -> {
                if (turns.incrementAndGet() == 20) {
                    pool.close();
                } else if (turns.get() < 200) {
                    all.add(pool.acquireAsync());
                }
            });
            pool.close();
            assertThat(all).allMatch(CompletableFuture::isDone);
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void end(Lease lease) {
        int draw = ThreadLocalRandom.current().nextInt(10);
        if (draw == 0) {
            lease.unused();
        } else if (draw < 3) {
            VerdictKind kind = KINDS.get(ThreadLocalRandom.current().nextInt(KINDS.size()));
            lease.end(Verdict.of(kind, "test").withWait(Duration.ofMillis(1)));
        } else {
            lease.succeeded();
        }
        lease.close();
    }

    private static KeyPool.Builder pool(String strategy, WhenExhausted policy) {
        return Pools.of(
                        TimeSource.system(),
                        Pools.key("a").maxConcurrent(2).group("A").build(),
                        Pools.key("b").maxConcurrent(2).group("A").build(),
                        Pools.key("c").requests(1_000, Duration.ofMillis(10)).build(),
                        Pools.key("d").tier(1).monthlyQuota(1_000_000_000).build())
                .strategy(Strategy.byName(strategy))
                .whenExhausted(policy);
    }

    private static boolean chance(int percent) {
        return ThreadLocalRandom.current().nextInt(100) < percent;
    }
}
