package dev.poolswitch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** How many calls at once a key may serve, and how many it does. */
final class Permits {

    private static final VarHandle TAKEN;

    static {
        try {
            TAKEN = MethodHandles.lookup().findVarHandle(Permits.class, "taken", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int most;

    @SuppressWarnings("UnusedVariable") // by way of TAKEN
    private volatile int taken;

    Permits(int most) {
        this.most = most;
    }

    boolean gone() {
        return taken >= most;
    }

    double utilisation() {
        return (double) taken / most;
    }

    /** Never one too many for a moment: another thread would take the key for saturated and keep away. */
    boolean tryTake() {
        for (int before = taken; before < most; before = taken) {
            if (TAKEN.compareAndSet(this, before, before + 1)) {
                return true;
            }
        }
        return false;
    }

    /** Takes one even if there is none. */
    void takeAnyway() {
        TAKEN.getAndAdd(this, 1);
    }

    void giveBack() {
        TAKEN.getAndAdd(this, -1);
    }
}
