package dev.poolswitch.benchmarks;

import dev.poolswitch.benchmarks.report.Effort;

/** Prints what is measured in under three minutes: good enough to see that nothing has become slow. */
public final class FastBenchmarks {

    private FastBenchmarks() {}

    public static void main(String[] args) {
        Benchmarks.run(Effort.fast(), Benchmarks.wanted(), Benchmarks::print);
    }
}
