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
    /** How far what is stated may lie from what it should be. */
    private static final long TOLERANCE = Tempo.SECOND / 10;
    /** Chance makes one of several waits look right for a limit that is counted in another way. */
    private static final int ENOUGH_WAITS = 4;

    /** What was accepted before the present block: in the window, and in the cycle if that lay in one window. */
    private long inWindow;

    private long inCycle = NONE;
    private long fewestInWindow = NONE;
    private long mostInWindow;
    private long fewestInCycle = NONE;
    private long mostInCycle;
    private boolean fixed = true;
    private int waits;
    private boolean slidingByWaits = true;
    private boolean fixedByWaits = true;
    /** The fraction of a second at which there was room again first; -1 when none was stated. */
    private long firstPhase = -1;

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

    /**
     * A refusal said when there is room again. With a sliding window that is when the oldest send leaves it; with fixed ones
     * it is at the same fraction of a second each time. Waits of a second or more are rounded and tell neither.
     *
     * @param roomAt what the answer said
     * @param oldestLeavesAt when our own oldest send leaves the window; {@link Nanos#NEVER} when that is not known
     */
    void stated(long roomAt, long stated, long oldestLeavesAt) {
        if (stated <= 0 || stated >= Tempo.SECOND) {
            return;
        }
        waits++;
        slidingByWaits &= oldestLeavesAt >= Nanos.NEVER || Math.abs(oldestLeavesAt - roomAt) <= TOLERANCE;
        long phase = roomAt % Tempo.SECOND;
        long apart = Math.abs(phase - (firstPhase < 0 ? phase : firstPhase));
        firstPhase = firstPhase < 0 ? phase : firstPhase;
        fixedByWaits &= Math.min(apart, Tempo.SECOND - apart) <= TOLERANCE;
    }

    /** Whether that is enough to keep calls back for: who says exactly when to come again need not be guessed at. */
    boolean isEnough() {
        return waits == 0 || waits >= ENOUGH_WAITS;
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
        if (!slidingByWaits && !fixedByWaits) {
            return false;
        }
        return fixed || mostInWindow <= fewestInWindow + fewestInWindow / 2 + 1;
    }
}
