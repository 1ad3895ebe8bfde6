package dev.poolswitch;

import dev.poolswitch.verdict.Scope;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The one mechanism for "not now", for one scope: an atomic {@link GateState} and nothing else. */
@SuppressWarnings("ReferenceEquality") // A transition that returns its argument has changed nothing.
final class Gate {

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Gate.class, "state", GateState.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Scope scope;
    private volatile GateState state = GateState.OPEN;
    /** Whether it was closed because several keys were refused for no reason of their own. */
    private volatile boolean correlated;

    Gate(Scope scope) {
        this.scope = scope;
    }

    /** How much of the world it closes. */
    Scope scope() {
        return scope;
    }

    GateState state() {
        return state;
    }

    /** Whether nothing was ever held against the scope, or all is forgotten; the first look on the happy path. */
    boolean pristine() {
        GateState current = state;
        return current == GateState.OPEN || current.idle();
    }

    void correlated(boolean closedForMany) {
        correlated = closedForMany;
    }

    boolean isCorrelated() {
        return correlated;
    }

    /** Whether a lease tests what several keys were refused for. */
    boolean isCorrelatedProbe(Lease lease) {
        return correlated && state.probe() == lease;
    }

    /** Moves on to the next state. Returns the one before, or {@code null} when nothing changed. */
    @Nullable
    GateState move(UnaryOperator<GateState> transition) {
        while (true) {
            GateState before = state;
            GateState after = transition.apply(before);
            if (after == before) {
                return null;
            }
            if (STATE.compareAndSet(this, before, after)) {
                return before;
            }
        }
    }

    /** Passes through, as the probe where one is due. Returns whether the lease may go. */
    boolean pass(Lease lease, long now) {
        GateState before = state;
        if (before.open()) {
            return true;
        }
        return before.probeDue(now) && STATE.compareAndSet(this, before, before.withProbe(lease));
    }

    /** Gives the probe back when the lease could not go after all. Returns whether it was the probe. */
    boolean unpass(Lease lease) {
        return null != move(before -> before.probe() == lease ? before.withProbe(null) : before);
    }
}
