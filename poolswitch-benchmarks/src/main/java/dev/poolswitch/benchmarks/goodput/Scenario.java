package dev.poolswitch.benchmarks.goodput;

import dev.poolswitch.ApiKey;
import dev.poolswitch.KeyPool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * One run.
 *
 * @param name what to print
 * @param load the offered rate in relation to the capacity of the good keys
 * @param limits requests per window, one a good key
 * @param window the window of all limits
 * @param counting how the provider counts
 * @param knowledge what the pool knows or is told
 * @param badKeys whether there is a revoked and a spent key beside the good ones
 * @param burst how many calls arrive at once
 * @param way the longest that a request is on its way to the provider, where the way is simulated
 */
record Scenario(
        String name,
        double load,
        List<Integer> limits,
        Duration window,
        Counting counting,
        Knowledge knowledge,
        boolean badKeys,
        int burst,
        Duration way) {

    /** How the provider counts requests. */
    enum Counting {
        FIXED_WINDOWS,
        SLIDING_WINDOWS,
        /** A bucket that holds a quarter of a window's requests and is filled all the time. */
        TOKEN_BUCKET;

        static final int BUCKET_SHARE = 4;
    }

    /** What the pool knows of the limits. */
    enum Knowledge {
        /** The application has told them. */
        CONFIGURED("configured"),
        /** Answers have budget headers, refusals a Retry-After. */
        HEADERS("headers"),
        /** Refusals have a Retry-After in whole seconds, nothing else is told. */
        RETRY_AFTER("Retry-After"),
        /** Refusals say to the millisecond how long to wait, nothing else is told. */
        EXACT_WAIT("exact wait"),
        /** Nobody says anything: a bare 429. */
        NOTHING("nothing");

        private final String label;

        Knowledge(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    static final String REVOKED = "revoked-key";
    static final String SPENT = "spent-key";
    static final int KEYS = 10;
    static final int LIMIT = 30;
    static final Duration SHORT_WAY = Duration.ofMillis(3);
    static final double[] LOADS = {0.5, 0.9, 1.0, 1.2};

    double capacityPerSecond() {
        return limits.stream().mapToInt(Integer::intValue).sum() / (window.toMillis() / 1e3);
    }

    double offeredPerSecond() {
        return load * capacityPerSecond();
    }

    List<String> secrets() {
        List<String> secrets = new ArrayList<>();
        for (int i = 0; i < limits.size(); i++) {
            secrets.add("good-" + i);
        }
        return secrets;
    }

    /** Adds the keys to a pool, with what the pool is told of them. */
    KeyPool.Builder keys(KeyPool.Builder builder, List<String> secrets) {
        for (int i = 0; i < secrets.size(); i++) {
            ApiKey.Builder key = ApiKey.builder("key-" + i, secrets.get(i));
            if (knowledge == Knowledge.CONFIGURED) {
                key.requests(limits.get(i), window);
            }
            builder.key(key.build());
        }
        return badKeys ? builder.key("bad-1", REVOKED).key("bad-2", SPENT) : builder;
    }

    /** When calls come, in nanoseconds from the start: bursts at random moments. */
    List<Long> arrivals(Random random, long runNanos) {
        List<Long> arrivals = new ArrayList<>();
        double mean = 1e9 * burst / offeredPerSecond();
        for (double at = 0; at < runNanos; at += -Math.log(1 - random.nextDouble()) * mean) {
            for (int i = 0; i < burst; i++) {
                arrivals.add((long) at);
            }
        }
        return arrivals;
    }

    /** The runs of the table. */
    static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>();
        for (Knowledge knowledge : Knowledge.values()) {
            Scenario uniform = uniform(knowledge);
            for (double load : LOADS) {
                all.add(uniform.offered(load));
            }
            for (double load : LOADS) {
                all.add(uniform.keys("keys of 10:1", uneven()).offered(load));
            }
            for (double load : LOADS) {
                all.add(uniform.withBadKeys().offered(load));
            }
            for (double load : LOADS) {
                all.add(uniform.inBursts(50).offered(load));
            }
            all.add(uniform.sliding("sliding windows", SHORT_WAY));
            all.add(uniform.sliding("sliding, way of 1 to 15 ms", Duration.ofMillis(15)));
            all.add(uniform.longer("windows of 10 s", 10));
            all.add(uniform.buckets(0.9));
            all.add(uniform.buckets(1.2));
        }
        return all;
    }

    private static Scenario uniform(Knowledge knowledge) {
        Duration second = Duration.ofSeconds(1);
        return new Scenario(
                "uniform keys",
                1.2,
                Collections.nCopies(KEYS, LIMIT),
                second,
                Counting.FIXED_WINDOWS,
                knowledge,
                false,
                1,
                SHORT_WAY);
    }

    private Scenario offered(double share) {
        return new Scenario(name, share, limits, window, counting, knowledge, badKeys, burst, way);
    }

    private Scenario keys(String called, List<Integer> all) {
        return new Scenario(called, load, all, window, counting, knowledge, badKeys, burst, way);
    }

    private Scenario withBadKeys() {
        return new Scenario("one revoked, one spent", load, limits, window, counting, knowledge, true, burst, way);
    }

    private Scenario inBursts(int calls) {
        return new Scenario("bursts of " + calls, load, limits, window, counting, knowledge, badKeys, calls, way);
    }

    private Scenario sliding(String called, Duration longest) {
        return new Scenario(called, load, limits, window, Counting.SLIDING_WINDOWS, knowledge, badKeys, burst, longest);
    }

    /** Calls come in bursts that empty the buckets, and fewer of them in all than the buckets are filled with. */
    private Scenario buckets(double share) {
        return new Scenario(
                "buckets of a quarter, bursts",
                share,
                limits,
                window,
                Counting.TOKEN_BUCKET,
                knowledge,
                badKeys,
                LIMIT * KEYS / 2,
                way);
    }

    private Scenario longer(String called, int times) {
        List<Integer> all = limits.stream().map(limit -> times * limit).toList();
        return new Scenario(called, load, all, window.multipliedBy(times), counting, knowledge, badKeys, burst, way);
    }

    private static List<Integer> uneven() {
        List<Integer> limits = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            limits.add(i % 2 == 0 ? 10 * LIMIT / 5 : LIMIT / 5);
        }
        return limits;
    }
}
