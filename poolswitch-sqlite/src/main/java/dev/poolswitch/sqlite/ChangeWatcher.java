package dev.poolswitch.sqlite;

import dev.poolswitch.store.KeyRecord;
import dev.poolswitch.store.KeyStateStore;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks for changes that other processes have committed, on a thread that lives while somebody is subscribed. Looking
 * costs a few microseconds: SQLite tells from shared memory whether anybody has committed at all.
 */
final class ChangeWatcher {

    private final Reader reader;
    private final Settings settings;
    private final String name;
    /** By pool; guarded by this. */
    private final Map<String, Watched> pools = new HashMap<>();
    /** Guarded by this. */
    private @Nullable Thread thread;

    private boolean failing;

    /** What is known of a pool; guarded by the watcher. */
    private static final class Watched {
        private long seen = -1;
        private final List<Observer> observers = new ArrayList<>();
    }

    /** A class and no record: the same consumer may observe twice, and each subscription ends on its own. */
    private static final class Observer {
        private final Consumer<Collection<KeyRecord>> consumer;

        Observer(Consumer<Collection<KeyRecord>> consumer) {
            this.consumer = consumer;
        }
    }

    ChangeWatcher(Reader reader, Settings settings, String name) {
        this.reader = reader;
        this.settings = settings;
        this.name = name;
    }

    /** The pool was read up to a revision, so observing begins there. */
    synchronized void loaded(String pool, long revision) {
        Watched watched = watched(pool);
        if (watched.observers.isEmpty()) {
            watched.seen = revision;
        }
    }

    /** The revision up to which a pool's rows are known in this process. */
    synchronized long seen(String pool) {
        return watched(pool).seen;
    }

    synchronized KeyStateStore.Subscription add(String pool, long writer, Consumer<Collection<KeyRecord>> consumer) {
        Observer own = new Observer(consumer);
        watched(pool).observers.add(own);
        if (thread == null) {
            thread = new Thread(() -> watch(writer), name);
            thread.setDaemon(true);
            thread.start();
        }
        return () -> remove(pool, own);
    }

    synchronized void close() {
        pools.values().forEach(watched -> watched.observers.clear());
        notifyAll();
    }

    private synchronized void remove(String pool, Observer observer) {
        watched(pool).observers.remove(observer);
        notifyAll();
    }

    private void watch(long writer) {
        long version = -1;
        do {
            try {
                long current = reader.dataVersion();
                if (current != version) {
                    for (String pool : watchedPools()) {
                        handOver(pool, writer);
                    }
                    version = current;
                }
                failing = false;
            } catch (SQLException | IllegalArgumentException e) {
                if (!failing && !idle()) {
                    SqliteStateStore.LOG.log(
                            Level.WARNING, name + ": changes of others cannot be read; looking on: " + e.getMessage());
                    failing = true;
                }
            }
        } while (!idleAfterPause());
    }

    private void handOver(String pool, long writer) throws SQLException {
        Reader.Changes changes = reader.changes(pool, seen(pool), writer);
        for (Observer each : changes.rows().isEmpty() ? List.<Observer>of() : observers(pool)) {
            try {
                each.consumer.accept(changes.rows());
            } catch (RuntimeException e) {
                SqliteStateStore.LOG.log(Level.WARNING, name + ": an observer of pool " + pool + " failed", e);
            }
        }
        synchronized (this) {
            watched(pool).seen = changes.upTo();
        }
    }

    private synchronized List<Observer> observers(String pool) {
        return List.copyOf(watched(pool).observers);
    }

    private synchronized List<String> watchedPools() {
        return pools.entrySet().stream()
                .filter(entry -> !entry.getValue().observers.isEmpty())
                .map(Map.Entry::getKey)
                .toList();
    }

    private synchronized boolean idle() {
        return pools.values().stream().allMatch(watched -> watched.observers.isEmpty());
    }

    /** Waits for the next look. Returns whether nobody is left; then the thread has given up its place. */
    private synchronized boolean idleAfterPause() {
        long end = System.nanoTime() + settings.pollInterval().toNanos();
        long left = settings.pollInterval().toMillis();
        try {
            while (left > 0 && !idle()) {
                wait(left);
                left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            }
        } catch (InterruptedException e) { // nobody else has this thread, so it is meant to end
            close();
        }
        if (idle()) {
            thread = null;
            return true;
        }
        return false;
    }

    private Watched watched(String pool) {
        return pools.computeIfAbsent(pool, key -> new Watched());
    }
}
