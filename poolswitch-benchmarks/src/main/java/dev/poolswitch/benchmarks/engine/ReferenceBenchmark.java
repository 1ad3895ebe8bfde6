package dev.poolswitch.benchmarks.engine;

import dev.failsafe.RateLimiter;
import io.github.bucket4j.Bucket;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * What the engine is compared with. Round robin over an array is the floor; the libraries guard one key, where the pool
 * guards and chooses among many.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
public class ReferenceBenchmark {

    /** Never reached within a run, but small enough for nanosecond arithmetic not to overflow in any of them. */
    private static final int ROOM = 1_000_000_000;

    private final String[] keys = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
    private final AtomicInteger turn = new AtomicInteger();
    private final io.github.resilience4j.ratelimiter.RateLimiter limiter =
            io.github.resilience4j.ratelimiter.RateLimiter.of(
                    "limiter",
                    RateLimiterConfig.custom()
                            .limitForPeriod(ROOM)
                            .limitRefreshPeriod(Duration.ofSeconds(1))
                            .timeoutDuration(Duration.ZERO)
                            .build());
    private final CircuitBreaker breaker = CircuitBreaker.ofDefaults("breaker");
    private final Bucket bucket = Bucket.builder()
            .addLimit(limit -> limit.capacity(ROOM).refillGreedy(ROOM, Duration.ofSeconds(1)))
            .build();
    private final RateLimiter<Object> failsafe =
            RateLimiter.burstyBuilder(ROOM, Duration.ofSeconds(1)).build();

    @Benchmark
    public String atomicRoundRobin() {
        return keys[Math.floorMod(turn.getAndIncrement(), keys.length)];
    }

    @Benchmark
    public boolean resilience4j() {
        boolean may = limiter.acquirePermission() && breaker.tryAcquirePermission();
        long startedAt = breaker.getCurrentTimestamp();
        breaker.onSuccess(breaker.getCurrentTimestamp() - startedAt, breaker.getTimestampUnit());
        return may;
    }

    @Benchmark
    public boolean bucket4j() {
        return bucket.tryConsume(1);
    }

    @Benchmark
    public boolean failsafe() {
        return failsafe.tryAcquirePermit();
    }
}
