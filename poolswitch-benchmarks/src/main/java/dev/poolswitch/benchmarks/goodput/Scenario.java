package dev.poolswitch.benchmarks.goodput;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One run.
 *
 * @param name what to print
 * @param load the offered rate in relation to the capacity of the good keys
 * @param limits requests per window, one a good key
 * @param window the window of all limits
 * @param fixedWindows whether the provider counts in fixed windows; else in sliding ones
 * @param knowledge what the pool knows or is told
 * @param badKeys whether there is a revoked and a spent key beside the good ones
 * @param burst how many calls arrive at once
 */
record Scenario(
        String name,
        double load,
        List<Integer> limits,
        Duration window,
        boolean fixedWindows,
        Knowledge knowledge,
        boolean badKeys,
        int burst) {

    /** What the pool knows of the limits. */
    enum Knowledge {
        /** The application has told them. */
        CONFIGURED,
        /** Answers have budget headers, refusals a Retry-After. */
        HEADERS,
        /** Refusals have a Retry-After in whole seconds, nothing else is told. */
        RETRY_AFTER,
        /** Nobody says anything: a bare 429. */
        NOTHING
    }

    static final int KEYS = 10;
    static final int LIMIT = 30;
    static final double[] LOADS = {0.5, 0.9, 1.0, 1.2};

    double capacityPerSecond() {
        return limits.stream().mapToInt(Integer::intValue).sum() / (window.toMillis() / 1e3);
    }

    double offeredPerSecond() {
        return load * capacityPerSecond();
    }

    /** The runs of the table. */
    static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>();
        Duration second = Duration.ofSeconds(1);
        for (Knowledge knowledge : Knowledge.values()) {
            for (double load : LOADS) {
                all.add(new Scenario("uniform keys", load, uniform(), second, true, knowledge, false, 1));
            }
            all.add(new Scenario("sliding windows", 1.2, uniform(), second, false, knowledge, false, 1));
            all.add(new Scenario("windows of 10 s", 1.2, longer(), second.multipliedBy(10), true, knowledge, false, 1));
            all.add(new Scenario("keys of 10:1", 1.0, uneven(), second, true, knowledge, false, 1));
            all.add(new Scenario("keys of 10:1", 1.2, uneven(), second, true, knowledge, false, 1));
            all.add(new Scenario("one revoked, one spent", 1.0, uniform(), second, true, knowledge, true, 1));
            all.add(new Scenario("bursts of 50", 1.0, uniform(), second, true, knowledge, false, 50));
        }
        return all;
    }

    private static List<Integer> uniform() {
        return java.util.Collections.nCopies(KEYS, LIMIT);
    }

    private static List<Integer> longer() {
        return java.util.Collections.nCopies(KEYS, 10 * LIMIT);
    }

    private static List<Integer> uneven() {
        List<Integer> limits = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            limits.add(i % 2 == 0 ? 10 * LIMIT / 5 : LIMIT / 5);
        }
        return limits;
    }
}
