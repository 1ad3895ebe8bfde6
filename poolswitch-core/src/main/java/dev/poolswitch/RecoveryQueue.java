package dev.poolswitch;

import java.util.PriorityQueue;
import java.util.concurrent.locks.ReentrantLock;

/** Remembers when to look at a resting key again. Nothing fires: whoever takes a key looks whether something is due. */
final class RecoveryQueue {

    private record Entry(long at, KeySlot slot) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            return Long.compare(at, other.at);
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final PriorityQueue<Entry> entries = new PriorityQueue<>();
    private volatile long nextAt = Nanos.NEVER;

    /** The earliest instant at which something is due. */
    long nextAt() {
        return nextAt;
    }

    void add(KeySlot slot, long at) {
        lock.lock();
        try {
            if (at >= slot.queuedUntil) {
                return;
            }
            slot.queuedUntil = at;
            entries.add(new Entry(at, slot));
            nextAt = Math.min(nextAt, at);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Marks the keys whose rest has run out as worth a look.
     *
     * @param wait whether to wait for somebody who is about to do the same
     * @return whether all are marked; {@code false} when somebody else is at it
     */
    boolean release(long now, boolean wait) {
        if (now < nextAt) {
            return true;
        }
        if (wait) {
            lock.lock();
        } else if (!lock.tryLock()) {
            return false;
        }
        try {
            while (!entries.isEmpty() && entries.peek().at <= now) {
                Entry due = entries.poll();
                if (due.slot.queuedUntil == due.at) {
                    due.slot.queuedUntil = Nanos.NEVER;
                }
                due.slot.markReady();
            }
            nextAt = entries.isEmpty() ? Nanos.NEVER : entries.peek().at;
            return true;
        } finally {
            lock.unlock();
        }
    }
}
