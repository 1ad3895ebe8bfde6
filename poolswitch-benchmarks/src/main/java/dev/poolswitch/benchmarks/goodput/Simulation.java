package dev.poolswitch.benchmarks.goodput;

import dev.poolswitch.ApiKey;
import dev.poolswitch.KeyPool;
import dev.poolswitch.WhenExhausted;
import dev.poolswitch.http.PoolRouter;
import dev.poolswitch.testkit.FakeTimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** Sends calls through a real pool to a simulated provider, open loop: a call that waits does not hold back the next. */
final class Simulation {

    static final Duration RUN = Duration.ofSeconds(20);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String ORIGIN = "https://api.example.com";

    private final Scenario scenario;
    private final FakeTimeSource time = new FakeTimeSource();
    private final long start = time.nanoTime();
    private final Random random = new Random(7);
    private final List<Long> waits = new ArrayList<>();
    private final List<CompletableFuture<Void>> continuations = new ArrayList<>();
    private int offered;
    private int errors;

    private Simulation(Scenario scenario) {
        this.scenario = scenario;
    }

    /**
     * What came of a run.
     *
     * @param goodput calls answered within the run in relation to a perfect scheduler
     * @param wasted refused calls of good keys per accepted one
     * @param errors the share of the calls that got an error
     * @param waitP99 the 99th percentile of what calls waited, in seconds
     * @param perfectWaitP99 what they would have waited under a perfect scheduler
     * @param badKeyCalls refused calls of the revoked and the spent key
     */
    record Result(
            double goodput, double wasted, double errors, double waitP99, double perfectWaitP99, long badKeyCalls) {}

    static Result run(Scenario scenario) {
        return new Simulation(scenario).run();
    }

    private Result run() {
        List<String> secrets = new ArrayList<>();
        for (int i = 0; i < scenario.limits().size(); i++) {
            secrets.add("good-" + i);
        }
        Upstream upstream = new Upstream(scenario, secrets);
        try (KeyPool pool = pool(secrets)) {
            PoolRouter.Route route = PoolRouter.of(pool).route("https", "api.example.com", 443);
            if (route == null) {
                throw new IllegalStateException("no route");
            }
            List<Long> arrivals = arrivals();
            for (long at : arrivals) {
                offered++;
                time.schedule(Duration.ofNanos(at), () -> new SimulatedCall(this, upstream, route).begin());
            }
            time.advance(RUN);
            long acceptedInRun = upstream.accepted;
            time.advance(PATIENCE.multipliedBy(2));
            continuations.forEach(CompletableFuture::join);
            Perfect perfect = Perfect.schedule(scenario, arrivals, RUN.toNanos());
            return new Result(
                    acceptedInRun / (double) perfect.acceptedInRun(),
                    upstream.refused / (double) Math.max(1, upstream.accepted),
                    errors / (double) offered,
                    percentile(waits),
                    percentile(perfect.waits()),
                    upstream.badKeyCalls);
        }
    }

    private KeyPool pool(List<String> secrets) {
        KeyPool.Builder builder =
                KeyPool.builder().upstream(ORIGIN).timeSource(time).whenExhausted(WhenExhausted.waitUpTo(PATIENCE));
        for (int i = 0; i < secrets.size(); i++) {
            ApiKey.Builder key = ApiKey.builder("key-" + i, secrets.get(i));
            if (scenario.knowledge() == Scenario.Knowledge.CONFIGURED) {
                key.requests(scenario.limits().get(i), scenario.window());
            }
            builder.key(key.build());
        }
        if (scenario.badKeys()) {
            builder.key("bad-1", "revoked-key").key("bad-2", "spent-key");
        }
        return builder.build();
    }

    private List<Long> arrivals() {
        List<Long> arrivals = new ArrayList<>();
        double mean = 1e9 * scenario.burst() / scenario.offeredPerSecond();
        for (double at = 0; at < RUN.toNanos(); at += -Math.log(1 - random.nextDouble()) * mean) {
            for (int i = 0; i < scenario.burst(); i++) {
                arrivals.add((long) at);
            }
        }
        return arrivals;
    }

    void answered(long waitedNanos) {
        waits.add(waitedNanos);
    }

    /** What breaks in a continuation must not pass for a call that is still waiting. */
    void watch(CompletableFuture<Void> continuation) {
        continuations.add(continuation);
    }

    void failed() {
        errors++;
    }

    FakeTimeSource time() {
        return time;
    }

    Scenario scenario() {
        return scenario;
    }

    long now() {
        return time.nanoTime() - start;
    }

    /** On the way to the provider: 1 to 3 ms. */
    Duration wayThere() {
        return Duration.ofNanos(1_000_000 + random.nextInt(2_000_000));
    }

    /** Until the answer is back: 15 to 45 ms. */
    Duration serving() {
        return Duration.ofNanos(15_000_000 + random.nextInt(30_000_000));
    }

    private static double percentile(List<Long> nanos) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(sorted);
        return sorted.length == 0
                ? 0
                : sorted[(int) Math.min(sorted.length - 1, Math.floor(0.99 * sorted.length))] / 1e9;
    }
}
