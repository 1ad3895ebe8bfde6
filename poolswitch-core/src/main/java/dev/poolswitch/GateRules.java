package dev.poolswitch;

import dev.poolswitch.verdict.Verdict;
import dev.poolswitch.verdict.VerdictKind;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The rules of cooling down and recovering, as pure functions {@code (state, event, now) → state}.
 *
 * @param cooldownNanos how long a scope rests whose quota is spent when the answer does not say (default 1 h)
 * @param maxFailures failures in a row that open the circuit (default 10)
 */
@SuppressWarnings("ReferenceEquality") // Returning the argument means that nothing changes.
record GateRules(long cooldownNanos, int maxFailures) {

    /** A stated wait beyond this is a mistake of the answer. */
    static final Duration LONGEST_TRUSTED_WAIT = Duration.ofDays(31);

    /** No hint benches a key for longer than this without a test; the rest is soft. */
    private static final long HARD = Duration.ofHours(1).toNanos();

    private static final long FIRST_RATE_LIMIT = Duration.ofMillis(250).toNanos();
    private static final long LONGEST_RATE_LIMIT = Duration.ofMinutes(1).toNanos();
    private static final long FIRST_QUARANTINE = Duration.ofMinutes(10).toNanos();
    private static final long FIRST_FORBIDDEN = Duration.ofHours(1).toNanos();
    private static final long LONGEST_QUARANTINE = Duration.ofHours(24).toNanos();
    private static final long FIRST_CIRCUIT = Duration.ofSeconds(30).toNanos();
    private static final long LONGEST_CIRCUIT = Duration.ofMinutes(10).toNanos();

    /** Enough leases at once to say that a recovered key is under its usual load again. */
    private static final int RAMP_END = 64;

    /** A refusal that closes the scope. */
    GateState refused(GateState state, Verdict verdict, Lease lease, long now) {
        boolean late = !state.open() && tellsOfBefore(state, lease);
        int streak = late ? state.streak() : state.streak() + 1;
        long wait = wait(verdict, streak, !late && !state.open());
        long avoidUntil = Math.max(state.avoidUntil(), Nanos.plus(now, wait));
        // A late refusal tells of the time before the block, so it makes no step longer than the one that is running.
        long longestStep = Math.max(HARD, late ? state.period() : softStep(state));
        long hard = Math.min(late ? wait : avoidUntil - now, longestStep);
        long closedUntil = Math.max(state.closedUntil(), Nanos.plus(now, hard));
        long period = late ? Math.max(state.period(), hard) : hard;
        avoidUntil = Math.max(avoidUntil, closedUntil);
        boolean known = late && state.closedUntil() == closedUntil;
        return new GateState(
                known ? state.cause() : verdict.kind(),
                known ? state.code() : verdict.code(),
                closedUntil,
                avoidUntil,
                now,
                streak,
                state.failures(),
                period,
                probeAfterRefusal(state, lease, now),
                0,
                state.generation());
    }

    /** A failure that counts against the scope's health and may open its circuit. */
    GateState failed(GateState state, Verdict verdict, Lease lease, long now, boolean mayOpenCircuit) {
        int failures = state.failures() == Integer.MAX_VALUE ? Integer.MAX_VALUE : state.failures() + 1;
        boolean probing = state.probe() == lease;
        boolean circuit = (failures >= maxFailures && (state.open() || probing) && mayOpenCircuit)
                || (probing && state.cause() == VerdictKind.UPSTREAM_ERROR);
        if (!circuit) {
            return new GateState(
                    state.cause(),
                    state.code(),
                    state.closedUntil(),
                    state.avoidUntil(),
                    state.changedAt(),
                    state.streak(),
                    failures,
                    state.period(),
                    probing ? null : state.probe(),
                    state.ramp(),
                    state.generation());
        }
        int streak = state.streak() + 1;
        long period = doubled(FIRST_CIRCUIT, streak, LONGEST_CIRCUIT);
        long until = Math.max(state.closedUntil(), Nanos.plus(now, period));
        return new GateState(
                VerdictKind.UPSTREAM_ERROR,
                verdict.code(),
                until,
                Math.max(state.avoidUntil(), until),
                now,
                streak,
                failures,
                period,
                null,
                0,
                state.generation());
    }

    /** A success; one that began before the gate was closed proves nothing about the time after. */
    GateState succeeded(GateState state, Lease lease) {
        if (state == GateState.OPEN) {
            return state;
        }
        if (!state.open()) {
            if (!proves(state, lease)) {
                return state.probe() == lease ? state.withProbe(null) : state;
            }
            return opened(state, lease.startedAt(), 2);
        }
        // One more for each success doubles with each round trip.
        int ramp = state.ramp() == 0 || state.ramp() >= RAMP_END ? 0 : state.ramp() + 1;
        return state.failures() == 0 && state.streak() == 0 && ramp == state.ramp()
                ? state
                : opened(state, state.changedAt(), ramp);
    }

    /**
     * Whether the success of an attempt shows that a closed gate may open. The probe's does, unless a refusal came after
     * it began; so does that of a lease which was taken although the gate was closed. All others passed while the gate
     * was open, even if their clock reads later: who closes a gate reads the clock first.
     */
    static boolean proves(GateState state, Lease lease) {
        return state.probe() == lease
                ? lease.startedAt() >= state.changedAt()
                : lease.anyway && lease.startedAt() > state.changedAt();
    }

    /** One that began at the very instant of the refusal began before it, and could not be told from one after it. */
    private static @Nullable Lease probeAfterRefusal(GateState state, Lease refused, long now) {
        Lease probe = state.probe();
        return probe == refused || (probe != null && probe.startedAt() >= now) ? null : probe;
    }

    private static boolean tellsOfBefore(GateState state, Lease lease) {
        return state.probe() != lease && lease.startedAt() <= state.changedAt();
    }

    /** The probe ended without a result: somebody else may test. */
    GateState probeReturned(GateState state, Lease lease) {
        return state.probe() == lease ? state.withProbe(null) : state;
    }

    /** A refusal turned out to be about something else: as before it, and newer, so that stores forget it too. */
    GateState rolledBack(GateState state, GateState before, long now) {
        return new GateState(
                before.cause(),
                before.code(),
                before.closedUntil(),
                before.avoidUntil(),
                Math.max(now, state.changedAt() + 1),
                before.streak(),
                before.failures(),
                before.period(),
                null,
                before.ramp(),
                state.generation());
    }

    /** A person asked to forget. */
    GateState reset(GateState state, long now) {
        return new GateState(VerdictKind.SUCCESS, "", 0, 0, now, 0, 0, 0, null, 0, state.generation() + 1);
    }

    private static GateState opened(GateState state, long since, int ramp) {
        return new GateState(VerdictKind.SUCCESS, "", 0, 0, since, 0, 0, 0, null, ramp, state.generation());
    }

    /** The stated wait in nanoseconds, or -1 when there is none that can be trusted. */
    private static long trusted(Verdict verdict) {
        Duration wait = verdict.waitFor();
        return wait == null || wait.compareTo(LONGEST_TRUSTED_WAIT) > 0 ? -1 : Nanos.of(wait);
    }

    /** Who says "at once", and refuses what came then, is not believed a second time; else a wait of 0 would hammer. */
    private long wait(Verdict verdict, int streak, boolean waitedInVain) {
        long stated = trusted(verdict);
        if (stated < 0) {
            return unstated(verdict.kind(), streak);
        }
        return waitedInVain && stated == 0 ? unstated(verdict.kind(), streak - 1) : stated;
    }

    private long unstated(VerdictKind kind, int streak) {
        return switch (kind) {
            case RATE_LIMITED -> Math.min(doubled(FIRST_RATE_LIMIT, streak, LONGEST_RATE_LIMIT), cooldownNanos);
            case KEY_REJECTED -> doubled(FIRST_QUARANTINE, streak, LONGEST_QUARANTINE);
            case KEY_FORBIDDEN -> doubled(FIRST_FORBIDDEN, streak, LONGEST_QUARANTINE);
            default -> cooldownNanos;
        };
    }

    /** Probes of a soft block come at doubling intervals. */
    private static long softStep(GateState state) {
        return state.open() ? 0 : Math.min(state.period(), Nanos.NEVER / 2) * 2;
    }

    private static long doubled(long first, int streak, long longest) {
        int doublings = Math.min(Math.max(streak - 1, 0), 30);
        return first > longest >> doublings ? longest : first << doublings;
    }
}
