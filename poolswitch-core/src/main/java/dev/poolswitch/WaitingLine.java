package dev.poolswitch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The calls that wait for a key, first come first served. One thread at a time serves the line; others that find reason
 * to serve it only say so, hence no lock is held while a strategy of the user chooses, and nobody waits for anybody. A
 * single timer per pool wakes the line when the next key is due, so waiting costs no thread and no polling.
 */
final class WaitingLine {

    /** A call that waits. */
    private final class Waiter extends CompletableFuture<Lease> {

        private final LeaseRequest request;
        private final AtomicBoolean left = new AtomicBoolean();
        private volatile TimeSource.@Nullable Timer patience;

        Waiter(LeaseRequest request) {
            this.request = request;
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            boolean cancelled = super.cancel(mayInterruptIfRunning);
            if (cancelled && leave(this)) {
                serve();
            }
            return cancelled;
        }
    }

    /** If a key that seems ready cannot be had, the line does not spin. */
    private static final long SHORTEST_REST = Duration.ofMillis(1).toNanos();

    private final Engine engine;
    private final ConcurrentLinkedQueue<Waiter> line = new ConcurrentLinkedQueue<>();
    private final AtomicInteger length = new AtomicInteger();
    private final AtomicInteger reasonsToServe = new AtomicInteger();
    private TimeSource.@Nullable Timer alarm;
    private long alarmAt = Nanos.NEVER;
    private volatile boolean rung;

    WaitingLine(Engine engine) {
        this.engine = engine;
    }

    boolean isEmpty() {
        return length.get() == 0;
    }

    int length() {
        return length.get();
    }

    /** Waits in the line. The future fails when the patience ends; cancelling it leaves the line. */
    CompletableFuture<Lease> join(LeaseRequest request, long patienceNanos) {
        Waiter waiter = new Waiter(request);
        length.incrementAndGet();
        waiter.patience = engine.timers().schedule(Duration.ofNanos(patienceNanos), () -> losePatience(waiter));
        line.add(waiter);
        if (engine.closed()) {
            dismiss();
        }
        serve();
        return waiter;
    }

    /** Gives keys to those who wait, as far as there are any. Never blocks. */
    void serve() {
        if (reasonsToServe.getAndIncrement() != 0) {
            return;
        }
        int reasons = 1;
        do {
            round();
            // Whatever came in during the round is served by the next one, on this thread.
            reasons = reasonsToServe.addAndGet(-reasons);
        } while (reasons != 0);
    }

    /** Fails everybody, because the pool is closed. */
    void dismiss() {
        for (Waiter waiter = line.poll(); waiter != null; waiter = line.poll()) {
            if (leave(waiter)) {
                waiter.completeExceptionally(engine.exhausted(waiter.request, "the pool was closed"));
            }
        }
        serve();
    }

    private void round() {
        List<LeaseRequest> unserved = new ArrayList<>(0);
        boolean spent = false;
        for (Iterator<Waiter> waiters = line.iterator(); waiters.hasNext() && !spent; ) {
            Waiter waiter = waiters.next();
            if (waiter.left.get()) {
                waiters.remove();
            } else if (unserved.stream().noneMatch(waiter.request::asksNoLessThan) && !served(waiter)) {
                unserved.add(waiter.request);
                // What a call without wishes cannot have, nobody behind it can have either.
                spent = waiter.request.isPlain();
                if (!spent && engine.noKeyInSight()) {
                    // Calls that have tried different keys would be asked one by one, for nothing.
                    spent = true;
                    unserved.add(LeaseRequest.any());
                }
            }
        }
        setAlarm(unserved);
    }

    private boolean served(Waiter waiter) {
        try {
            Lease lease = engine.select(waiter.request);
            if (lease == null) {
                return false;
            }
            line.remove(waiter);
            hand(waiter, lease);
        } catch (Throwable e) { // one call's misfortune must not stop the line
            line.remove(waiter);
            if (leave(waiter)) {
                waiter.completeExceptionally(e);
            }
        }
        return true;
    }

    private void hand(Waiter waiter, Lease lease) {
        if (!leave(waiter) || !waiter.complete(lease)) {
            lease.unused();
        }
    }

    /** Whoever makes a waiter leave decides how its wait ends; everybody else is too late. */
    private boolean leave(Waiter waiter) {
        if (!waiter.left.compareAndSet(false, true)) {
            return false;
        }
        length.decrementAndGet();
        TimeSource.Timer patience = waiter.patience;
        if (patience != null) {
            patience.cancel();
        }
        return true;
    }

    private void losePatience(Waiter waiter) {
        if (leave(waiter)) {
            waiter.completeExceptionally(engine.exhausted(waiter.request, "no key became ready in time"));
            serve();
        }
    }

    private void setAlarm(List<LeaseRequest> unserved) {
        long now = engine.clock().now();
        long at = Nanos.NEVER;
        for (LeaseRequest request : unserved) {
            at = Math.min(at, engine.lookAgainAt(request, now));
        }
        if (rung) {
            rung = false;
            alarm = null;
        }
        // An alarm that is a little early does no harm; setting it anew for each lease that ends would.
        if (alarm != null && (at < alarmAt || at >= Nanos.NEVER)) {
            alarm.cancel();
            alarm = null;
        }
        if (at < Nanos.NEVER && alarm == null) {
            alarmAt = Math.max(at, now + SHORTEST_REST);
            alarm = engine.timers().schedule(Duration.ofNanos(alarmAt - now), this::ring);
        }
    }

    private void ring() {
        rung = true;
        serve();
    }
}
