package dev.poolswitch.benchmarks.store;

import static dev.poolswitch.benchmarks.report.Figures.met;
import static dev.poolswitch.benchmarks.report.Figures.number;

import dev.poolswitch.benchmarks.report.Effort;
import dev.poolswitch.benchmarks.report.Figures;
import dev.poolswitch.benchmarks.report.Fork;
import dev.poolswitch.benchmarks.report.Table;
import java.util.List;

/** SQLite beside memory. */
public final class StoreTables {

    private StoreTables() {}

    public static List<Table> of(Effort effort) {
        List<String[]> told = Fork.figures(StorePairs.class, List.of(), String.valueOf(effort.rounds()));
        Table table = Table.of("store", "SQLite", "what", "measured", "beside", "target", "met");
        Figures happy =
                new Figures(Fork.value(told, "happy", 1), Fork.value(told, "happy", 2), Fork.value(told, "happy", 3));
        table.row(
                "acquire + succeeded, % more than in memory",
                happy.shown(), number(Fork.value(told, "happy", 0)) + " ns in memory", "5 %", met(happy.median() <= 5));
        storm(table, told, "p50", 0);
        storm(table, told, "p99", 1);
        Figures restart = new Figures(
                Fork.value(told, "restart", 0), Fork.value(told, "restart", 1), Fork.value(told, "restart", 2));
        table.row(
                "a restart with 10,000 cooling keys, ms (the first in a new JVM: "
                        + number(Fork.value(told, "restart", 3)) + ")",
                restart.shown(),
                number(Fork.value(told, "restart", 4)) + " ms without a store",
                "100 ms",
                met(restart.median() < 100));
        return List.of(table);
    }

    /** What the storm does to a pool in memory is the engine's; what it does beyond that is the store's. */
    private static void storm(Table table, List<String[]> told, String percentile, int index) {
        double memory = Fork.value(told, "storm-in-memory", index);
        double stored = Fork.value(told, "storm", index);
        double calm = Fork.value(told, "storm", 3 + index);
        table.row(
                number(Fork.value(told, "storm", 2)) + " cooldowns a second: another call, " + percentile + ", ns",
                number(stored),
                number(memory) + " ns in memory, " + number(calm) + " ns in calm",
                "as in memory",
                met(stored <= 1.5 * memory));
    }
}
