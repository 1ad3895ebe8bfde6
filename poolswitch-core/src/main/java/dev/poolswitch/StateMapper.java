package dev.poolswitch;

import dev.poolswitch.store.KeyRecord;
import dev.poolswitch.store.Salt;
import dev.poolswitch.verdict.Scope;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Translates between the engine's state on the pool's clock and a store's records in wall-clock time. */
final class StateMapper {

    /** Who hears of a block from another process lets that process probe first. */
    private static final long LONGEST_DEFERENCE = Duration.ofSeconds(1).toNanos();

    /** Two readings of two clocks differ, so our own block comes back from the store a little off. */
    private static final long SAME_DEADLINE = Duration.ofMillis(50).toNanos();

    private final Engine engine;
    private volatile Fingerprint fingerprint = new Fingerprint(Salt.random());
    /** What each key's counters were when they were saved last. */
    private final Map<KeySlot, KeyRecord.Counters> savedCounters = Collections.synchronizedMap(new IdentityHashMap<>());

    /**
     * Blocks that were taken over with a deference. It is never written: processes that add theirs to each other's would
     * put the end off for ever.
     */
    private final Map<Gate, Deferred> deferred = Collections.synchronizedMap(new IdentityHashMap<>());

    private record Deferred(long closedUntil, long avoidUntil, KeyRecord stored) {
        boolean is(GateState state) {
            return !state.open() && closedUntil == state.closedUntil() && avoidUntil == state.avoidUntil();
        }
    }

    StateMapper(Engine engine) {
        this.engine = engine;
    }

    void salt(String stored) {
        fingerprint = new Fingerprint(stored);
    }

    /**
     * Records for a store.
     *
     * @param changes the records, their counters an increase
     * @param whenSaved to be run when the store has them
     */
    record Batch(List<KeyRecord> changes, Runnable whenSaved) {
        void saved() {
            whenSaved.run();
        }
    }

    Batch batch(Map<KeyRecord.Id, KeySlot> changed) {
        long now = engine.clock().now();
        Instant wall = engine.settings().timeSource().instant();
        List<KeyRecord> records = new ArrayList<>();
        IdentityHashMap<KeySlot, KeyRecord.Counters> totals = new IdentityHashMap<>();
        for (KeySlot slot : engine.roster().slots().values()) {
            boolean restored = slot.restored(); // before the sum is taken, else it may lack what is being restored
            KeyRecord.Counters total = total(slot, now);
            KeyRecord.Counters increase = restored ? increase(savedCounters.get(slot), total) : KeyRecord.Counters.NONE;
            KeyRecord.Id id = new KeyRecord.Id(Scope.KEY, slot.key().id(), "");
            if (!increase.none() || changed.containsKey(id)) {
                records.add(record(id, slot, slot.gate(), now, wall, increase));
                if (restored) {
                    totals.put(slot, total);
                }
            }
        }
        changed.forEach((id, slot) -> {
            Gate gate = id.scope() == Scope.KEY ? null : told(gates(id, slot));
            if (gate != null) {
                records.add(record(id, slot, gate, now, wall, KeyRecord.Counters.NONE));
            }
        });
        return new Batch(records, () -> savedCounters.putAll(totals));
    }

    /** Takes over what the store or another process knows, as far as it is newer than what is known here. */
    void adopt(KeyRecord record, boolean atStart) {
        KeySlot slot = engine.roster().slots().get(record.keyId());
        boolean ofKey = record.scope().isOfKey();
        if (ofKey && (slot == null || !record.fingerprint().equals(fingerprint.of(slot.key())))) {
            return;
        }
        long now = engine.clock().now();
        if (record.scope() == Scope.KEY && slot != null) {
            if (atStart && slot.beginsRestore()) {
                restoreCounters(slot, record.counters(), now);
                slot.endsRestore();
            }
            boolean byPerson = record.generation() > slot.gate().state().generation();
            if (atStart || byPerson) {
                slot.disable(record.disabled());
            }
        }
        long deference = atStart ? 0 : ThreadLocalRandom.current().nextLong(LONGEST_DEFERENCE);
        GateState stored = state(record, now);
        for (Gate gate : closedBy(record, slot)) {
            if (gate.move(state -> newer(state, stored, deference)) != null && !stored.open()) {
                GateState put = stored.putOff(deference);
                deferred.put(gate, new Deferred(put.closedUntil(), put.avoidUntil(), record));
            }
            markReady(record.scope(), slot, record.subject());
        }
    }

    /** Of the gates that a record may be about, those that it is about: an open one tells that none was closed. */
    private List<Gate> closedBy(KeyRecord record, @Nullable KeySlot slot) {
        if (record.open() || record.scope() != Scope.KEY_AND_MODEL || slot == null) {
            return gates(record.id(), slot);
        }
        Group group = slot.group();
        if (group != null) {
            group.model(record.subject()).tellers(slot);
        }
        return List.of(slot.path().gate(record.scope(), record.cause(), record.subject()));
    }

    /** The store was read, and had nothing of a key that is not restored by now. */
    void restored(KeySlot slot) {
        if (slot.beginsRestore()) {
            slot.endsRestore();
        }
    }

    private void restoreCounters(KeySlot slot, KeyRecord.Counters counters, long now) {
        KeyRecord.Counters before = total(slot, now);
        slot.counters().restore(counters);
        MonthlyQuota quota = slot.quota();
        if (quota != null && counters.quotaMonth() != null) {
            quota.add(Months.number(counters.quotaMonth()), counters.quotaUsed(), now);
        }
        // What was counted before the store could be read is still to be saved.
        savedCounters.put(slot, increase(before, total(slot, now)));
    }

    /**
     * Whether others may have used of a key's month. The sum that they tell of is no measure: it may be older than what we
     * have saved since.
     */
    boolean tellsOfMonth(KeyRecord record) {
        KeySlot slot = ofKey(record);
        return slot != null && slot.quota() != null && record.counters().quotaMonth() != null;
    }

    /**
     * Counts what others have used of a key's month: what the store has beyond our own. Only while nothing of ours is on its
     * way to the store, else nobody could tell whether the record holds that already. A sum that has gone down is not
     * believed: it was given back elsewhere and will be used again, or the store has lost it.
     *
     * @param record a total of the store, read since our last change was saved
     */
    void countMonthOfOthers(KeyRecord record) {
        KeySlot slot = ofKey(record);
        MonthlyQuota quota = slot == null ? null : slot.quota();
        KeyRecord.Counters stored = record.counters();
        String month = stored.quotaMonth();
        if (slot == null
                || quota == null
                || !slot.restored()
                || month == null
                || !record.fingerprint().equals(fingerprint.of(slot.key()))) {
            return;
        }
        KeyRecord.Counters known = savedCounters.getOrDefault(slot, KeyRecord.Counters.NONE);
        long more = stored.quotaUsed() - (month.equals(known.quotaMonth()) ? known.quotaUsed() : 0);
        if (more > 0 && quota.add(Months.number(month), more, engine.clock().now())) {
            savedCounters.put(
                    slot,
                    new KeyRecord.Counters(
                            known.requests(),
                            known.refusals(),
                            known.failures(),
                            known.failovers(),
                            month,
                            stored.quotaUsed()));
        }
    }

    /** The key that a record is about as a whole. */
    private @Nullable KeySlot ofKey(KeyRecord record) {
        return record.scope() == Scope.KEY ? engine.roster().slots().get(record.keyId()) : null;
    }

    /** The same rule as {@link KeyRecord#mergedWith}, on the pool's clock. */
    private static GateState newer(GateState known, GateState stored, long deference) {
        GateState adopted = stored.open() ? stored : stored.putOff(deference);
        if (known.generation() != stored.generation()) {
            return known.generation() > stored.generation() ? known : adopted;
        }
        if (known.open() || stored.open()) {
            boolean unknown = known.open() && stored.open();
            return unknown || stored.changedAt() <= known.changedAt() ? known : adopted;
        }
        boolean later = stored.avoidUntil() > known.avoidUntil() + SAME_DEADLINE;
        boolean probedInVain = stored.closedUntil() > known.closedUntil() + SAME_DEADLINE
                && stored.avoidUntil() > known.avoidUntil() - LONGEST_DEFERENCE;
        return later || probedInVain ? adopted.withProbe(known.probe()) : known;
    }

    /**
     * The gates that a record may be about. What a key may not use and what its account is limited in share the record
     * of the key and the model.
     */
    private List<Gate> gates(KeyRecord.Id id, @Nullable KeySlot slot) {
        return switch (id.scope()) {
            case KEY -> slot == null ? List.of() : List.of(slot.gate());
            case KEY_AND_MODEL -> {
                KeyPath.ModelPath model = slot == null ? null : slot.path().model(id.subject());
                yield model == null
                        ? List.of()
                        : model.shared() == null ? List.of(model.gate()) : List.of(model.gate(), model.limits());
            }
            case GROUP -> {
                Group group = engine.groups().get(id.subject());
                yield group == null ? List.of() : List.of(group.gate());
            }
            case UPSTREAM -> List.of(engine.upstream());
        };
    }

    /** Of gates that share a record the one that it tells of: who forgets the other meets one more refusal. */
    private static @Nullable Gate told(List<Gate> gates) {
        return gates.stream()
                .max(Comparator.comparing((Gate gate) -> !gate.state().open())
                        .thenComparing(gate -> gate.state().avoidUntil())
                        .thenComparing(gate -> gate.state().changedAt()))
                .orElse(null);
    }

    private void markReady(Scope scope, @Nullable KeySlot slot, String subject) {
        if (scope == Scope.UPSTREAM) {
            engine.roster().markReady();
        } else if (scope == Scope.GROUP) {
            Group group = engine.groups().get(subject);
            if (group != null) {
                group.markReady();
            }
        } else if (slot != null) {
            slot.markReady();
        }
    }

    private GateState state(KeyRecord record, long now) {
        if (record.open()) {
            return new GateState(
                    record.cause(),
                    "",
                    0,
                    0,
                    clockTime(record.changedAt(), now),
                    record.streak(),
                    record.failures(),
                    0,
                    null,
                    0,
                    record.generation());
        }
        return new GateState(
                record.cause(),
                record.code(),
                clockTime(record.closedUntil(), now),
                clockTime(record.avoidUntil(), now),
                clockTime(record.changedAt(), now),
                record.streak(),
                record.failures(),
                Nanos.of(record.period()),
                null,
                0,
                record.generation());
    }

    private long clockTime(Instant wall, long now) {
        return engine.clock().pool(wall, now);
    }

    private KeyRecord record(
            KeyRecord.Id id, KeySlot slot, Gate gate, long now, Instant wall, KeyRecord.Counters counters) {
        GateState state = gate.state();
        Deferred other = deferred.get(gate);
        KeyRecord known = other != null && other.is(state) ? other.stored() : null;
        boolean ofKey = id.scope().isOfKey();
        return new KeyRecord(
                id.scope(),
                id.keyId(),
                id.subject(),
                ofKey ? fingerprint.of(slot.key()) : "",
                generation(id, slot),
                id.scope() == Scope.KEY && slot.disabled(),
                state.cause(),
                state.code(),
                known != null ? known.closedUntil() : until(state, state.closedUntil(), now, wall),
                known != null ? known.avoidUntil() : until(state, state.avoidUntil(), now, wall),
                state.changedAt() == GateState.UNCHANGED ? Instant.EPOCH : PoolClock.wall(state.changedAt(), now, wall),
                state.streak(),
                state.failures(),
                Duration.ofNanos(state.period()),
                counters);
    }

    /** What a person has changed of either gate must win over what is stored. */
    private long generation(KeyRecord.Id id, KeySlot slot) {
        return gates(id, slot).stream()
                .mapToLong(gate -> gate.state().generation())
                .max()
                .orElse(0);
    }

    private static Instant until(GateState state, long end, long now, Instant wall) {
        return PoolClock.wall(state.open() ? now : end, now, wall);
    }

    private static KeyRecord.Counters total(KeySlot slot, long now) {
        MonthlyQuota quota = slot.quota();
        return new KeyRecord.Counters(
                slot.requests(),
                slot.counters().refusals(),
                slot.counters().failures(),
                slot.counters().failovers(),
                quota == null ? null : quota.month(now).text(),
                quota == null ? 0 : quota.used(now));
    }

    private static KeyRecord.Counters increase(KeyRecord.@Nullable Counters before, KeyRecord.Counters total) {
        if (before == null) {
            return total;
        }
        boolean sameMonth = total.quotaMonth() != null && total.quotaMonth().equals(before.quotaMonth());
        return new KeyRecord.Counters(
                total.requests() - before.requests(),
                total.refusals() - before.refusals(),
                total.failures() - before.failures(),
                total.failovers() - before.failovers(),
                total.quotaMonth(),
                total.quotaUsed() - (sameMonth ? before.quotaUsed() : 0));
    }
}
