package dev.poolswitch.okhttp;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.KeyPool;
import dev.poolswitch.KeyStatus;
import dev.poolswitch.WhenExhausted;
import dev.poolswitch.testkit.server.Behaviour;
import dev.poolswitch.testkit.server.FakeProvider;
import dev.poolswitch.testkit.server.Faults;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many calls with faults of all kinds, cancels and timeouts: in the end everything is back where it belongs. */
class SoakTest {

    private static final int THREADS = 16;

    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong cancelled = new AtomicLong();

    @Test
    void twenty_thousand_calls_leave_nothing_behind() throws Exception {
        run(20_000);
    }

    @Test
    @Tag("soak")
    void a_million_calls_leave_nothing_behind() throws Exception {
        run(1_000_000);
    }

    private void run(int calls) throws Exception {
        try (FakeProvider provider = FakeProvider.builder()
                        .key("soak-one", Behaviour.healthy())
                        .key("soak-two", Behaviour.limited(500, Duration.ofSeconds(1)))
                        .key("soak-three", Behaviour.healthy().maxConcurrent(4))
                        .key("soak-revoked", Behaviour.revoked())
                        .faults(Faults.none()
                                .withServerErrors(0.005)
                                .withOverloads(0.005)
                                .withResets(0.005)
                                .withHangs(0.0002))
                        .start();
                KeyPool pool = KeyPool.builder()
                        .upstream(provider.uri().toString())
                        .keys("soak-one", "soak-two", "soak-three", "soak-revoked")
                        .whenExhausted(WhenExhausted.waitUpTo(Duration.ofSeconds(5)))
                        .build()) {
            OkHttpClient client = PoolSwitchInterceptor.install(new OkHttpClient.Builder(), pool)
                    .callTimeout(Duration.ofSeconds(2))
                    .build();
            call(client, provider, calls);

            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(client.connectionPool().connectionCount()
                                    - client.connectionPool().idleConnectionCount())
                            .as("connections in use")
                            .isZero());
            assertThat(pool.status().inFlight()).as("leases").isZero();
            assertThat(pool.status().waiting()).isZero();
            assertThat(answered.get() + failed.get() + cancelled.get()).isEqualTo(calls);
            assertThat(pool.status().keys())
                    .allSatisfy(key -> assertThat(key.successes() + key.refusals() + key.failures())
                            .as(key.id())
                            .isLessThanOrEqualTo(key.requests()));
            long sent = pool.status().keys().stream()
                    .mapToLong(key -> key.requests() + key.resends())
                    .sum();
            assertThat(provider.total().received()).as("what the provider saw").isLessThanOrEqualTo(sent);
            report(calls, pool);
            client.dispatcher().executorService().shutdown();
            client.connectionPool().evictAll();
        }
    }

    private void call(OkHttpClient client, FakeProvider provider, int calls) throws InterruptedException {
        AtomicLong begun = new AtomicLong();
        ExecutorService executor = Executors.newFixedThreadPool(THREADS);
        for (int i = 0; i < THREADS; i++) {
            executor.execute(() -> {
                while (begun.getAndIncrement() < calls) {
                    one(client, provider);
                }
            });
        }
        executor.shutdown();
        assertThat(executor.awaitTermination(1, TimeUnit.HOURS)).isTrue();
    }

    private void one(OkHttpClient client, FakeProvider provider) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        Call call = client.newCall(
                new Request.Builder().url(provider.uri("/v1/models").toString()).build());
        boolean gaveUp = random.nextInt(200) == 0;
        if (gaveUp) {
            call.cancel();
        }
        try (Response response = call.execute()) {
            if (random.nextInt(20) != 0) {
                assertThat(requireNonNull(response.body()).bytes()).isNotNull();
            }
            answered.incrementAndGet();
        } catch (IOException e) {
            (gaveUp ? cancelled : failed).incrementAndGet();
        }
    }

    private void report(int calls, KeyPool pool) {
        System.out.printf(
                "%d calls: %d answered, %d failed, %d cancelled; refusals %d, failures %d%n",
                calls,
                answered.get(),
                failed.get(),
                cancelled.get(),
                pool.status().keys().stream().mapToLong(KeyStatus::refusals).sum(),
                pool.status().keys().stream().mapToLong(KeyStatus::failures).sum());
    }
}
