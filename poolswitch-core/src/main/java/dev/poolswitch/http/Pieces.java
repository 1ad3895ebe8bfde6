package dev.poolswitch.http;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Arrays into which the beginnings of answers are read, lent again and again: a new one for each call would be as large as
 * most answers are. Whoever has one gives it back when nobody can see it any more, or leaves it to the collector. As many
 * are kept as {@value #SLOTS} threads need at once, of {@value #LONGEST} bytes at most. Thread-safe; never waits.
 */
@SuppressWarnings("ImmutableEnumChecker") // What it keeps is nobody's.
enum Pieces {
    SHARED;

    /** The most that one read brings. */
    static final int LONGEST = 8 * 1024;

    /** Answers of all usual lengths can use it. */
    private static final int SHORTEST = 1024;
    /** The one byte that looks for the end, foremost, is not worth an array that answers could use. */
    private static final int NOT_LENT = 128;

    private static final int SLOTS = 32;
    /** No two slots share a cache line. */
    private static final int APART = 16;

    private final AtomicReferenceArray<byte @Nullable []> spare = new AtomicReferenceArray<>((SLOTS + 1) * APART);

    /** An array with room for so many bytes, which holds what it held before. */
    byte[] take(int room) {
        if (room < NOT_LENT) {
            return new byte[room];
        }
        byte[] found = spare.getAndSet(slot(), null);
        return found != null && found.length >= room ? found : new byte[Math.max(room, SHORTEST)];
    }

    /** Takes back an array that nobody sees any more: whoever takes it next writes into it. */
    void giveBack(byte[] piece) {
        if (piece.length >= SHORTEST && piece.length <= LONGEST) {
            spare.setRelease(slot(), piece);
        }
    }

    private static int slot() {
        return (int) (Thread.currentThread().getId() % SLOTS + 1) * APART;
    }
}
