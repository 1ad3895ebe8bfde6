package dev.poolswitch.acceptance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Many threads that do the same for a while. */
final class Threads {

    /** What each thread does over and over. */
    @FunctionalInterface
    interface Turn {
        void take() throws Exception;
    }

    /**
     * A thread for each task. The common pool of a machine with two processors has one thread, which is all that
     * {@code runAsync} has from Java 25 on: two tasks that wait for each other never end there.
     */
    static final Executor EACH_ITS_OWN = task -> new Thread(task).start();

    private Threads() {}

    /** Repeats the turn on each thread until the time is up; fails as the first turn that fails. */
    static void run(int threads, Duration duration, Turn turn) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        CyclicBarrier start = new CyclicBarrier(threads);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Callable<Void> loop = () -> {
                start.await();
                long end = System.nanoTime() + duration.toNanos();
                while (System.nanoTime() < end) {
                    turn.take();
                }
                return null;
            };
            running.add(executor.submit(loop));
        }
        try {
            for (Future<?> each : running) {
                each.get(duration.toSeconds() + 60, TimeUnit.SECONDS);
            }
        } finally {
            executor.shutdownNow();
        }
    }
}
