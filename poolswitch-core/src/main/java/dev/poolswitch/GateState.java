package dev.poolswitch;

import dev.poolswitch.verdict.VerdictKind;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What a gate knows, immutable; {@link GateRules} makes the next one. Instants are nanoseconds of the pool's own clock,
 * which starts above zero.
 *
 * @param cause why the gate was closed last; SUCCESS when it is open
 * @param code the evidence behind the cause
 * @param closedUntil the end of the hard block
 * @param avoidUntil the end of the soft block; between the two the gate is closed again after each failed probe
 * @param changedAt when the last refusal came, or when the attempt began that opened the gate
 * @param streak refusals in a row
 * @param failures failures in a row
 * @param period the length of the last hard block
 * @param probe the lease that is testing the gate, if any
 * @param ramp how many leases the gate lets through at once after its probe succeeded; 0 for any number
 * @param generation raised by every reset, disabling and enabling
 */
record GateState(
        VerdictKind cause,
        String code,
        long closedUntil,
        long avoidUntil,
        long changedAt,
        int streak,
        int failures,
        long period,
        @Nullable Lease probe,
        int ramp,
        long generation) {

    /** Before any instant, those of earlier runs included. */
    static final long UNCHANGED = -Nanos.NEVER;

    static final GateState OPEN = new GateState(VerdictKind.SUCCESS, "", 0, 0, UNCHANGED, 0, 0, 0, null, 0, 0);

    /** Whether nothing blocks, not even a probe that is still owed. */
    boolean open() {
        return cause == VerdictKind.SUCCESS;
    }

    /** Whether a lease may pass without a further look, and its success would change nothing. */
    boolean idle() {
        return cause == VerdictKind.SUCCESS && ramp == 0 && streak == 0 && failures == 0;
    }

    /** Whether the block has run out and nobody is testing yet. */
    boolean probeDue(long now) {
        return !open() && now >= closedUntil && probe == null;
    }

    /** When it is worth looking again: 0 when now, {@link Nanos#NEVER} when an event will tell. */
    long opensAt(long now) {
        if (open() || probeDue(now)) {
            return 0;
        }
        return now < closedUntil ? closedUntil : Nanos.NEVER;
    }

    /** As {@link #opensAt(long)}, but no more leases at once than the gate lets through after a recovery. */
    long opensAt(long now, IntPredicate hasInFlight) {
        return ramp > 0 && hasInFlight.test(ramp) ? Nanos.NEVER : opensAt(now);
    }

    GateState withProbe(@Nullable Lease lease) {
        return new GateState(
                cause, code, closedUntil, avoidUntil, changedAt, streak, failures, period, lease, ramp, generation);
    }

    /** The same block, its hard part ending later. */
    GateState endingLater(long nanos) {
        long end = Nanos.plus(closedUntil, nanos);
        return nanos == 0 ? this : ending(end, Math.max(avoidUntil, end));
    }

    /** The same block, ending later. */
    GateState putOff(long nanos) {
        return ending(Nanos.plus(closedUntil, nanos), Nanos.plus(avoidUntil, nanos));
    }

    private GateState ending(long closed, long avoided) {
        return new GateState(
                cause, code, closed, avoided, changedAt, streak, failures, period, probe, ramp, generation);
    }
}
