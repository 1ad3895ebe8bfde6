package dev.poolswitch.benchmarks;

import dev.poolswitch.benchmarks.report.Effort;
import java.nio.file.Path;

/** Takes all figures with care and writes them into the tables of docs/performance.md. */
public final class FullBenchmarks {

    private FullBenchmarks() {}

    public static void main(String[] args) {
        Path document = Path.of(System.getProperty("benchmarks.document", "docs/performance.md"));
        // Quick figures are better than none where the machine is busy anyway; the document says how they were taken.
        boolean fast = System.getProperty("benchmarks.effort", "full").equals("fast");
        Benchmarks.run(
                fast ? Effort.fast() : Effort.full(), Benchmarks.wanted(), table -> Benchmarks.write(document, table));
    }
}
