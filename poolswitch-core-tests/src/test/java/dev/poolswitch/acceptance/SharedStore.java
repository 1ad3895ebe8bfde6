package dev.poolswitch.acceptance;

import dev.poolswitch.store.KeyRecord;
import dev.poolswitch.store.KeyStateStore;
import dev.poolswitch.store.MemoryStateStore;
import dev.poolswitch.store.StoredState;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A store as several processes share it: each has a view of its own, and hears of what the others save. */
final class SharedStore {

    final MemoryStateStore memory = new MemoryStateStore();
    private final List<View> views = new CopyOnWriteArrayList<>();

    /** One process's view. */
    static class View implements KeyStateStore {

        private final SharedStore shared;
        private volatile Consumer<Collection<KeyRecord>> observer = records -> {};

        View(SharedStore shared) {
            this.shared = shared;
            shared.views.add(this);
        }

        @Override
        public StoredState load(String pool) throws IOException {
            return shared.memory.load(pool);
        }

        @Override
        public void save(String pool, Collection<KeyRecord> changes) {
            shared.memory.save(pool, changes);
            for (View other : shared.views) {
                if (other != this) {
                    other.observer.accept(shared.memory.load(pool).records());
                }
            }
        }

        @Override
        public Subscription observe(String pool, Consumer<Collection<KeyRecord>> changes) {
            observer = changes;
            return () -> observer = records -> {};
        }

        @Override
        public void close() {}
    }
}
