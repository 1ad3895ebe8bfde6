package dev.poolswitch.benchmarks.store;

import dev.poolswitch.KeyPool;
import dev.poolswitch.Lease;
import dev.poolswitch.LeaseRequest;
import dev.poolswitch.benchmarks.report.Figures;
import dev.poolswitch.benchmarks.report.Fork;
import dev.poolswitch.sqlite.SqliteStateStore;
import dev.poolswitch.verdict.Verdict;
import dev.poolswitch.verdict.VerdictKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/** A pool in memory and one with SQLite take turns; then cooldowns storm; then ten thousand keys come back. */
final class StorePairs {

    private static final int BLOCK = 20_000;
    private static final int MANY = 10_000;
    private static final int RESTARTS = 7;
    private static final int STORM_PER_SECOND = 10_000;

    private StorePairs() {}

    public static void main(String[] arguments) throws Exception {
        int rounds = Integer.parseInt(arguments[0]);
        Path directory = Files.createTempDirectory("poolswitch-benchmark");
        try {
            happyPath(directory.resolve("happy.db"), rounds);
            storms(directory.resolve("storm.db"), rounds);
            restart(directory.resolve("restart.db"));
        } finally {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        System.exit(0);
    }

    private static KeyPool.Builder keys(int count) {
        KeyPool.Builder builder = KeyPool.builder().name("benchmark");
        for (int i = 0; i < count; i++) {
            builder.key("key-" + i, "secret-" + i);
        }
        return builder;
    }

    private static void happyPath(Path file, int rounds) throws Exception {
        try (SqliteStateStore store = SqliteStateStore.open(file);
                KeyPool memory = keys(10).build();
                KeyPool stored = keys(10).store(store).build()) {
            double[] alone = new double[rounds];
            double[] more = new double[rounds];
            for (int round = -rounds; round < rounds; round++) {
                double first = nanos(round % 2 == 0 ? memory : stored);
                double second = nanos(round % 2 == 0 ? stored : memory);
                if (round >= 0) {
                    alone[round] = round % 2 == 0 ? first : second;
                    more[round] = 100 * ((round % 2 == 0 ? second : first) / alone[round] - 1);
                }
            }
            Figures share = Figures.quartiles(more);
            Fork.tell("happy", Figures.of(alone).median(), share.median(), share.low(), share.high());
        }
    }

    private static double nanos(KeyPool pool) throws Exception {
        long before = System.nanoTime();
        for (int i = 0; i < BLOCK; i++) {
            pool.acquire().succeeded();
        }
        return (double) (System.nanoTime() - before) / BLOCK;
    }

    /** Reports that cool keys arrive at a steady rate on a thread of their own while other calls go on. */
    private static void storms(Path file, int rounds) throws Exception {
        long nanos = TimeUnit.MILLISECONDS.toNanos(20L * rounds);
        try (KeyPool memory = keys(100).build()) {
            storm("storm-in-memory", memory, nanos);
        }
        try (SqliteStateStore store = SqliteStateStore.open(file);
                KeyPool stored = keys(100).store(store).build()) {
            storm("storm", stored, nanos);
        }
    }

    private static void storm(String name, KeyPool pool, long nanos) throws Exception {
        calls(pool, nanos);
        Histogram calm = calls(pool, nanos);
        ExecutorService stormer = Executors.newSingleThreadExecutor();
        Future<Long> storm = stormer.submit(() -> stormOf(pool, nanos));
        Histogram during = calls(pool, nanos);
        double perSecond = storm.get() / (nanos / 1e9);
        stormer.shutdown();
        Fork.tell(
                name,
                during.getValueAtPercentile(50),
                during.getValueAtPercentile(99),
                perSecond,
                calm.getValueAtPercentile(50),
                calm.getValueAtPercentile(99));
    }

    private static Histogram calls(KeyPool pool, long nanos) throws Exception {
        Histogram times = new Histogram(3);
        long begin = System.nanoTime();
        for (long before = begin; before - begin < nanos; ) {
            pool.acquire().succeeded();
            long after = System.nanoTime();
            times.recordValue(after - before);
            before = after;
        }
        return times;
    }

    /** Never waits for the disk, as no call of an asynchronous client does: a cooldown is due when its turn comes. */
    private static long stormOf(KeyPool pool, long nanos) throws Exception {
        Verdict refusal = Verdict.of(VerdictKind.RATE_LIMITED, "storm").withWait(Duration.ofMillis(5));
        long begin = System.nanoTime();
        long count = 0;
        while (System.nanoTime() - begin < nanos) {
            long due = begin + count * TimeUnit.SECONDS.toNanos(1) / STORM_PER_SECOND;
            while (System.nanoTime() < due) {
                Thread.onSpinWait();
            }
            pool.acquire().end(refusal);
            count++;
        }
        return count;
    }

    private static void restart(Path file) throws Exception {
        try (SqliteStateStore store = SqliteStateStore.open(file);
                KeyPool pool = keys(MANY).store(store).build()) {
            for (int i = 0; i < MANY; i++) {
                Lease lease = pool.acquire(LeaseRequest.any().withKey("key-" + i));
                var unused = lease.end(
                        Verdict.of(VerdictKind.RATE_LIMITED, "benchmark").withWait(Duration.ofHours(1)));
            }
        }
        double[] millis = new double[RESTARTS];
        double[] without = new double[RESTARTS];
        for (int i = 0; i < RESTARTS; i++) {
            KeyPool.Builder builder = keys(MANY);
            long begin = System.nanoTime();
            builder.build().close();
            long between = System.nanoTime();
            try (SqliteStateStore store = SqliteStateStore.open(file);
                    KeyPool pool = builder.store(store).build()) {
                millis[i] = (System.nanoTime() - between) / 1e6;
                without[i] = (between - begin) / 1e6;
                long cooling = pool.status().keys().stream()
                        .filter(key -> key.cooldownUntil() != null)
                        .count();
                if (cooling != MANY) {
                    throw new IllegalStateException("only " + cooling + " keys are known to cool");
                }
            }
        }
        Figures time = Figures.of(millis);
        Fork.tell(
                "restart",
                time.median(),
                time.low(),
                time.high(),
                millis[0],
                Figures.of(without).median());
    }
}
