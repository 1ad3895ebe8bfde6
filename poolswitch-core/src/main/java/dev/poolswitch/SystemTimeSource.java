package dev.poolswitch;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The machine's clocks; its one timer thread exists only while a timer is pending. */
@SuppressWarnings("ImmutableEnumChecker") // A clock has no state; its timers are somebody else's.
enum SystemTimeSource implements TimeSource {
    INSTANCE;

    private final ScheduledThreadPoolExecutor timers;

    SystemTimeSource() {
        timers = new ScheduledThreadPoolExecutor(1, action -> {
            Thread thread = new Thread(action, "poolswitch-timer");
            thread.setDaemon(true);
            return thread;
        });
        timers.setKeepAliveTime(5, TimeUnit.SECONDS);
        timers.allowCoreThreadTimeOut(true);
        timers.setRemoveOnCancelPolicy(true);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Instant instant() {
        return Instant.now();
    }

    @Override
    public Timer schedule(Duration delay, Runnable action) {
        Future<?> pending = timers.schedule(action, Nanos.of(delay), TimeUnit.NANOSECONDS);
        return () -> pending.cancel(false);
    }
}
