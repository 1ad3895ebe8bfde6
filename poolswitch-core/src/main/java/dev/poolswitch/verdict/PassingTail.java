package dev.poolswitch.verdict;

/**
 * The last bytes of a stream whose end nobody announces. Of the pieces in which a model's words come at least the last
 * 8 KiB are kept; of pieces of 8 KiB and more, as long as the longest before, only the last KiB: they fill a reader's buffer
 * because there is more than one can read, and to keep all of them would cost a tenth of what they take over loopback. A
 * shorter one tells that the end may be near.
 */
final class PassingTail {

    private static final int OF_A_LONG_PIECE = 1 << 10;
    private static final int LEAST = 8 << 10;
    private static final int MOST = 2 * LEAST;

    private byte[] kept = new byte[OF_A_LONG_PIECE];
    private int size;
    private int longest;
    private boolean cut;

    void accept(byte[] bytes, int from, int to) {
        int length = to - from;
        if (length >= LEAST && length >= longest) {
            longest = length;
            cut = true;
            size = 0;
            append(bytes, to - OF_A_LONG_PIECE, OF_A_LONG_PIECE);
        } else if (length > LEAST) {
            cut = true;
            size = 0;
            append(bytes, to - LEAST, LEAST);
        } else {
            makeRoom(length);
            append(bytes, from, length);
        }
    }

    private void makeRoom(int length) {
        if (size + length > MOST) {
            cut = true;
            System.arraycopy(kept, size - LEAST, kept, 0, LEAST);
            size = LEAST;
        }
    }

    private void append(byte[] bytes, int from, int length) {
        if (size + length > kept.length) {
            byte[] larger = new byte[Math.min(MOST, Math.max(2 * kept.length, size + length))];
            System.arraycopy(kept, 0, larger, 0, size);
            kept = larger;
        }
        System.arraycopy(bytes, from, kept, size, length);
        size += length;
    }

    /** Hands all that is kept to a scanner, and begins anew. */
    void drainTo(UsageScanner scanner) {
        if (cut) {
            scanner.skip();
        }
        scanner.accept(kept, 0, size);
        size = 0;
        cut = false;
    }
}
