package dev.poolswitch.benchmarks.report;

/**
 * How long to measure.
 *
 * @param forks processes a JMH benchmark
 * @param warmupMillis before the measured iterations
 * @param iterations measured iterations a fork; short ones, so that some of them have the machine for themselves
 * @param rounds of a measurement that takes turns itself
 * @param complete whether all sizes and thread counts are measured, and not those of the targets only
 */
public record Effort(int forks, int warmupMillis, int iterations, int rounds, boolean complete) {

    /** The length of a measured iteration. */
    public static final int ITERATION_MILLIS = 20;

    /** Under three minutes in all. */
    public static Effort fast() {
        return new Effort(1, 1_000, 15, 40, false);
    }

    /** What docs/performance.md is made of. */
    public static Effort full() {
        return new Effort(3, 1_000, 50, 400, true);
    }

    /** Enough to see that it runs. */
    public static Effort glance() {
        return new Effort(0, 0, 1, 2, false);
    }
}
