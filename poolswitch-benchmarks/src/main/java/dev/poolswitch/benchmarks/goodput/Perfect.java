package dev.poolswitch.benchmarks.goodput;

import java.util.ArrayList;
import java.util.List;

/** First come first served over the same keys by somebody who knows everything and needs no time. */
record Perfect(int acceptedInRun, List<Long> waits) {

    static Perfect schedule(Scenario scenario, List<Long> arrivals, long runNanos) {
        long window = scenario.window().toNanos();
        int perWindow = scenario.limits().stream().mapToInt(Integer::intValue).sum();
        List<Long> sends = new ArrayList<>();
        List<Long> waits = new ArrayList<>();
        int accepted = 0;
        for (int i = 0; i < arrivals.size(); i++) {
            long at = arrivals.get(i);
            if (i > 0) {
                at = Math.max(at, sends.get(i - 1));
            }
            if (i >= perWindow) {
                at = Math.max(at, sends.get(i - perWindow) + window);
            }
            sends.add(at);
            waits.add(at - arrivals.get(i));
            accepted += at < runNanos ? 1 : 0;
        }
        return new Perfect(accepted, waits);
    }
}
