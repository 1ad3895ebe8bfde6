package dev.poolswitch.benchmarks.goodput;

import java.util.Locale;

/** Prints the goodput of all scenarios as a Markdown table. */
public final class GoodputTable {

    private GoodputTable() {}

    public static void main(String[] args) {
        System.out.println(
                "| knows | scenario | load | goodput | wasted | errors | wait p99 | perfect p99 | bad keys |");
        System.out.println("|---|---|---|---|---|---|---|---|---|");
        for (Scenario scenario : Scenario.all()) {
            Simulation.Result result = Simulation.run(scenario);
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %s | %.0f %% | %.3f | %.4f | %.2f %% | %.2f s | %.2f s | %d |%n",
                    scenario.knowledge().name().toLowerCase(Locale.ROOT),
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
