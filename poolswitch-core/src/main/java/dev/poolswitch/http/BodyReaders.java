package dev.poolswitch.http;

import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads for what may block while somebody keeps the time, a read or what an application does with an answer: as many as
 * are in it, none at rest. A thread that is done waits a moment for the next body, for starting one takes longer than most
 * of these reads.
 */
@SuppressWarnings("ImmutableEnumChecker") // Its threads know nothing of each other.
enum BodyReaders implements Executor {
    INSTANCE;

    private final ThreadPoolExecutor threads =
            new ThreadPoolExecutor(0, Integer.MAX_VALUE, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                Thread thread = new Thread(task, "poolswitch-body");
                thread.setDaemon(true);
                return thread;
            });

    @Override
    public void execute(Runnable reading) {
        threads.execute(reading);
    }
}
