package dev.poolswitch.store;

import dev.poolswitch.verdict.Scope;
import dev.poolswitch.verdict.VerdictKind;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a store keeps about one scope: a key, a key for a model, a group or the whole upstream. Immutable; holds ids,
 * instants and counters, never a secret.
 *
 * <p>A limit of a model that a group's keys share is kept as the record of each key that was refused for it
 * ({@link Scope#KEY_AND_MODEL}), and holds for the whole group as long as one of these keys is in it.
 *
 * @param scope what the record is about
 * @param keyId the key's id; empty for a group and for the upstream
 * @param subject the model for {@link Scope#KEY_AND_MODEL}, the group's name for {@link Scope#GROUP}, else empty
 * @param fingerprint tells one secret from another under the same id without revealing it; empty where no key is meant
 * @param generation raised when a person resets, disables or enables; a higher one wins over everything
 * @param disabled whether a person has taken the key out of service
 * @param cause why the scope was closed last; {@link VerdictKind#SUCCESS} when it is open
 * @param code the evidence behind the cause, in machine-readable words
 * @param closedUntil the end of the hard block
 * @param avoidUntil the end of the soft block, never before {@code closedUntil}
 * @param changedAt when the attempt began that proved the scope open, or when the refusal came that closed it
 * @param streak how many refusals came in a row
 * @param failures how many failures came in a row
 * @param period how long the last hard block was, so that the next one can be longer
 * @param counters in a batch that is saved the increase since the last save, else the totals
 */
public record KeyRecord(
        Scope scope,
        String keyId,
        String subject,
        String fingerprint,
        long generation,
        boolean disabled,
        VerdictKind cause,
        String code,
        Instant closedUntil,
        Instant avoidUntil,
        Instant changedAt,
        int streak,
        int failures,
        Duration period,
        Counters counters) {

    public KeyRecord {
        Objects.requireNonNull(scope, "scope");
        Objects.requireNonNull(keyId, "keyId");
        Objects.requireNonNull(subject, "subject");
        Objects.requireNonNull(fingerprint, "fingerprint");
        Objects.requireNonNull(cause, "cause");
        Objects.requireNonNull(code, "code");
        Objects.requireNonNull(closedUntil, "closedUntil");
        Objects.requireNonNull(avoidUntil, "avoidUntil");
        Objects.requireNonNull(changedAt, "changedAt");
        Objects.requireNonNull(period, "period");
        Objects.requireNonNull(counters, "counters");
    }

    /**
     * The identity of a record within a pool.
     *
     * @param scope what the record is about
     * @param keyId the key's id or empty
     * @param subject the model, the group or empty
     */
    public record Id(Scope scope, String keyId, String subject) {}

    /** What the record is stored under. */
    public Id id() {
        return new Id(scope, keyId, subject);
    }

    /** Whether the scope is open: nothing blocks it, not even softly. */
    public boolean open() {
        return cause == VerdictKind.SUCCESS;
    }

    /**
     * This stored record after a saved change. Counters add up. A higher generation or another secret replaces the rest;
     * of two blocks the later end wins, for the hard and the soft part alike; a proof of health wins over a block only if it began after the block was set.
     *
     * @param change what was saved, its counters an increase
     */
    public KeyRecord mergedWith(KeyRecord change) {
        if (!fingerprint.equals(change.fingerprint)) {
            return change;
        }
        KeyRecord winner = stateAfter(change);
        return winner.withCounters(counters.plus(change.counters));
    }

    /** The same state with other counters. */
    public KeyRecord withCounters(Counters other) {
        return new KeyRecord(
                scope,
                keyId,
                subject,
                fingerprint,
                generation,
                disabled,
                cause,
                code,
                closedUntil,
                avoidUntil,
                changedAt,
                streak,
                failures,
                period,
                other);
    }

    private KeyRecord stateAfter(KeyRecord change) {
        if (generation != change.generation) {
            return generation > change.generation ? this : change;
        }
        if (open() || change.open()) {
            return change.changedAt.isBefore(changedAt) ? this : change;
        }
        return change.avoidUntil.isBefore(avoidUntil)
                        || (change.avoidUntil.equals(avoidUntil) && change.closedUntil.isBefore(closedUntil))
                ? notEndingBefore(change.closedUntil)
                : change.notEndingBefore(closedUntil);
    }

    private KeyRecord notEndingBefore(Instant end) {
        if (!closedUntil.isBefore(end)) {
            return this;
        }
        return new KeyRecord(
                scope,
                keyId,
                subject,
                fingerprint,
                generation,
                disabled,
                cause,
                code,
                end,
                avoidUntil.isBefore(end) ? end : avoidUntil,
                changedAt,
                streak,
                failures,
                period,
                counters);
    }

    /**
     * What was counted for a key.
     *
     * @param requests leases taken
     * @param refusals answers that refused the key
     * @param failures answers or connections that broke
     * @param failovers calls that went on with another key
     * @param quotaMonth the calendar month of {@code quotaUsed} as {@code 2026-11}; empty when no quota is counted
     * @param quotaUsed requests that count against the quota of that month
     */
    public record Counters(
            long requests,
            long refusals,
            long failures,
            long failovers,
            @Nullable String quotaMonth,
            long quotaUsed) {

        /** Nothing counted. */
        public static final Counters NONE = new Counters(0, 0, 0, 0, null, 0);

        /** The sum; the quota of a later month replaces that of an earlier one. */
        public Counters plus(Counters more) {
            String month = laterMonth(quotaMonth, more.quotaMonth);
            long used = (Objects.equals(month, quotaMonth) ? quotaUsed : 0)
                    + (Objects.equals(month, more.quotaMonth) ? more.quotaUsed : 0);
            return new Counters(
                    requests + more.requests,
                    refusals + more.refusals,
                    failures + more.failures,
                    failovers + more.failovers,
                    month,
                    Math.max(0, used));
        }

        /** Whether there is nothing in it. */
        public boolean none() {
            return requests == 0 && refusals == 0 && failures == 0 && failovers == 0 && quotaUsed == 0;
        }

        private static @Nullable String laterMonth(@Nullable String a, @Nullable String b) {
            if (a == null || b == null) {
                return a == null ? b : a;
            }
            return a.compareTo(b) >= 0 ? a : b;
        }
    }
}
