package dev.poolswitch.acceptance;

import dev.poolswitch.store.KeyRecord;
import dev.poolswitch.store.KeyStateStore;
import dev.poolswitch.store.StoredState;
import java.io.IOException;
import java.util.Collection;
import java.util.concurrent.ThreadLocalRandom;

/** Fails half of the time. */
final class FlakyStore implements KeyStateStore {

    private final KeyStateStore sound;

    FlakyStore(KeyStateStore sound) {
        this.sound = sound;
    }

    @Override
    public StoredState load(String pool) throws IOException {
        return sound.load(pool);
    }

    @Override
    public void save(String pool, Collection<KeyRecord> changes) throws IOException {
        if (ThreadLocalRandom.current().nextBoolean()) {
            throw new IOException("no luck");
        }
        sound.save(pool, changes);
    }

    @Override
    public void close() {
        sound.close();
    }
}
