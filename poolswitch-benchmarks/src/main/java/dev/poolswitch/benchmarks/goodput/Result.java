package dev.poolswitch.benchmarks.goodput;

import java.util.Arrays;
import java.util.Collection;

/**
 * What came of a run.
 *
 * @param goodput calls answered within the run in relation to a perfect scheduler
 * @param wasted refused calls of good keys per accepted one
 * @param errors the share of the calls that got an error
 * @param waitP99 the 99th percentile of what calls waited, in seconds
 * @param perfectWaitP99 what they would have waited under a perfect scheduler
 * @param badKeyCalls refused calls of the revoked and the spent key
 */
record Result(double goodput, double wasted, double errors, double waitP99, double perfectWaitP99, long badKeyCalls) {

    static Result of(
            Perfect perfect,
            long acceptedInRun,
            long accepted,
            long refused,
            long errors,
            Collection<Long> waits,
            long badKeyCalls) {
        return new Result(
                acceptedInRun / (double) perfect.acceptedInRun(),
                refused / (double) Math.max(1, accepted),
                errors / (double) perfect.waits().size(),
                percentile(waits),
                percentile(perfect.waits()),
                badKeyCalls);
    }

    private static double percentile(Collection<Long> nanos) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(sorted);
        return sorted.length == 0
                ? 0
                : sorted[(int) Math.min(sorted.length - 1, Math.floor(0.99 * sorted.length))] / 1e9;
    }
}
