package dev.poolswitch.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.store.KeyRecord;
import dev.poolswitch.store.KeyStateStore;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** What a store hands over of the changes of others. */
final class ChangeLog implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(2);

    private final Map<String, KeyRecord> latest = new HashMap<>();
    private final KeyStateStore.Subscription subscription;

    static ChangeLog of(KeyStateStore store, String pool) {
        return new ChangeLog(store, pool, false);
    }

    static ChangeLog thatThrows(KeyStateStore store, String pool) {
        return new ChangeLog(store, pool, true);
    }

    private ChangeLog(KeyStateStore store, String pool, boolean throwing) {
        subscription = store.observe(pool, changes -> {
            synchronized (latest) {
                changes.forEach(change -> latest.put(change.keyId(), change));
                latest.notifyAll();
            }
            if (throwing) {
                throw new IllegalStateException("thrown on purpose by an observer");
            }
        });
    }

    /** Waits until a key's latest record is as expected, for as long as a store may take. */
    void await(String key, Predicate<KeyRecord> expected) throws InterruptedException {
        long end = System.nanoTime() + LIMIT.toNanos();
        synchronized (latest) {
            long left = LIMIT.toMillis();
            while (left > 0 && !isThere(key, expected)) {
                latest.wait(left);
                left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            }
            assertThat(latest).as("handed over within %s", LIMIT).containsKey(key);
            assertThat(latest.get(key)).as("handed over within %s", LIMIT).matches(expected);
        }
    }

    Set<String> keys() {
        synchronized (latest) {
            return Set.copyOf(latest.keySet());
        }
    }

    @Override
    public void close() {
        subscription.close();
    }

    private boolean isThere(String key, Predicate<KeyRecord> expected) {
        KeyRecord record = latest.get(key);
        return record != null && expected.test(record);
    }
}
