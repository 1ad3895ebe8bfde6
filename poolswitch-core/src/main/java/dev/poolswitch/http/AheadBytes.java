package dev.poolswitch.http;

import java.util.Arrays;

/** Bytes that were read before anybody asked for them. Thread-safe. */
final class AheadBytes {

    private static final byte[] NONE = {};

    private byte[] bytes = NONE;
    private int from;
    private int to;

    synchronized int size() {
        return to - from;
    }

    /** Takes over an array, which nobody else may change any more. */
    synchronized void add(byte[] piece, int count) {
        int kept = size();
        if (kept == 0) {
            bytes = piece;
        } else {
            byte[] joined = kept + count > bytes.length ? new byte[Math.max(kept + count, 2 * kept)] : bytes;
            System.arraycopy(bytes, from, joined, 0, kept);
            System.arraycopy(piece, 0, joined, kept, count);
            bytes = joined;
        }
        from = 0;
        to = kept + count;
    }

    synchronized int take(byte[] array, int offset, int count) {
        int taken = Math.min(count, size());
        System.arraycopy(bytes, from, array, offset, taken);
        from += taken;
        return taken;
    }

    /** The first bytes. Nobody may change them: they are the ones that will be taken, if that spares a copy. */
    synchronized byte[] peek(int most) {
        if (from == 0 && to == bytes.length && to <= most) {
            return bytes;
        }
        return Arrays.copyOfRange(bytes, from, from + Math.min(most, size()));
    }

    synchronized void forget() {
        from = to;
    }
}
