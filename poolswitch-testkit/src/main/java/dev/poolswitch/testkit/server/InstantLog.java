package dev.poolswitch.testkit.server;

import java.util.Arrays;

/** Instants on the provider's clock. Not thread-safe. */
final class InstantLog {
    private long[] instants = new long[64];
    private int size;

    void add(long nanos) {
        if (size == instants.length) {
            instants = Arrays.copyOf(instants, size * 2);
        }
        instants[size++] = nanos;
    }

    /** The most instants that lie within any span shorter than the window. */
    int mostWithin(long windowNanos) {
        long[] sorted = Arrays.copyOf(instants, size);
        Arrays.sort(sorted);
        int most = 0;
        int first = 0;
        for (int last = 0; last < sorted.length; last++) {
            while (sorted[last] - sorted[first] >= windowNanos) {
                first++;
            }
            most = Math.max(most, last - first + 1);
        }
        return most;
    }
}
