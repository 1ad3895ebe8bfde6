package dev.poolswitch.testkit;

import dev.poolswitch.store.KeyRecord;
import dev.poolswitch.verdict.Scope;
import dev.poolswitch.verdict.VerdictKind;
import java.time.Duration;
import java.time.Instant;

/** Records as an engine would save them. */
final class StoredRecords {

    static final Instant NOW = Instant.parse("2026-11-20T10:15:30.123456789Z");

    private StoredRecords() {}

    static KeyRecord blocked(String key, Instant until, Instant changedAt) {
        return blocked(key, until, changedAt, KeyRecord.Counters.NONE);
    }

    static KeyRecord blocked(String key, Instant until, Instant changedAt, KeyRecord.Counters counters) {
        return new KeyRecord(
                Scope.KEY,
                key,
                "",
                "f1",
                0,
                false,
                VerdictKind.RATE_LIMITED,
                "rate_limit_exceeded",
                until,
                until,
                changedAt,
                1,
                0,
                Duration.between(changedAt, until),
                counters);
    }

    static KeyRecord open(String key, Instant provedAt) {
        return open(key, provedAt, 0, false, "f1");
    }

    static KeyRecord open(String key, Instant provedAt, long generation, boolean disabled, String fingerprint) {
        return new KeyRecord(
                Scope.KEY,
                key,
                "",
                fingerprint,
                generation,
                disabled,
                VerdictKind.SUCCESS,
                "",
                provedAt,
                provedAt,
                provedAt,
                0,
                0,
                Duration.ZERO,
                KeyRecord.Counters.NONE);
    }

    /** A record that differs from the default in every field. */
    static KeyRecord full(Scope scope, String key, String subject, String code) {
        return new KeyRecord(
                scope,
                key,
                subject,
                "0123456789abcdef0123456789abcdef",
                7,
                true,
                VerdictKind.QUOTA_EXHAUSTED,
                code,
                NOW.plusSeconds(3600),
                NOW.plusSeconds(86_400).plusNanos(1),
                NOW.minusNanos(5),
                3,
                4,
                Duration.ofSeconds(5, 6),
                new KeyRecord.Counters(11, 12, 13, 14, "2026-11", 15));
    }

    static KeyRecord extreme(String key, Instant instant, long number, int small, Duration period) {
        return new KeyRecord(
                Scope.KEY,
                key,
                "",
                "",
                number,
                false,
                VerdictKind.KEY_REJECTED,
                "",
                instant,
                instant,
                instant,
                small,
                small,
                period,
                new KeyRecord.Counters(number, number, number, number, null, Math.max(0, number)));
    }

    static KeyRecord.Counters requests(long requests) {
        return new KeyRecord.Counters(requests, 0, 0, 0, null, 0);
    }

    static KeyRecord.Counters quota(String month, long used) {
        return new KeyRecord.Counters(0, 0, 0, 0, month, used);
    }
}
