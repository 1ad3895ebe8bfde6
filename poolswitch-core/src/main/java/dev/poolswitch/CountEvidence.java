package dev.poolswitch;

/**
 * Whether a limit on requests can be the reason of the blocks that were seen. With fixed windows there is one recovery a
 * window, and what is accepted after it is the limit, or up to twice as much where another window began meanwhile. With
 * sliding ones the same number is accepted in the window before each refusal. Guarded by its owner.
 */
final class CountEvidence {

    private static final long NONE = Long.MAX_VALUE / 8;
    /** How far counts after a recovery may be apart, beside the double, and still be the same limit. */
    private static final int SPREAD = 3;

    /** What was accepted before the present block: in the window, and in the cycle if that lay in one window. */
    private long inWindow;

    private long inCycle = NONE;
    private long fewestInWindow = NONE;
    private long mostInWindow;
    private long fewestInCycle = NONE;
    private long mostInCycle;
    private boolean fixed = true;

    CountEvidence(long lately) {
        inWindow = lately;
    }

    void blockBegins() {
        inWindow = NONE;
        inCycle = NONE;
    }

    void refused(long acceptedInWindow) {
        inWindow = Math.min(inWindow, acceptedInWindow);
    }

    void refusedInOneWindow(long acceptedInCycle) {
        inCycle = Math.min(inCycle, acceptedInCycle);
    }

    /** Two recoveries were nearer to each other than a window. */
    void tooSoonForFixed() {
        fixed = false;
    }

    /** At the end of a block: whether all blocks so far can be explained. */
    boolean explains() {
        fewestInWindow = Math.min(fewestInWindow, inWindow);
        mostInWindow = Math.max(mostInWindow, inWindow == NONE ? 0 : inWindow);
        if (inCycle != NONE) {
            fewestInCycle = Math.min(fewestInCycle, inCycle);
            mostInCycle = Math.max(mostInCycle, inCycle);
            fixed &= mostInCycle <= 2 * fewestInCycle + SPREAD;
        }
        return fixed || mostInWindow <= fewestInWindow + fewestInWindow / 2 + 1;
    }
}
