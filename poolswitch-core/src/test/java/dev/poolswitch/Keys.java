package dev.poolswitch;

import dev.poolswitch.verdict.ResponseClassifier;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/** Engines and keys for white-box tests. */
final class Keys {

    private Keys() {}

    static Engine engine(TimeSource time, Strategy strategy, List<ApiKey> keys) {
        PoolSettings settings = new PoolSettings(
                "test",
                List.of(),
                KeyPlacement.bearer(),
                strategy,
                3,
                10,
                Duration.ofHours(1),
                10,
                Set.of("GET"),
                OptionalDouble.empty(),
                WhenExhausted.failFast(),
                ResponseClassifier.standard(),
                false,
                Duration.ofMinutes(15),
                Duration.ZERO,
                time,
                ZoneOffset.UTC);
        return new Engine(settings, keys, null, List.of());
    }

    static KeySlot slot(String id) {
        return slot(ApiKey.of(id, "secret-of-" + id));
    }

    static KeySlot slot(ApiKey key) {
        KeySlot slot = engine(new ManualTime(), Strategy.roundRobin(), List.of(key))
                .roster()
                .slots()
                .get(key.id());
        if (slot == null) {
            throw new AssertionError("a new roster holds its keys");
        }
        return slot;
    }
}
