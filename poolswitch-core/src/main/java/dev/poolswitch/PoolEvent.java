package dev.poolswitch;

import dev.poolswitch.verdict.Scope;
import dev.poolswitch.verdict.VerdictKind;
import java.time.Instant;

/** Something that happened in a pool and is worth telling. Immutable; holds ids, never a secret. */
public sealed interface PoolEvent {

    /** The pool's name. */
    String pool();

    /**
     * A scope was closed: cooled down, benched, quarantined, or its circuit opened.
     *
     * @param pool the pool's name
     * @param keyId the key that was used
     * @param scope what is closed
     * @param subject the model or the group, else empty
     * @param kind why
     * @param code the evidence, in machine-readable words
     * @param until when it is tested again
     */
    record Closed(String pool, String keyId, Scope scope, String subject, VerdictKind kind, String code, Instant until)
            implements PoolEvent {}

    /**
     * A scope is open again, because a probe succeeded.
     *
     * @param pool the pool's name
     * @param keyId the key that was used
     * @param scope what is open
     * @param subject the model or the group, else empty
     */
    record Recovered(String pool, String keyId, Scope scope, String subject) implements PoolEvent {}

    /**
     * A call went on with another key.
     *
     * @param pool the pool's name
     * @param fromKeyId the key that was refused or failed
     * @param toKeyId the key that is tried next
     */
    record FailedOver(String pool, String fromKeyId, String toKeyId) implements PoolEvent {}

    /**
     * A call found no key.
     *
     * @param pool the pool's name
     * @param earliestRecovery when the first key is expected back; {@link Instant#MAX} when unknown
     */
    record Exhausted(String pool, Instant earliestRecovery) implements PoolEvent {}

    /**
     * A lease was taken back that nobody had ended.
     *
     * @param pool the pool's name
     * @param keyId its key
     * @param takenAt where it was taken: thread and stack frame
     */
    record LeaseReclaimed(String pool, String keyId, String takenAt) implements PoolEvent {}

    /**
     * Something above the pool repeats requests that the pool has given up on, so that each failure costs a multiple of
     * the calls that it must. Told once.
     *
     * @param pool the pool's name
     * @param hint how it was noticed and which setting ends it
     */
    record StackedRetries(String pool, String hint) implements PoolEvent {}

    /**
     * A person changed a key at runtime.
     *
     * @param pool the pool's name
     * @param keyId the key
     * @param change what was done
     */
    record KeyChanged(String pool, String keyId, Change change) implements PoolEvent {

        /** What was done to a key. */
        public enum Change {
            /** It was added. */
            ADDED,
            /** It was removed. */
            REMOVED,
            /** It was taken out of service. */
            DISABLED,
            /** It was put into service. */
            ENABLED,
            /** Its record was cleared. */
            RESET
        }
    }

    /**
     * The store failed; the pool goes on in memory and tries again.
     *
     * @param pool the pool's name
     * @param problem what the store said
     */
    record StoreFailed(String pool, String problem) implements PoolEvent {}

    /**
     * The store works again; what it missed has been saved.
     *
     * @param pool the pool's name
     */
    record StoreRecovered(String pool) implements PoolEvent {}
}
