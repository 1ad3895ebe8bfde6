package dev.poolswitch.benchmarks.engine;

import static dev.poolswitch.benchmarks.report.Figures.met;
import static dev.poolswitch.benchmarks.report.Figures.number;

import dev.poolswitch.Lease;
import dev.poolswitch.benchmarks.report.Effort;
import dev.poolswitch.benchmarks.report.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.Histogram;

/**
 * How long an acquire takes at worst while all processors are busy with acquires. The same loop around a mere counter
 * shows what the machine itself adds: the garbage collector, the hypervisor, a time slice that ends.
 */
public final class AcquireLatency {

    private AcquireLatency() {}

    public static List<Table> of(Effort effort) {
        Table table = Table.of(
                "latency",
                "One acquire under load, microseconds (target: p99.99 below 100)",
                "what",
                "threads",
                "p50",
                "p99",
                "p99.9",
                "p99.99",
                "met");
        long nanos = 10_000_000L * effort.rounds();
        AtomicInteger counter = new AtomicInteger();
        // Once for nothing, so that the loop is compiled for all that goes through it.
        measured(2, nanos, counter::incrementAndGet);
        ofPool(new PoolState(), 2, nanos);
        for (int threads : new int[] {2, 8}) {
            row(table, "counter, for comparison", threads, measured(threads, nanos, counter::incrementAndGet));
            for (String strategy : new String[] {"quota_failover", "round_robin"}) {
                PoolState pool = new PoolState();
                pool.strategy = strategy;
                row(table, strategy, threads, ofPool(pool, threads, nanos));
            }
        }
        return List.of(table);
    }

    private static Histogram ofPool(PoolState pool, int threads, long nanos) {
        try {
            pool.build();
            return measured(threads, nanos, pool::acquire);
        } catch (Exception e) {
            throw new IllegalStateException("acquire failed", e);
        } finally {
            pool.close();
        }
    }

    private static Histogram measured(int threads, long nanos, Callable<?> action) {
        ExecutorService workers = Executors.newFixedThreadPool(threads);
        try {
            CountDownLatch ready = new CountDownLatch(threads);
            List<Future<Histogram>> loops = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                loops.add(workers.submit(() -> loop(ready, nanos, action)));
            }
            Histogram all = new Histogram(3);
            for (Future<Histogram> loop : loops) {
                all.add(loop.get());
            }
            return all;
        } catch (Exception e) {
            throw new IllegalStateException("a loop failed", e);
        } finally {
            workers.shutdownNow();
        }
    }

    /** The first third warms up. */
    private static Histogram loop(CountDownLatch ready, long nanos, Callable<?> action) throws Exception {
        ready.countDown();
        ready.await();
        Histogram times = new Histogram(3);
        long begin = System.nanoTime();
        long before = begin;
        while (before - begin < nanos) {
            Object result = action.call();
            long after = System.nanoTime();
            if (after - begin > nanos / 3) {
                times.recordValue(after - before);
            }
            if (result instanceof Lease lease) {
                lease.succeeded();
                before = System.nanoTime();
            } else {
                before = after;
            }
        }
        return times;
    }

    private static void row(Table table, String what, int threads, Histogram times) {
        double worst = times.getValueAtPercentile(99.99) / 1e3;
        table.row(
                what,
                String.valueOf(threads),
                number(times.getValueAtPercentile(50) / 1e3),
                number(times.getValueAtPercentile(99) / 1e3),
                number(times.getValueAtPercentile(99.9) / 1e3),
                number(worst),
                met(worst < 100));
    }
}
