package dev.poolswitch.httpclient5;

import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.concurrent.CancellableDependency;
import org.jspecify.annotations.Nullable;

/**
 * All that a cancellation of one attempt must reach. HttpClient keeps the latest only, and now and then notes the lease of
 * a connection, which is over, after the exchange that runs on it; a cancellation then reaches nothing. Here it reaches
 * all, the newest first.
 */
final class Cancellations implements CancellableDependency {

    /** A part and those that were noted before it. */
    private record Noted(Cancellable part, @Nullable Noted before) {}

    private final CancellableDependency call;
    private @Nullable Noted noted;

    private Cancellations(CancellableDependency call) {
        this.call = call;
    }

    /** For one attempt of a call; takes the place of what was noted for the one before. */
    static Cancellations of(CancellableDependency call) {
        Cancellations all = new Cancellations(call);
        call.setDependency(all::cancelParts);
        return all;
    }

    @Override
    public void setDependency(Cancellable part) {
        boolean late;
        synchronized (this) {
            late = call.isCancelled();
            if (!late) {
                noted = new Noted(part, noted);
            }
        }
        if (late) {
            part.cancel();
        }
    }

    @Override
    public boolean isCancelled() {
        return call.isCancelled();
    }

    @Override
    public boolean cancel() {
        return call.cancel();
    }

    private boolean cancelParts() {
        if (!call.isCancelled()) {
            // The call is over, and something was noted late.
            return false;
        }
        Noted left;
        synchronized (this) {
            left = noted;
            noted = null;
        }
        boolean any = false;
        for (; left != null; left = left.before) {
            any |= left.part.cancel();
        }
        return any;
    }
}
