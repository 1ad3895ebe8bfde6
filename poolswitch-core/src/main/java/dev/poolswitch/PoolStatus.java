package dev.poolswitch;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A pool at one moment; a snapshot that holds no secret.
 *
 * @param name the pool's name
 * @param at when the snapshot was taken
 * @param keys the keys in the order in which they were added
 * @param waiting calls that wait for a key
 * @param retries repetitions after something transient broke
 * @param exhausted calls that found no key
 * @param storeFailing whether the store could not be written lately
 */
public record PoolStatus(
        String name,
        Instant at,
        List<KeyStatus> keys,
        int waiting,
        long retries,
        long exhausted,
        boolean storeFailing) {

    public PoolStatus {
        keys = List.copyOf(keys);
    }

    /** The status of one key. */
    public Optional<KeyStatus> key(String id) {
        return keys.stream().filter(key -> key.id().equals(id)).findFirst();
    }

    /** How many keys calls may use now. */
    public int ready() {
        return (int) keys.stream().filter(key -> key.state() == KeyState.READY).count();
    }

    /** Leases of all keys that have not ended. */
    public int inFlight() {
        return keys.stream().mapToInt(KeyStatus::inFlight).sum();
    }

    /** Leases taken of all keys. */
    public long requests() {
        return keys.stream().mapToLong(KeyStatus::requests).sum();
    }
}
