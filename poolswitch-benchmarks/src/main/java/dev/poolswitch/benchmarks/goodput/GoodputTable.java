package dev.poolswitch.benchmarks.goodput;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Prints the goodput of all scenarios as a Markdown table, on the clock that is moved by hand. */
public final class GoodputTable {

    private GoodputTable() {}

    /** Takes a few seconds. */
    public static void main(String[] args) {
        print(Scenario.all(), Simulation::run);
    }

    static void print(List<Scenario> scenarios, Function<Scenario, Result> runner) {
        System.out.println(
                "| knows | scenario | load | goodput | wasted | errors | wait p99 | perfect p99 | bad keys |");
        System.out.println("|---|---|---|---|---|---|---|---|---|");
        for (Scenario scenario : scenarios) {
            Result result = runner.apply(scenario);
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %s | %.0f %% | %.3f | %.4f | %.2f %% | %.2f s | %.2f s | %d |%n",
                    scenario.knowledge().label(),
                    scenario.name(),
                    100 * scenario.load(),
                    result.goodput(),
                    result.wasted(),
                    100 * result.errors(),
                    result.waitP99(),
                    result.perfectWaitP99(),
                    result.badKeyCalls());
        }
    }
}
