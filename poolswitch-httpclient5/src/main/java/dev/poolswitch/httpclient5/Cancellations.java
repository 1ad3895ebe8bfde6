package dev.poolswitch.httpclient5;

import java.util.ArrayList;
import java.util.List;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.concurrent.CancellableDependency;

/**
 * All that a cancellation of one attempt must reach. HttpClient keeps the latest only, and now and then notes the lease of
 * a connection, which is over, after the exchange that runs on it; a cancellation then reaches nothing.
 */
final class Cancellations implements CancellableDependency {

    private final CancellableDependency call;
    private final List<Cancellable> parts = new ArrayList<>(4);

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
        synchronized (parts) {
            late = call.isCancelled();
            if (!late) {
                parts.add(part);
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
        List<Cancellable> noted;
        synchronized (parts) {
            noted = List.copyOf(parts);
            parts.clear();
        }
        boolean any = false;
        for (Cancellable part : noted) {
            any |= part.cancel();
        }
        return any;
    }
}
