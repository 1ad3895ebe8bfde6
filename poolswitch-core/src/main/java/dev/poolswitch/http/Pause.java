package dev.poolswitch.http;

import java.util.concurrent.CompletableFuture;

/** A wait: for a back-off to end or for a key to become ready. Thread-safe. */
public final class Pause implements Step {

    private final CompletableFuture<Step> next;
    private final Runnable whenAbandoned;

    Pause(CompletableFuture<Step> next, Runnable whenAbandoned) {
        this.next = next;
        this.whenAbandoned = whenAbandoned;
    }

    /** The step after the wait; never fails. Its dependents run on a timer's thread and must not block. */
    public CompletableFuture<Step> next() {
        return next;
    }

    /** The caller has gone: nothing will be sent, and a key that was given meanwhile is given back. */
    public void abandon() {
        whenAbandoned.run();
        if (!next.cancel(false) && !next.isCompletedExceptionally()) {
            giveBack(next.join());
        }
    }

    /** Ends a wait; if nobody waits any more, what the step holds is given back. */
    static void end(CompletableFuture<Step> next, Step step) {
        if (!next.complete(step)) {
            giveBack(step);
        }
    }

    private static void giveBack(Step step) {
        if (step instanceof Attempt attempt) {
            attempt.unsent();
        } else if (step instanceof Pause pause) {
            pause.abandon();
        }
    }
}
