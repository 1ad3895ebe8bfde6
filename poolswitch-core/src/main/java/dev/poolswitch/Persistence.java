package dev.poolswitch;

import dev.poolswitch.store.KeyRecord;
import dev.poolswitch.store.KeyStateStore;
import dev.poolswitch.store.StoredState;
import dev.poolswitch.verdict.Scope;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Writes what was learned behind the calls: closings at once, counters within a second, each time everything that is
 * waiting in one batch, on a thread that exists only while there is something to write. A store that throws or hangs
 * costs the calls nothing but the wait for one commit: from then on nobody waits until it works again.
 */
final class Persistence {

    private static final Duration COUNTERS_WITHIN = Duration.ofMillis(500);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(30);
    private static final long PATIENCE_MILLIS = 1000;

    private final Engine engine;
    private final @Nullable KeyStateStore store;
    private final StateMapper mapper;
    private final ThreadPoolExecutor writer;
    private final Object lock = new Object();
    /** What changed since the last batch, by identity; guarded by the lock. */
    private Map<KeyRecord.Id, KeySlot> changed = new LinkedHashMap<>();
    /** The batch that will hold the next change; guarded by the lock. */
    private @Nullable CompletableFuture<Void> next;

    /** Keys that were added while the store could not be read. */
    private final Set<KeySlot> unread = ConcurrentHashMap.newKeySet();

    private volatile boolean countersDue;
    /** Whether others may have used of our keys' months. */
    private volatile boolean monthsDue;

    private volatile boolean failing;
    private volatile boolean closed;
    private volatile boolean loaded;
    private Duration retryAfter = FIRST_RETRY;
    private volatile KeyStateStore.@Nullable Subscription subscription;

    Persistence(Engine engine, @Nullable KeyStateStore store) {
        this.engine = engine;
        this.store = store;
        this.mapper = new StateMapper(engine);
        String name = "poolswitch-store-" + engine.settings().name();
        writer = new ThreadPoolExecutor(
                1, 1, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> Daemons.thread(name, task));
        writer.allowCoreThreadTimeOut(true);
    }

    /** Brings back what the store knows and listens to what others learn. */
    void restore() {
        if (store == null) {
            return;
        }
        try {
            load(store);
        } catch (Throwable e) { // a store that fails never fails the pool
            storeFailed(e);
            retryLater();
        }
    }

    private void load(KeyStateStore from) throws IOException {
        String pool = engine.settings().name();
        List<KeySlot> present = List.copyOf(engine.roster().slots().values());
        StoredState stored = from.load(pool);
        mapper.salt(stored.salt());
        // Several records may tell of one account: what happened last must have the last word.
        stored.records().stream()
                .sorted(Comparator.comparing(KeyRecord::changedAt))
                .forEach(record -> mapper.adopt(record, true));
        present.forEach(mapper::restored);
        loaded = true;
        engine.opened();
        try {
            subscription = closed ? null : from.observe(pool, this::adopt);
        } catch (Throwable e) { // what others learn stays unknown, but what is learned here can be saved
            storeFailed(e);
        }
    }

    /** Brings back what the store knows of a key that was added at runtime. */
    void restore(KeySlot slot) {
        if (store == null) {
            return;
        }
        try {
            load(store, Set.of(slot));
        } catch (Throwable e) { // as above
            storeFailed(e);
            unread.add(slot);
        }
        counted(); // what was used meanwhile, and what could not be read
    }

    private void load(KeyStateStore from, Set<KeySlot> slots) throws IOException {
        StoredState stored = from.load(engine.settings().name());
        if (!loaded) {
            mapper.salt(stored.salt());
        }
        for (KeySlot slot : slots) {
            stored.records().stream()
                    .filter(record -> record.keyId().equals(slot.key().id()))
                    .forEach(record -> mapper.adopt(record, true));
            mapper.restored(slot);
            if (slot.quota() != null) {
                monthsDue = true; // news of others that came meanwhile could not be understood
            }
        }
    }

    /** A lease was counted. Nearly always one volatile read. */
    void counted() {
        if (store != null && !countersDue) {
            scheduleCounters();
        }
    }

    /** A gate has moved. It is written with the next batch. */
    void changed(Scope scope, KeySlot slot, String subject) {
        if (store == null) {
            return;
        }
        KeyRecord.Id id = new KeyRecord.Id(scope, scope.isOfKey() ? slot.key().id() : "", subject);
        synchronized (lock) {
            changed.put(id, slot);
        }
        counted();
    }

    /** Writes at once. Completes when what has changed so far is durable, or cannot be made so now. */
    CompletableFuture<Void> commit() {
        if (store == null || closed) {
            return Engine.DURABLE;
        }
        CompletableFuture<Void> batch = nextBatch();
        return failing ? Engine.DURABLE : batch;
    }

    private CompletableFuture<Void> nextBatch() {
        synchronized (lock) {
            if (next == null && !closed) {
                next = new CompletableFuture<>();
                writer.execute(this::write);
            }
            return next == null ? Engine.DURABLE : next;
        }
    }

    private void writeSoon() {
        Future<Void> batch = nextBatch();
        if (batch.isDone()) {
            countersDue = false;
        }
    }

    /** Waits for a commit, but not for a store that hangs, and not after an interrupt. */
    void await(CompletableFuture<Void> commit) {
        if (failing || commit.isDone()) {
            return;
        }
        try {
            commit.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            storeFailed(new TimeoutException("no commit within " + PATIENCE_MILLIS + " ms"));
        } catch (ExecutionException e) {
            throw new AssertionError("a batch never completes exceptionally", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    boolean failing() {
        return failing;
    }

    void close() {
        if (store == null) {
            return;
        }
        CompletableFuture<Void> last = nextBatch();
        closed = true;
        await(last);
        KeyStateStore.Subscription observing = subscription;
        if (observing != null) {
            try {
                observing.close();
            } catch (Throwable e) { // whatever it says, the pool is closed
                engine.log(Level.WARNING, "the store could not end its subscription: " + e.getMessage());
            }
        }
        writer.shutdown();
    }

    private void scheduleCounters() {
        countersDue = true;
        engine.timers().schedule(COUNTERS_WITHIN, this::writeSoon);
    }

    private void write() {
        Map<KeyRecord.Id, KeySlot> batch;
        CompletableFuture<Void> written;
        synchronized (lock) {
            batch = changed;
            changed = new LinkedHashMap<>();
            written = next;
            next = null;
        }
        countersDue = false;
        try {
            save(batch);
        } catch (Throwable e) { // whatever a store does, the calls go on and the changes are kept
            synchronized (lock) {
                batch.forEach(changed::putIfAbsent);
            }
            storeFailed(e);
            retryLater();
        } finally {
            if (written != null) {
                written.complete(null);
            }
        }
    }

    private void save(Map<KeyRecord.Id, KeySlot> batch) throws IOException {
        if (store == null) {
            return;
        }
        if (!loaded) {
            load(store); // without the store's salt every stored record would look like one of another secret
        }
        if (!unread.isEmpty()) {
            Set<KeySlot> late = Set.copyOf(unread);
            load(store, late);
            unread.removeAll(late);
        }
        StateMapper.Batch records = mapper.batch(batch);
        if (!records.changes().isEmpty()) {
            store.save(engine.settings().name(), records.changes());
            records.saved();
        }
        if (monthsDue) {
            countMonthsOfOthers(store);
        }
        if (failing) {
            failing = false;
            retryAfter = FIRST_RETRY;
            engine.listeners()
                    .tell(new PoolEvent.StoreRecovered(engine.settings().name()));
        }
    }

    /** On the thread that saves, so that nothing of ours is on its way and no call is counted twice. */
    private void countMonthsOfOthers(KeyStateStore from) throws IOException {
        monthsDue = false;
        try {
            from.load(engine.settings().name()).records().forEach(mapper::countMonthOfOthers);
        } catch (Throwable e) {
            monthsDue = true;
            throw e;
        }
    }

    private void retryLater() {
        if (!closed) {
            engine.timers().schedule(retryAfter, this::writeSoon);
            Duration longer = retryAfter.multipliedBy(2);
            retryAfter = longer.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : longer;
        }
    }

    private void storeFailed(Throwable problem) {
        if (failing) {
            return;
        }
        failing = true;
        String what = problem.getMessage() == null ? problem.getClass().getName() : problem.getMessage();
        engine.log(Level.WARNING, "the store failed; the pool goes on in memory and tries again: " + what);
        engine.listeners().tell(new PoolEvent.StoreFailed(engine.settings().name(), what));
    }

    private void adopt(Collection<KeyRecord> records) {
        records.forEach(record -> mapper.adopt(record, false));
        if (records.stream().anyMatch(mapper::tellsOfMonth)) {
            monthsDue = true;
            counted();
        }
        engine.opened();
    }
}
