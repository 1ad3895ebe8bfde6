package dev.poolswitch;

/**
 * What two counters stood at when the latest sends began, and when the oldest send before them would leave the window, until
 * their answers tell whether they were refused. Guarded by its owner.
 */
final class SendNotes {

    /** Enough for what is out with one key at a time. A power of two. */
    private static final int CAPACITY = 64;

    private static final int NONE = -1;

    private final long[] sentAt = new long[CAPACITY];
    private final long[] first = new long[CAPACITY];
    private final long[] second = new long[CAPACITY];
    private final long[] roomAt = new long[CAPACITY];
    private int noted;
    private int found = NONE;

    void note(long now, long firstCount, long secondCount, long oldestLeavesAt) {
        int at = noted++ & (CAPACITY - 1);
        sentAt[at] = now;
        first[at] = firstCount;
        second[at] = secondCount;
        roomAt[at] = oldestLeavesAt;
    }

    /** Looks for a send. Of several that began at the same instant each is found once, the latest first. */
    boolean find(long startedAt) {
        found = NONE;
        for (int i = 1; i <= Math.min(CAPACITY, noted); i++) {
            int at = (noted - i) & (CAPACITY - 1);
            if (sentAt[at] == startedAt) {
                sentAt[at] = -Nanos.NEVER;
                found = at;
                return true;
            }
        }
        return false;
    }

    /** The first counter at the send that was found last. */
    long first() {
        return first[found];
    }

    /** The second counter at the send that was found last. */
    long second() {
        return second[found];
    }

    /** When the oldest send before the one that was found last would leave the window. */
    long oldestLeavesAt() {
        return roomAt[found];
    }
}
