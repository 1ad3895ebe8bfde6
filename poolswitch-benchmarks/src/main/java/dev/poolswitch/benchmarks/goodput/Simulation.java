package dev.poolswitch.benchmarks.goodput;

import dev.poolswitch.KeyPool;
import dev.poolswitch.WhenExhausted;
import dev.poolswitch.http.PoolRouter;
import dev.poolswitch.testkit.FakeTimeSource;
import java.time.Duration;
import java.util.ArrayList;
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
    private int errors;

    private Simulation(Scenario scenario) {
        this.scenario = scenario;
    }

    static Result run(Scenario scenario) {
        return new Simulation(scenario).run();
    }

    private Result run() {
        List<String> secrets = scenario.secrets();
        Upstream upstream = new Upstream(scenario, secrets);
        try (KeyPool pool = scenario.keys(KeyPool.builder().upstream(ORIGIN), secrets)
                .timeSource(time)
                .whenExhausted(WhenExhausted.waitUpTo(PATIENCE))
                .build()) {
            PoolRouter.Route route = PoolRouter.of(pool).route("https", "api.example.com", 443);
            if (route == null) {
                throw new IllegalStateException("no route");
            }
            List<Long> arrivals = scenario.arrivals(random, RUN.toNanos());
            for (long at : arrivals) {
                time.schedule(Duration.ofNanos(at), () -> new SimulatedCall(this, upstream, route).begin());
            }
            time.advance(RUN);
            long acceptedInRun = upstream.accepted;
            time.advance(PATIENCE.multipliedBy(2));
            continuations.forEach(CompletableFuture::join);
            Perfect perfect = Perfect.schedule(scenario, arrivals, RUN.toNanos());
            return Result.of(
                    perfect, acceptedInRun, upstream.accepted, upstream.refused, errors, waits, upstream.badKeyCalls);
        }
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

    /** On the way to the provider: 1 ms to the longest way. */
    Duration wayThere() {
        return Duration.ofNanos(1_000_000 + random.nextInt((int) scenario.way().toNanos() - 1_000_000));
    }

    /** Until the answer is back: 15 to 45 ms. */
    Duration serving() {
        return Duration.ofNanos(15_000_000 + random.nextInt(30_000_000));
    }
}
