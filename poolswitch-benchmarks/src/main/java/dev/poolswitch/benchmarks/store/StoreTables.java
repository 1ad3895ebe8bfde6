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
        double calm = Fork.value(told, "calm", 1);
        double storm = Fork.value(told, "storm", 1);
        table.row(
                number(Fork.value(told, "storm", 3)) + " cooldowns a second: another call, p99, ns",
                number(storm),
                number(calm) + " ns in calm",
                "no slower",
                met(storm <= 2 * calm));
        table.row(
                "the same, p50, ns",
                number(Fork.value(told, "storm", 0)),
                number(Fork.value(told, "calm", 0)) + " ns in calm",
                "no slower",
                met(Fork.value(told, "storm", 0) <= 1.5 * Fork.value(told, "calm", 0)));
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
}
