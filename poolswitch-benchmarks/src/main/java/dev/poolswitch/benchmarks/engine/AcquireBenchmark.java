package dev.poolswitch.benchmarks.engine;

import dev.poolswitch.Lease;
import dev.poolswitch.NoKeyAvailableException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/** The happy path: a lease is taken and its call succeeds. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AcquireBenchmark {

    @Benchmark
    public Lease acquireAndSucceed(PoolState pool) throws NoKeyAvailableException, InterruptedException {
        Lease lease = pool.acquire();
        lease.succeeded();
        return lease;
    }
}
