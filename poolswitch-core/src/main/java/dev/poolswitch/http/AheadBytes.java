package dev.poolswitch.http;

import dev.poolswitch.verdict.Answer;
import java.util.Arrays;

/** Bytes that were read before anybody asked for them. Thread-safe. */
final class AheadBytes {

    private static final byte[] NONE = {};

    /** Mostly lent by {@link Pieces}, so nobody else ever gets to keep it. */
    private byte[] bytes = NONE;

    private int from;
    private int to;

    synchronized int size() {
        return to - from;
    }

    /** Takes over an array, which the caller may not touch any more. */
    synchronized void add(byte[] piece, int count) {
        int kept = size();
        if (kept == 0) {
            forget();
            bytes = piece;
        } else {
            byte[] joined = kept + count > bytes.length ? new byte[Math.max(kept + count, 2 * kept)] : bytes;
            System.arraycopy(bytes, from, joined, 0, kept);
            System.arraycopy(piece, 0, joined, kept, count);
            Pieces.SHARED.giveBack(piece);
            bytes = joined;
        }
        from = 0;
        to = kept + count;
    }

    synchronized int take(byte[] array, int offset, int count) {
        int taken = Math.min(count, size());
        System.arraycopy(bytes, from, array, offset, taken);
        from += taken;
        if (from == to) {
            forget();
        }
        return taken;
    }

    /** A copy of the first bytes. */
    synchronized byte[] peek(int most) {
        return Arrays.copyOfRange(bytes, from, from + Math.min(most, size()));
    }

    /** Whether the first bytes pass a test, which sees them where they lie. */
    synchronized boolean pass(int most, Answer.BytesTest test) {
        return test.passes(bytes, from, Math.min(most, size()));
    }

    synchronized void forget() {
        Pieces.SHARED.giveBack(bytes);
        bytes = NONE;
        from = 0;
        to = 0;
    }
}
