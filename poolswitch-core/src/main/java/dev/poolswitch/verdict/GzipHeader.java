package dev.poolswitch.verdict;

import java.util.Arrays;

/** Skips the header of a gzip stream (RFC 1952 section 2.3), which may come in any pieces. */
final class GzipHeader {

    private static final int FIXED = 10;
    private static final int HAS_CRC = 2;
    private static final int HAS_EXTRA = 4;
    private static final int HAS_NAME = 8;
    private static final int HAS_COMMENT = 16;

    private enum State {
        FIXED_PART,
        EXTRA_LENGTH,
        EXTRA,
        NAME,
        COMMENT,
        CRC,
        DONE,
        PLAIN
    }

    private final byte[] seen = new byte[FIXED];
    private State state = State.FIXED_PART;
    private int flags;
    private int count;
    private int extra;

    /** Skips what belongs to the header; returns the index of the first byte that does not. */
    int skip(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && state != State.DONE && state != State.PLAIN) {
            step(bytes[at++]);
        }
        return at;
    }

    private void step(byte b) {
        switch (state) {
            case FIXED_PART -> fixed(b);
            case EXTRA_LENGTH -> {
                extra |= (b & 0xFF) << (8 * count);
                if (++count == 2) {
                    count = 0;
                    enter(extra > 0 ? State.EXTRA : State.NAME);
                }
            }
            case EXTRA -> {
                if (++count == extra) {
                    enter(State.NAME);
                }
            }
            case NAME -> {
                if (b == 0) {
                    enter(State.COMMENT);
                }
            }
            case COMMENT -> {
                if (b == 0) {
                    enter(State.CRC);
                }
            }
            case CRC -> {
                if (++count == 2) {
                    state = State.DONE;
                }
            }
            case DONE, PLAIN -> throw new IllegalStateException("the header has ended");
        }
    }

    private void fixed(byte b) {
        seen[count++] = b;
        if ((count == 1 && b != 0x1f) || (count == 2 && b != (byte) 0x8b) || (count == 3 && b != 8)) {
            state = State.PLAIN;
        } else if (count == FIXED) {
            flags = seen[3];
            count = 0;
            enter(State.EXTRA_LENGTH);
        }
    }

    /** Enters a state, or the next one whose part is there. */
    private void enter(State wanted) {
        count = 0;
        State next = wanted;
        if (next == State.EXTRA_LENGTH && (flags & HAS_EXTRA) == 0) {
            next = State.NAME;
        }
        if (next == State.NAME && (flags & HAS_NAME) == 0) {
            next = State.COMMENT;
        }
        if (next == State.COMMENT && (flags & HAS_COMMENT) == 0) {
            next = State.CRC;
        }
        if (next == State.CRC && (flags & HAS_CRC) == 0) {
            next = State.DONE;
        }
        state = next;
    }

    boolean isDone() {
        return state == State.DONE;
    }

    /** Whether the stream is not gzip at all, whatever the answer's header claimed. */
    boolean isPlain() {
        return state == State.PLAIN;
    }

    /** The bytes that turned out to be plain and have been taken. */
    byte[] seen() {
        return Arrays.copyOf(seen, count);
    }
}
