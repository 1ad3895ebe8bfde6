package dev.poolswitch.benchmarks.engine;

import static dev.poolswitch.benchmarks.report.Figures.met;
import static dev.poolswitch.benchmarks.report.Figures.number;
import static dev.poolswitch.benchmarks.report.Figures.ratio;

import dev.poolswitch.benchmarks.engine.Jmh.Measured;
import dev.poolswitch.benchmarks.report.Effort;
import dev.poolswitch.benchmarks.report.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The engine's tables: one thread against the targets, the references, several threads, all sizes. */
public final class EngineTables {

    private static final String[] STRATEGIES = {
        "quota_failover",
        "round_robin",
        "priority",
        "random",
        "two_random_choices",
        "least_used",
        "least_busy",
        "weighted"
    };
    private static final String[] SIZES = {"3", "10", "100", "1000", "10000"};
    private static final String[] COOLING = {"0", "50", "99"};

    private EngineTables() {}

    public static List<Table> of(Effort effort) {
        Map<String, Measured> references = Jmh.run(Jmh.options(effort, ReferenceBenchmark.class));
        Map<String, Measured> small = acquire(effort, 1, "none", STRATEGIES, "0", "10");
        Map<String, Measured> windows = acquire(effort, 1, "windows", STRATEGIES, "0", "10");
        Map<String, Measured> large = acquire(effort, 1, "none", STRATEGIES, "99", "10000");
        List<Table> tables = new ArrayList<>();
        tables.add(oneThread(references, small, windows, large));
        tables.add(references(references));
        tables.add(threads(effort, small));
        return tables;
    }

    /** All strategies with all numbers of keys; nothing where only the targets are wanted. */
    public static List<Table> sizes(Effort effort, String limits, int threads) {
        return effort.complete() ? List.of(sizes(limits, threads)) : List.of();
    }

    private static Table oneThread(
            Map<String, Measured> references,
            Map<String, Measured> small,
            Map<String, Measured> windows,
            Map<String, Measured> large) {
        double floor = reference(references, "atomicRoundRobin").time().median();
        Table table = Table.of(
                "engine",
                "acquire + succeeded, one thread (targets: 10 keys 120 ns and 64 B, with windows 200 ns, 10,000 keys 3x)",
                "strategy",
                "10 keys, ns",
                "B",
                "x floor",
                "with windows, ns",
                "10,000 keys, 99 % cooling, ns",
                "x 10 keys",
                "met");
        for (String strategy : STRATEGIES) {
            Measured ten = reference(small, "acquireAndSucceed 0 10 none " + strategy);
            Measured metered = reference(windows, "acquireAndSucceed 0 10 windows " + strategy);
            Measured many = reference(large, "acquireAndSucceed 99 10000 none " + strategy);
            double growth = many.time().median() / ten.time().median();
            boolean met = ten.time().median() <= 120
                    && ten.bytes() <= 64
                    && metered.time().median() <= 200
                    && growth <= 3;
            table.row(
                    strategy,
                    ten.time().shown(),
                    number(ten.bytes()),
                    ratio(ten.time().median() / floor),
                    metered.time().shown(),
                    many.time().shown(),
                    ratio(growth),
                    met(met));
        }
        return table;
    }

    private static Table references(Map<String, Measured> references) {
        double floor = reference(references, "atomicRoundRobin").time().median();
        Table table = Table.of("references", "The references, one thread, same run", "reference", "ns", "B", "x floor");
        references.forEach((name, measured) -> table.row(
                name,
                measured.time().shown(),
                number(measured.bytes()),
                ratio(measured.time().median() / floor)));
        return table;
    }

    /** JMH tells the time of an operation in one of the threads; what counts is how many all of them did. */
    private static Table threads(Effort effort, Map<String, Measured> one) {
        String[] strategies = effort.complete() ? STRATEGIES : new String[] {"quota_failover", "round_robin", "random"};
        Map<String, Measured> two = acquire(effort, 2, "none", strategies, "0", "10");
        Map<String, Measured> eight = acquire(effort, 8, "none", strategies, "0", "10");
        Table table = Table.of(
                "threads",
                "Throughput of all threads, 10 keys, operations per microsecond (target: eight threads no less than one)",
                "strategy",
                "1 thread",
                "2 threads",
                "8 threads",
                "8 : 1",
                "met");
        for (String strategy : strategies) {
            String name = "acquireAndSucceed 0 10 none " + strategy;
            double alone = 1000 / reference(one, name).time().median();
            double pair = 2 * 1000 / reference(two, name).time().median();
            double crowd = 8 * 1000 / reference(eight, name).time().median();
            table.row(strategy, number(alone), number(pair), number(crowd), ratio(crowd / alone), met(crowd >= alone));
        }
        return table;
    }

    private static Table sizes(String limits, int threads) {
        // A figure here is for the shape; those of the targets above are taken with more care.
        Effort brief = new Effort(1, 300, 12, 1, true);
        Map<String, Measured> all = acquire(brief, threads, limits, STRATEGIES, COOLING, SIZES);
        String[] columns = new String[1 + STRATEGIES.length];
        columns[0] = "keys, cooling";
        System.arraycopy(STRATEGIES, 0, columns, 1, STRATEGIES.length);
        Table table = Table.of(
                "sizes-" + limits + "-" + threads,
                "acquire + succeeded by size, limits: " + limits + ", threads: " + threads + ", ns",
                columns);
        for (String keys : SIZES) {
            for (String cooling : COOLING) {
                String[] cells = new String[columns.length];
                cells[0] = keys + ", " + cooling + " %";
                for (int i = 0; i < STRATEGIES.length; i++) {
                    String name = "acquireAndSucceed " + cooling + " " + keys + " " + limits + " " + STRATEGIES[i];
                    cells[i + 1] = number(reference(all, name).time().median());
                }
                table.row(cells);
            }
        }
        return table;
    }

    private static Map<String, Measured> acquire(
            Effort effort, int threads, String limits, String[] strategies, String cooling, String keys) {
        return acquire(effort, threads, limits, strategies, new String[] {cooling}, new String[] {keys});
    }

    private static Map<String, Measured> acquire(
            Effort effort, int threads, String limits, String[] strategies, String[] cooling, String[] keys) {
        return Jmh.run(Jmh.options(effort, AcquireBenchmark.class)
                .threads(threads)
                .param("limits", limits)
                .param("strategy", strategies)
                .param("cooling", cooling)
                .param("keys", keys));
    }

    private static Measured reference(Map<String, Measured> all, String name) {
        Measured measured = all.get(name);
        if (measured == null) {
            throw new IllegalStateException("no benchmark " + name + " among " + all.keySet());
        }
        return measured;
    }
}
