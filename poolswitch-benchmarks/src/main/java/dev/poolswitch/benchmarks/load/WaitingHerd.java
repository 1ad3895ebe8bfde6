package dev.poolswitch.benchmarks.load;

import com.sun.management.OperatingSystemMXBean;
import dev.poolswitch.ApiKey;
import dev.poolswitch.KeyPool;
import dev.poolswitch.Lease;
import dev.poolswitch.WhenExhausted;
import dev.poolswitch.benchmarks.report.Fork;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;

/**
 * A herd of threads waits for the only key, in a known order; then the key comes free and is handed from one to the
 * next. Tells how many were served out of turn, what waiting cost the processor, and how often a carrier was pinned.
 */
final class WaitingHerd {

    private static final long WATCHED_MILLIS = 2_000;

    private final KeyPool pool = KeyPool.builder()
            .key(ApiKey.builder("only", "secret").maxConcurrent(1).build())
            .whenExhausted(WhenExhausted.waitUpTo(Duration.ofMinutes(10)))
            .build();
    private final Queue<Integer> served = new ConcurrentLinkedQueue<>();
    private final int size;
    private final CountDownLatch done;

    private WaitingHerd(int size) {
        this.size = size;
        this.done = new CountDownLatch(size);
    }

    public static void main(String[] arguments) throws Exception {
        boolean virtual = Boolean.parseBoolean(arguments[1]);
        Path file = Files.createTempFile("herd", ".jfr");
        try (Recording events = new Recording()) {
            events.enable("jdk.VirtualThreadPinned").withThreshold(Duration.ZERO);
            events.start();
            new WaitingHerd(Integer.parseInt(arguments[0])).run(virtual);
            events.stop();
            events.dump(file);
            Fork.tell("pinned", RecordingFile.readAllEvents(file).size());
        } finally {
            Files.delete(file);
        }
        System.exit(0);
    }

    private void run(boolean virtual) throws Exception {
        Lease held = pool.acquire();
        for (int i = 0; i < size; i++) {
            int ticket = i;
            Thread waiting = started(virtual, () -> waitFor(ticket));
            // Counted in comes before the place in the line, and who comes next shall stand behind it.
            while (pool.status().waiting() <= i || waiting.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
        }
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long cpu = system.getProcessCpuTime();
        Thread.sleep(WATCHED_MILLIS);
        double busy = 100.0 * (system.getProcessCpuTime() - cpu) / 1e6 / WATCHED_MILLIS;
        long before = System.nanoTime();
        held.succeeded();
        done.await();
        Fork.tell("herd", outOfTurn(), busy, (System.nanoTime() - before) / 1e3 / size);
        pool.close();
    }

    private void waitFor(int ticket) {
        try (Lease lease = pool.acquire()) {
            served.add(ticket);
            lease.succeeded();
        } catch (Exception e) {
            throw new IllegalStateException("waiting failed", e);
        } finally {
            done.countDown();
        }
    }

    private int outOfTurn() {
        int late = 0;
        int last = -1;
        for (int ticket : served) {
            late += ticket < last ? 1 : 0;
            last = Math.max(last, ticket);
        }
        return late;
    }

    /** By reflection: this is compiled for a Java that has no virtual threads. */
    private static Thread started(boolean virtual, Runnable work) throws ReflectiveOperationException {
        if (virtual) {
            return (Thread)
                    Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, work);
        }
        Thread thread = new Thread(work, "herd");
        thread.start();
        return thread;
    }
}
