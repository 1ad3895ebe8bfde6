package dev.poolswitch.verdict;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Finds the beginnings of a few JSON member names in raw bytes, without parsing what lies between: Horspool's search
 * for several patterns of one width. It looks at one byte in three or four of ordinary text, so that a body which holds
 * none of the names costs next to nothing. Immutable.
 *
 * <p>A name inside a JSON string is written {@code \"name\"}; the backslash before the quote tells it from a real one.
 */
final class KeyScanner {

    /** The length of each pattern, its opening quote included. */
    static final int WIDTH = 6;

    private final byte[][] patterns;
    private final byte[] shift = new byte[256];

    KeyScanner(String... patterns) {
        this.patterns = new byte[patterns.length][];
        Arrays.fill(shift, (byte) WIDTH);
        for (int p = 0; p < patterns.length; p++) {
            byte[] bytes = patterns[p].getBytes(StandardCharsets.US_ASCII);
            if (bytes.length != WIDTH) {
                throw new IllegalArgumentException("a pattern must have " + WIDTH + " bytes: " + patterns[p]);
            }
            this.patterns[p] = bytes;
            for (int i = 0; i < WIDTH; i++) {
                int at = bytes[i] & 0xFF;
                shift[at] = (byte) Math.min(shift[at], WIDTH - 1 - i);
            }
        }
    }

    /** The index at which the first pattern begins in {@code bytes[from, to)}; -1 when there is none. */
    int find(byte[] bytes, int from, int to) {
        int end = from + WIDTH - 1;
        while (end < to) {
            int step = shift[bytes[end] & 0xFF];
            if (step != 0) {
                end += step;
            } else if (patternAt(bytes, end - WIDTH + 1) >= 0) {
                return end - WIDTH + 1;
            } else {
                end++;
            }
        }
        return -1;
    }

    /** Which pattern begins there; -1 for none. The caller vouches for {@link #WIDTH} bytes. */
    int patternAt(byte[] bytes, int start) {
        for (int p = 0; p < patterns.length; p++) {
            byte[] pattern = patterns[p];
            int i = WIDTH - 1;
            while (i >= 0 && bytes[start + i] == pattern[i]) {
                i--;
            }
            if (i < 0) {
                return p;
            }
        }
        return -1;
    }
}
