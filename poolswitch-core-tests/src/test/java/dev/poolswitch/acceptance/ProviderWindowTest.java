package dev.poolswitch.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.ApiKey;
import dev.poolswitch.KeyPool;
import dev.poolswitch.Lease;
import dev.poolswitch.LeaseRequest;
import dev.poolswitch.WhenExhausted;
import dev.poolswitch.testkit.FakeTimeSource;
import dev.poolswitch.testkit.server.ProviderSide;
import dev.poolswitch.testkit.server.WindowKind;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the engine lets through, counted again as a provider counts it, while many threads call and time flies. */
class ProviderWindowTest {

    private static final Duration WINDOW = Duration.ofMillis(100);
    private static final Duration LONG_WINDOW = Duration.ofSeconds(1);

    protected Duration duration() {
        return Duration.ofMillis(700);
    }

    /** Forbidden: a send that a provider with the same limits refuses, however it counts. */
    @ParameterizedTest
    @EnumSource(WindowKind.class)
    void i4_no_send_is_over_a_limit_however_the_provider_counts(WindowKind kind) throws Exception {
        FakeTimeSource time = new FakeTimeSource();
        // Windows of the provider began before the pool did.
        ProviderSide requests = new ProviderSide(50, WINDOW, kind, -WINDOW.toNanos() / 3);
        ProviderSide manyRequests = new ProviderSide(200, LONG_WINDOW, kind, -LONG_WINDOW.toNanos() / 7);
        ProviderSide tokens = new ProviderSide(1_000, WINDOW, kind, -WINDOW.toNanos() / 2);
        ApiKey key = Pools.key("k")
                .requests(50, WINDOW)
                .requests(200, LONG_WINDOW)
                .tokens(1_000, WINDOW)
                .build();
        AtomicLong sent = new AtomicLong();
        AtomicLong over = new AtomicLong();
        // A send and the provider's look at its clock are one moment; between two of them time may move.
        ReadWriteLock moment = new ReentrantReadWriteLock();
        try (KeyPool pool =
                Pools.of(time, key).whenExhausted(WhenExhausted.failFast()).build()) {
            Threads.run(6, duration(), () -> {
                ThreadLocalRandom random = ThreadLocalRandom.current();
                if (random.nextInt(20) == 0) {
                    moment.writeLock().lock();
                    try {
                        time.advance(Duration.ofNanos(random.nextLong(WINDOW.toNanos() / 5)));
                    } finally {
                        moment.writeLock().unlock();
                    }
                }
                moment.readLock().lock();
                try {
                    long amount = 1L + random.nextInt(60);
                    Optional<Lease> lease = pool.tryAcquire(LeaseRequest.any().withTokens(amount));
                    if (lease.isEmpty()) {
                        return;
                    }
                    if (random.nextInt(10) == 0) {
                        lease.get().unused();
                        return;
                    }
                    long now = time.nanoTime();
                    sent.incrementAndGet();
                    count(requests.admits(1, now), over);
                    count(manyRequests.admits(1, now), over);
                    count(tokens.admits(amount, now), over);
                    lease.get().succeeded();
                } finally {
                    moment.readLock().unlock();
                }
            });
        }
        assertThat(over).as("of %s sends", sent).hasValue(0);
        assertThat(sent).hasValueGreaterThan(400);
    }

    private static void count(boolean admitted, AtomicLong over) {
        if (!admitted) {
            over.incrementAndGet();
        }
    }
}
