package dev.poolswitch.benchmarks;

import dev.poolswitch.benchmarks.report.Effort;
import java.nio.file.Path;

/** Takes all figures with care and writes them into the tables of docs/performance.md. */
public final class FullBenchmarks {

    private FullBenchmarks() {}

    public static void main(String[] args) {
        Path document = Path.of(System.getProperty("benchmarks.document", "docs/performance.md"));
        Benchmarks.run(Effort.full(), Benchmarks.wanted(), table -> Benchmarks.write(document, table));
    }
}
