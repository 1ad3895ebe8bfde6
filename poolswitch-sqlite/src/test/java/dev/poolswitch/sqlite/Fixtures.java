package dev.poolswitch.sqlite;

import dev.poolswitch.store.KeyRecord;
import dev.poolswitch.verdict.Scope;
import dev.poolswitch.verdict.VerdictKind;
import java.time.Duration;
import java.time.Instant;

final class Fixtures {

    static final String POOL = "pool";

    private Fixtures() {}

    static KeyRecord blocked(String key, Instant until) {
        return new KeyRecord(
                Scope.KEY,
                key,
                "",
                "0123456789abcdef0123456789abcdef",
                0,
                false,
                VerdictKind.RATE_LIMITED,
                "rate_limit_exceeded",
                until,
                until,
                Instant.EPOCH.plusSeconds(1),
                1,
                0,
                Duration.ofSeconds(60),
                new KeyRecord.Counters(1, 1, 0, 0, null, 0));
    }
}
