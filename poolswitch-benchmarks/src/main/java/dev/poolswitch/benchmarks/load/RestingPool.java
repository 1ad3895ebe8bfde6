package dev.poolswitch.benchmarks.load;

import dev.poolswitch.ApiKey;
import dev.poolswitch.KeyPool;
import dev.poolswitch.Lease;
import dev.poolswitch.benchmarks.report.Fork;
import java.util.ArrayList;
import java.util.List;

/** What a pool keeps in memory for keys that rest and for calls that are open, and which threads it has at rest. */
final class RestingPool {

    private static final int KEYS = 10_000;
    private static final int CALLS = 100_000;
    private static final long PATIENCE_NANOS = 8_000_000_000L;

    private RestingPool() {}

    public static void main(String[] arguments) throws Exception {
        KeyPool plain = pool(false); // classes are loaded before anything is counted
        plain.acquire().succeeded();
        keys("key", false);
        keys("limited", true);
        calls();
        threads();
        System.exit(0);
    }

    private static KeyPool pool(boolean limits) {
        KeyPool.Builder builder = KeyPool.builder();
        for (int i = 0; i < KEYS; i++) {
            ApiKey.Builder key = ApiKey.builder("key-" + i, "secret-" + i);
            builder.key((limits ? key.requestsPerMinute(60).tokensPerMinute(60_000) : key).build());
        }
        return builder.build();
    }

    private static void keys(String name, boolean limits) throws Exception {
        long before = used();
        KeyPool pool = pool(limits);
        pool.acquire().succeeded();
        long after = used();
        Fork.tell(name, (double) (after - before) / pool.status().keys().size());
    }

    private static void calls() throws Exception {
        try (KeyPool pool = KeyPool.builder().keys("a", "b", "c", "d", "e").build()) {
            List<Lease> open = new ArrayList<>(CALLS);
            long before = used();
            for (int i = 0; i < CALLS; i++) {
                open.add(pool.acquire());
            }
            long after = used();
            Fork.tell("call", (double) (after - before) / open.size());
            open.forEach(Lease::close);
        }
    }

    /** The timer's thread goes after 5 s without a timer. */
    private static void threads() throws Exception {
        long begin = System.nanoTime();
        while (ours() > 0 && System.nanoTime() - begin < PATIENCE_NANOS) {
            Thread.sleep(50);
        }
        Fork.tell("threads", ours(), (System.nanoTime() - begin) / 1e9);
    }

    private static long ours() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("poolswitch"))
                .count();
    }

    private static long used() throws InterruptedException {
        for (int i = 0; i < 5; i++) {
            System.gc();
            Thread.sleep(20);
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
