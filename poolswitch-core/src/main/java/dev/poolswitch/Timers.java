package dev.poolswitch;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Starts timers of the pool's time source. One that throws is the user's code and disturbs no call: it is reported once,
 * and the machine's own timer stands in, so that who waits is woken at about the right time. Thread-safe.
 */
public final class Timers {

    private static final TimeSource.Timer NONE = () -> {};

    private final Engine engine;
    private final AtomicBoolean complained = new AtomicBoolean();

    Timers(Engine engine) {
        this.engine = engine;
    }

    /** Runs an action once after a delay. Never throws. */
    public TimeSource.Timer schedule(Duration delay, Runnable action) {
        TimeSource source = engine.clock().source();
        try {
            return guarded(source, source.schedule(delay, action));
        } catch (Throwable e) { // whatever a time source does, nobody may wait for ever
            complain(source, e);
        }
        try {
            return TimeSource.system().schedule(delay, action);
        } catch (Throwable e) { // no thread to be had: other events will have to do
            complain(source, e);
            return NONE;
        }
    }

    private TimeSource.Timer guarded(TimeSource source, TimeSource.@Nullable Timer timer) {
        if (timer == null || source == TimeSource.system()) {
            return timer == null ? NONE : timer;
        }
        return () -> {
            try {
                timer.cancel();
            } catch (Throwable e) { // a timer that runs although it is not wanted finds nothing to do
                complain(source, e);
            }
        };
    }

    private void complain(TimeSource source, Throwable cause) {
        if (complained.compareAndSet(false, true)) {
            engine.log(
                    Level.WARNING,
                    "the timer of the time source " + source.getClass().getName()
                            + " failed; the machine's own is used whenever it does (told once)",
                    cause);
        }
    }
}
