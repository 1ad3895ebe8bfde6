package dev.poolswitch.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.poolswitch.ApiKey;
import dev.poolswitch.KeyPool;
import dev.poolswitch.KeyState;
import dev.poolswitch.Lease;
import dev.poolswitch.LeaseRequest;
import dev.poolswitch.WhenExhausted;
import dev.poolswitch.store.MemoryStateStore;
import dev.poolswitch.store.StoredState;
import dev.poolswitch.testkit.FakeTimeSource;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Processes that share a store and a key use its month up together. */
@Timeout(60)
class SharedMonthTest {

    private static final int QUOTA = 10_000;

    private final FakeTimeSource time = new FakeTimeSource();
    private final SharedStore shared = new SharedStore();
    private final MemoryStateStore memory = shared.memory;
    private final List<View> views = new CopyOnWriteArrayList<>();

    @Test
    void what_another_process_uses_of_the_month_counts_here_while_both_run() throws Exception {
        try (KeyPool here = pool(QUOTA);
                KeyPool there = pool(QUOTA)) {
            Pools.calls(there, 40);
            Pools.calls(here, 3);

            assertUsed(43, here, there);
        }
    }

    @Test
    void a_month_that_is_spent_elsewhere_is_spent_here() throws Exception {
        try (KeyPool here = pool(5);
                KeyPool there = pool(5)) {
            Pools.calls(there, 5);
            await().until(() -> {
                time.advance(Duration.ofMillis(500));
                return here.status().key("k").orElseThrow().state() == KeyState.QUOTA_EXHAUSTED;
            });

            assertThat(here.tryAcquire()).isEmpty();
        }
    }

    @Test
    void nothing_is_counted_twice_however_saves_and_news_of_others_meet() throws Exception {
        Random random = new Random(11);
        int total = 0;
        try (KeyPool a = pool(QUOTA);
                KeyPool b = pool(QUOTA);
                KeyPool c = pool(QUOTA)) {
            List<KeyPool> pools = List.of(a, b, c);
            for (int round = 0; round < 200; round++) {
                int count = random.nextInt(6);
                Pools.calls(pools.get(random.nextInt(3)), count);
                total += count;
                if (random.nextBoolean()) {
                    time.advance(Duration.ofMillis(random.nextInt(700)));
                }
                for (KeyPool each : pools) {
                    assertThat(used(each)).isLessThanOrEqualTo(total);
                }
            }

            assertUsed(total, a, b, c);
        }
    }

    @Test
    void a_request_that_was_refused_is_given_back_and_counts_nowhere() throws Exception {
        try (KeyPool here = pool(QUOTA);
                KeyPool there = pool(QUOTA)) {
            Lease refused = there.acquire();
            assertUsed(1, here, there);
            refused.rateLimited(Duration.ofMillis(1));
            await().until(() -> {
                time.advance(Duration.ofMillis(500));
                return stored() == 0;
            });
            Pools.calls(there, 7);

            assertUsed(7, here, there);
        }
    }

    @Test
    void the_month_that_is_over_does_not_count_in_the_next_one() throws Exception {
        time.setWall(Instant.parse("2026-03-31T23:59:00Z"));
        try (KeyPool here = pool(QUOTA);
                KeyPool there = pool(QUOTA)) {
            Pools.calls(there, 40);
            assertUsed(40, here, there);
            time.advance(Duration.ofMinutes(3));
            Pools.calls(there, 2);
            Pools.calls(here, 1);

            assertUsed(3, here, there);
        }
    }

    @Test
    void a_store_that_cannot_be_read_for_a_while_is_asked_again() throws Exception {
        try (KeyPool here = pool(QUOTA);
                KeyPool there = pool(QUOTA)) {
            views.get(0).broken = true;
            Pools.calls(there, 40);
            await().until(() -> {
                time.advance(Duration.ofMillis(500));
                return here.status().storeFailing();
            });
            views.get(0).broken = false;

            assertUsed(40, here, there);
            assertThat(here.status().storeFailing()).isFalse();
        }
    }

    /** Forbidden: a month that counts twice, once as news of another process and once as what the store had. */
    @Test
    void what_another_process_saves_while_the_store_is_asked_about_a_new_key_counts_once() throws Exception {
        try (KeyPool there = pool(QUOTA);
                KeyPool here = pool("other")) {
            Pools.calls(there, 900);
            await().until(() -> {
                time.advance(Duration.ofMillis(500));
                return stored() == 900;
            });
            View view = views.get(1);
            CountDownLatch hangs = view.hangsAtNextLoad();
            CompletableFuture<Void> adding =
                    CompletableFuture.runAsync(() -> here.addKey(key(QUOTA)), Threads.EACH_ITS_OWN);
            assertThat(view.asked.await(5, TimeUnit.SECONDS)).isTrue();
            here.acquire(LeaseRequest.any().withKey("k")).succeeded();
            Pools.calls(there, 1);
            for (int saved = 0; saved < 3; saved++) {
                here.acquire(LeaseRequest.any().withKey("other")).rateLimited(Duration.ofMillis(1));
                time.advance(Duration.ofSeconds(2));
            }
            await().until(() -> stored() >= 901);
            hangs.countDown();
            adding.get(5, TimeUnit.SECONDS);

            assertUsed(902, here, there);
        }
    }

    @Test
    void a_key_that_is_added_while_the_store_cannot_be_read_is_restored_later() throws Exception {
        try (KeyPool there = pool(QUOTA);
                KeyPool here = pool("other")) {
            Pools.calls(there, 40);
            await().until(() -> {
                time.advance(Duration.ofMillis(500));
                return stored() == 40;
            });
            views.get(1).broken = true;
            here.addKey(key(QUOTA));
            here.acquire(LeaseRequest.any().withKey("k")).succeeded();
            time.advance(Duration.ofSeconds(1));
            views.get(1).broken = false;

            assertUsed(41, here, there);
            assertThat(here.status().key("k").orElseThrow().requests()).isEqualTo(41);
        }
    }

    private static ApiKey key(int quota) {
        return Pools.key("k").monthlyQuota(quota).build();
    }

    private KeyPool pool(String id) {
        return pool(Pools.key(id).build());
    }

    private KeyPool pool(int quota) {
        return pool(key(quota));
    }

    private KeyPool pool(ApiKey key) {
        View view = new View(shared);
        views.add(view);
        return Pools.of(time, key)
                .whenExhausted(WhenExhausted.failFast())
                .store(view)
                .build();
    }

    /** Time goes on until everybody has saved, heard and counted, and a little longer. */
    private void assertUsed(long total, KeyPool... pools) {
        await().untilAsserted(() -> {
            time.advance(Duration.ofMillis(500));
            assertThat(pools).allSatisfy(pool -> assertThat(used(pool)).isEqualTo(total));
            assertThat(stored()).isEqualTo(total);
        });
        for (int i = 0; i < 5; i++) {
            time.advance(Duration.ofMillis(500));
            assertThat(pools).allSatisfy(pool -> assertThat(used(pool)).isEqualTo(total));
        }
    }

    private static long used(KeyPool pool) {
        return QUOTA
                - pool.status().key("k").orElseThrow().estimatedRemainingQuota().orElseThrow();
    }

    private long stored() {
        return memory.load("test").records().stream()
                .filter(record -> record.keyId().equals("k"))
                .mapToLong(record -> record.counters().quotaUsed())
                .sum();
    }

    /** A view that cannot be read for a while. */
    private static final class View extends SharedStore.View {

        private final CountDownLatch asked = new CountDownLatch(1);
        private final AtomicReference<@Nullable CountDownLatch> hangs = new AtomicReference<>();
        private volatile boolean broken;

        View(SharedStore shared) {
            super(shared);
        }

        @Override
        public StoredState load(String pool) throws IOException {
            if (broken) {
                throw new IOException("not now");
            }
            CountDownLatch hanging = hangs.getAndSet(null);
            if (hanging != null) {
                asked.countDown();
                awaitUninterruptibly(hanging);
            }
            return super.load(pool);
        }

        CountDownLatch hangsAtNextLoad() {
            CountDownLatch end = new CountDownLatch(1);
            hangs.set(end);
            return end;
        }

        private static void awaitUninterruptibly(CountDownLatch latch) {
            try {
                assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
