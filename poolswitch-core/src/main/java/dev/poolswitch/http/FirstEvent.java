package dev.poolswitch.http;

import java.nio.charset.StandardCharsets;

/**
 * Finds the end of the first whole event in a stream of server-sent events: the blank line after at least one line of
 * {@code data} or {@code event}. Comments, blank lines and what else keeps a connection alive are no events. Takes the
 * bytes as they come, however they are cut. One thread at a time.
 */
final class FirstEvent {

    private static final byte[] DATA = "data".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EVENT = "event".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private long seen;
    private int inLine;
    private boolean afterReturn;
    private boolean maybeData = true;
    private boolean maybeEvent = true;
    private boolean begun;
    private boolean whole;

    /** Takes the next bytes and tells whether the event is whole now. */
    boolean accept(byte[] bytes, int from, int to) {
        for (int i = from; i < to && !whole; i++) {
            take(bytes[i]);
        }
        return whole;
    }

    boolean isWhole() {
        return whole;
    }

    private void take(byte b) {
        boolean markAhead = seen < BYTE_ORDER_MARK.length && inLine == 0 && b == BYTE_ORDER_MARK[(int) seen];
        seen++;
        if (markAhead || (b == '\n' && afterReturn)) {
            afterReturn = false;
            return;
        }
        afterReturn = b == '\r';
        if (b == '\n' || b == '\r') {
            endOfLine();
            return;
        }
        // The name of a field ends at a colon, or with the line.
        boolean endOfName = b == ':';
        begun |= endOfName && isField();
        maybeData &= !endOfName && inLine < DATA.length && b == DATA[inLine];
        maybeEvent &= !endOfName && inLine < EVENT.length && b == EVENT[inLine];
        inLine++;
    }

    private void endOfLine() {
        begun |= isField();
        whole = inLine == 0 && begun;
        inLine = 0;
        maybeData = true;
        maybeEvent = true;
    }

    private boolean isField() {
        return (maybeData && inLine == DATA.length) || (maybeEvent && inLine == EVENT.length);
    }
}
