package dev.poolswitch.store;

import java.util.List;
import java.util.Objects;

/**
 * What a store knows about a pool.
 *
 * @param salt random text that the store made when it was created and keeps; fingerprints are computed with it
 * @param records the records, their counters totals
 */
public record StoredState(String salt, List<KeyRecord> records) {
    public StoredState {
        Objects.requireNonNull(salt, "salt");
        records = List.copyOf(records);
    }
}
