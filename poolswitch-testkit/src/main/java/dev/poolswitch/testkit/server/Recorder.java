package dev.poolswitch.testkit.server;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.BooleanSupplier;

/** What the server has seen, under one monitor so that tests can wait for it. */
final class Recorder {
    private final ArrayDeque<RecordedRequest> requests = new ArrayDeque<>();
    private final int capacity;
    private long keptBytes;
    private long count;
    private int accepted;
    private int open;
    private int connectionIds;

    // Enough for a load test's tail without eating the heap of its JVM.
    private static final long MAX_KEPT_BYTES = 128L << 20;

    Recorder(int capacity) {
        this.capacity = capacity;
    }

    synchronized RecordedRequest record(RecordedRequest request) {
        RecordedRequest numbered = request.numbered(++count);
        requests.add(numbered);
        keptBytes += numbered.keptBody().length;
        while (requests.size() > capacity || (keptBytes > MAX_KEPT_BYTES && requests.size() > 1)) {
            keptBytes -= requests.remove().keptBody().length;
        }
        notifyAll();
        return numbered;
    }

    synchronized int connectionAccepted() {
        accepted++;
        open++;
        notifyAll();
        return ++connectionIds;
    }

    synchronized void connectionClosed() {
        open--;
        notifyAll();
    }

    synchronized List<RecordedRequest> requests() {
        return List.copyOf(requests);
    }

    synchronized long count() {
        return count;
    }

    synchronized int accepted() {
        return accepted;
    }

    synchronized int open() {
        return open;
    }

    synchronized void reset() {
        requests.clear();
        keptBytes = 0;
        count = 0;
        accepted = 0;
    }

    /** Waits until the condition, which may read this recorder, holds; returns whether it did in time. */
    synchronized boolean await(BooleanSupplier condition, Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            wait(left / 1_000_000, (int) (left % 1_000_000));
        }
        return true;
    }
}
