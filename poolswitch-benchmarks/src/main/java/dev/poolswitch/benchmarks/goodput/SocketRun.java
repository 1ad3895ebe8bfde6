package dev.poolswitch.benchmarks.goodput;

import dev.poolswitch.KeyPool;
import dev.poolswitch.WhenExhausted;
import dev.poolswitch.okhttp.PoolSwitchInterceptor;
import dev.poolswitch.testkit.server.Behaviour;
import dev.poolswitch.testkit.server.Dialect;
import dev.poolswitch.testkit.server.FakeProvider;
import dev.poolswitch.testkit.server.KeyStatistics;
import dev.poolswitch.testkit.server.RetryAfterForm;
import dev.poolswitch.testkit.server.WindowKind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/** The experiment of {@link Simulation} over sockets and in real time. */
final class SocketRun {

    private static final Duration RUN = Simulation.RUN;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int ANY_NUMBER = 100_000;
    /** About what the provider takes for an answer; what a call took longer, it waited. */
    private static final long SERVING_NANOS = Duration.ofMillis(31).toNanos();

    private final Scenario scenario;
    private final List<Long> waits = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger errors = new AtomicInteger();
    private final AtomicInteger answeredInRun = new AtomicInteger();

    private SocketRun(Scenario scenario) {
        this.scenario = scenario;
    }

    static Result run(Scenario scenario) {
        return new SocketRun(scenario).run();
    }

    private Result run() {
        List<String> secrets = scenario.secrets();
        List<Long> arrivals = scenario.arrivals(new Random(7), RUN.toNanos());
        try (FakeProvider provider = provider(secrets);
                KeyPool pool = scenario.keys(
                                KeyPool.builder().upstream(provider.uri().toString()), secrets)
                        .whenExhausted(WhenExhausted.waitUpTo(PATIENCE))
                        .build()) {
            OkHttpClient client = client(pool);
            send(client, provider, arrivals);
            client.dispatcher().executorService().shutdown();
            client.connectionPool().evictAll();
            long badKeyCalls = provider.statistics(Scenario.REVOKED).refused()
                    + provider.statistics(Scenario.SPENT).refused();
            KeyStatistics total = provider.total();
            return Result.of(
                    Perfect.schedule(scenario, arrivals, RUN.toNanos()),
                    answeredInRun.get(),
                    total.accepted(),
                    total.refused() - badKeyCalls,
                    errors.get(),
                    waits,
                    badKeyCalls);
        }
    }

    private void send(OkHttpClient client, FakeProvider provider, List<Long> arrivals) {
        Request request =
                new Request.Builder().url(provider.uri("/v1/models").toString()).build();
        CountDownLatch open = new CountDownLatch(arrivals.size());
        long start = System.nanoTime();
        for (long at : arrivals) {
            long due = start + at;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            client.newCall(request).enqueue(new Counting(due, start + RUN.toNanos() + SERVING_NANOS, open));
        }
        try {
            open.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted in a run", e);
        }
    }

    private static OkHttpClient client(KeyPool pool) {
        Dispatcher dispatcher = new Dispatcher();
        dispatcher.setMaxRequests(ANY_NUMBER);
        dispatcher.setMaxRequestsPerHost(ANY_NUMBER);
        OkHttpClient.Builder builder = new OkHttpClient.Builder()
                .dispatcher(dispatcher)
                .connectionPool(new ConnectionPool(200, 1, TimeUnit.MINUTES));
        return PoolSwitchInterceptor.install(builder, pool).build();
    }

    private FakeProvider provider(List<String> secrets) {
        boolean told = scenario.knowledge() == Scenario.Knowledge.HEADERS;
        FakeProvider.Builder builder = FakeProvider.builder()
                .latency(Duration.ofMillis(15), Duration.ofMillis(45))
                .budgetHeaders(told)
                .dialect(
                        told || scenario.knowledge() == Scenario.Knowledge.EXACT_WAIT
                                ? Dialect.OPENAI // which says in its sentence how many milliseconds to wait
                                : Dialect.ANTHROPIC)
                .retryAfter(
                        switch (scenario.knowledge()) {
                            case HEADERS -> RetryAfterForm.MILLIS;
                            case RETRY_AFTER -> RetryAfterForm.SECONDS;
                            case CONFIGURED, EXACT_WAIT, NOTHING -> RetryAfterForm.NONE;
                        });
        WindowKind kind =
                scenario.counting() == Scenario.Counting.FIXED_WINDOWS ? WindowKind.FIXED : WindowKind.SLIDING;
        for (int i = 0; i < secrets.size(); i++) {
            builder.key(
                    secrets.get(i),
                    Behaviour.healthy().requests(scenario.limits().get(i), scenario.window(), kind));
        }
        return builder.key(Scenario.REVOKED, Behaviour.revoked())
                .key(Scenario.SPENT, Behaviour.healthy().quota(0))
                .start();
    }

    private final class Counting implements Callback {

        private final long due;
        private final long endOfRun;
        private final CountDownLatch open;

        Counting(long due, long endOfRun, CountDownLatch open) {
            this.due = due;
            this.endOfRun = endOfRun;
            this.open = open;
        }

        @Override
        public void onResponse(Call call, Response response) {
            try (response) {
                long now = System.nanoTime();
                if (response.code() == 200) {
                    response.body().bytes();
                    waits.add(Math.max(0, now - due - SERVING_NANOS));
                    answeredInRun.addAndGet(now <= endOfRun ? 1 : 0);
                } else {
                    errors.incrementAndGet();
                }
            } catch (IOException e) {
                errors.incrementAndGet();
            } finally {
                open.countDown();
            }
        }

        @Override
        public void onFailure(Call call, IOException e) {
            errors.incrementAndGet();
            open.countDown();
        }
    }
}
