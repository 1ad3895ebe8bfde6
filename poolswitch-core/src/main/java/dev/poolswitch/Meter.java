package dev.poolswitch;

import dev.poolswitch.verdict.Budget;

/** Something that a send must have room in: a limit that was told, or one that answers taught. Thread-safe. */
interface Meter {

    /** What it counts. */
    Budget.Unit unit();

    /** Takes so much if there is room for it. */
    boolean tryTake(long amount, long now);

    /** Takes so much for a send that goes in any case. */
    void take(long amount, long now);

    /** What was taken for a send that never went, or that did not count. */
    void giveBack(long amount, long takenAt, long now);

    /** The send has been answered: the provider has counted it. */
    default void counted(long amount) {}

    /** When there may be room for so much: at most {@code now} when now. {@link #tryTake} alone knows. */
    long opensAt(long amount, long now);

    /** How much of it is in use, 0 to 1. */
    double utilisation(long now);
}
