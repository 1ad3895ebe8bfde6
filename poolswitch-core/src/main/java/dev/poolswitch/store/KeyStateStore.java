package dev.poolswitch.store;

import java.io.IOException;
import java.util.Collection;
import java.util.function.Consumer;

/**
 * Keeps what a pool learned, so that a restart or another process does not learn it again at the provider. The engine's
 * memory is authoritative; a store is written behind, in batches, by one thread a pool, and may be shared by several
 * pools and, where the implementation says so, by several processes or machines.
 *
 * <p>Implementations are thread-safe. When {@link #save} returns, the batch survives the death of the process. A store
 * that throws or hangs disturbs no call: the pool goes on in memory, reports it and tries again.
 */
public interface KeyStateStore extends AutoCloseable {

    /**
     * All that is known about a pool's keys.
     *
     * @param pool the pool's name
     * @throws IOException when the store cannot be read
     */
    StoredState load(String pool) throws IOException;

    /**
     * Makes changes durable, all or none. Each is merged into the stored record as {@link KeyRecord#mergedWith} says.
     *
     * @param pool the pool's name
     * @param changes at most one record an {@linkplain KeyRecord#id() identity}, their counters an increase
     * @throws IOException when nothing was saved; the same changes will come again
     */
    void save(String pool, Collection<KeyRecord> changes) throws IOException;

    /**
     * Hands over the records that others have changed, as totals, until the returned subscription is closed. A store
     * that cannot observe does nothing, which is the default.
     *
     * @param pool the pool's name
     * @param changes called on a thread of the store, never concurrently
     */
    default Subscription observe(String pool, Consumer<Collection<KeyRecord>> changes) {
        return () -> {};
    }

    /** Gives back files, threads and connections; closing twice has no effect. */
    @Override
    void close();

    /** Ends the handing over of changes. */
    @FunctionalInterface
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
