package dev.poolswitch;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Hands events to the listeners, each on a thread of its own that exists only while there is something to hear. */
final class Listeners {

    private static final Logger LOG = System.getLogger("dev.poolswitch");
    private static final int BACKLOG = 1024;

    private final List<Outlet> outlets;

    Listeners(String pool, List<PoolListener> listeners) {
        outlets = listeners.stream().map(listener -> new Outlet(pool, listener)).toList();
    }

    boolean any() {
        return !outlets.isEmpty();
    }

    void tell(PoolEvent event) {
        for (Outlet outlet : outlets) {
            outlet.tell(event);
        }
    }

    void close() {
        outlets.forEach(outlet -> outlet.executor.shutdown());
    }

    private static final class Outlet {

        private final PoolListener listener;
        private final ThreadPoolExecutor executor;
        private final AtomicLong dropped = new AtomicLong();

        Outlet(String pool, PoolListener listener) {
            this.listener = listener;
            executor = new ThreadPoolExecutor(
                    1,
                    1,
                    5,
                    TimeUnit.SECONDS,
                    new ArrayBlockingQueue<>(BACKLOG),
                    task -> Daemons.thread("poolswitch-events-" + pool, task),
                    (task, queue) -> makeRoom(task, queue));
            executor.allowCoreThreadTimeOut(true);
        }

        void tell(PoolEvent event) {
            try {
                executor.execute(() -> hear(event));
            } catch (Throwable e) { // no thread to be had: the event is lost, not the call
                LOG.log(Level.WARNING, "a pool listener could not be told of " + event, e);
            }
        }

        private void hear(PoolEvent event) {
            try {
                listener.onEvent(event);
            } catch (Throwable e) { // whatever a listener does, the next event must reach it
                LOG.log(Level.WARNING, "a pool listener failed on " + event, e);
            }
        }

        private void makeRoom(Runnable task, ThreadPoolExecutor queue) {
            if (queue.isShutdown()) {
                return;
            }
            queue.getQueue().poll();
            if (dropped.getAndIncrement() % BACKLOG == 0) {
                LOG.log(Level.WARNING, "a pool listener falls behind; " + dropped.get() + " events dropped so far");
            }
            queue.execute(task);
        }
    }
}
