package dev.poolswitch.acceptance;

import dev.poolswitch.ApiKey;
import dev.poolswitch.KeyPool;
import dev.poolswitch.Lease;
import dev.poolswitch.NoKeyAvailableException;
import dev.poolswitch.TimeSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Pools and takings that many tests have in common. */
final class Pools {

    /** In every secret, so that a search for it finds each of them. */
    static final String CANARY = "CANARY";

    private Pools() {}

    static KeyPool.Builder of(TimeSource time, ApiKey... keys) {
        KeyPool.Builder builder = KeyPool.builder().name("test").timeSource(time);
        for (ApiKey key : keys) {
            builder.key(key);
        }
        return builder;
    }

    static KeyPool.Builder of(TimeSource time, String... ids) {
        ApiKey[] keys = new ApiKey[ids.length];
        for (int i = 0; i < ids.length; i++) {
            keys[i] = key(ids[i]).build();
        }
        return of(time, keys);
    }

    static ApiKey.Builder key(String id) {
        return ApiKey.builder(id, secret(id));
    }

    static String secret(String id) {
        return CANARY + "-secret-" + id;
    }

    /** Takes so many leases and keeps them open. */
    static List<Lease> take(KeyPool pool, int count) throws NoKeyAvailableException, InterruptedException {
        List<Lease> leases = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            leases.add(pool.acquire());
        }
        return leases;
    }

    /** Makes so many calls that succeed and counts them by key. */
    static Map<String, Integer> calls(KeyPool pool, int count) throws NoKeyAvailableException, InterruptedException {
        Map<String, Integer> byKey = new HashMap<>();
        for (int i = 0; i < count; i++) {
            Lease lease = pool.acquire();
            byKey.merge(lease.key().id(), 1, Integer::sum);
            lease.succeeded();
        }
        return byKey;
    }

    static Map<String, Long> byKey(List<Lease> leases) {
        Map<String, Long> byKey = new HashMap<>();
        leases.forEach(lease -> byKey.merge(lease.key().id(), 1L, Long::sum));
        return byKey;
    }
}
