package dev.poolswitch.verdict;

import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Inflates a gzip stream that comes in any pieces; what is none passes as it is. A stream may have several members, one
 * after the other (RFC 1952 section 2.2); they are one body. Checksums are not looked at: the application's own reader
 * does that.
 */
final class Gunzip implements AutoCloseable {

    private static final int WINDOW = 8 * 1024;
    /** Checksum and length behind each member. */
    private static final int TRAILER = 8;

    /** Takes what was inflated. */
    @FunctionalInterface
    interface Sink {
        /** Takes {@code bytes[from, to)}; returns whether more is wanted. */
        boolean take(byte[] bytes, int from, int to);
    }

    private final Sink sink;
    private GzipHeader header = new GzipHeader();
    private @Nullable Inflater inflater;
    private byte @Nullable [] window;
    private int trailerLeft;
    private boolean anyMember;
    /** Whether the body is not gzip at all, whatever the answer's header claimed. */
    private boolean plain;

    private boolean ended;

    Gunzip(Sink sink) {
        this.sink = sink;
    }

    /** Takes the next piece. Never throws; what is broken or follows the last member is the end. */
    void accept(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && !ended) {
            if (plain) {
                ended = !sink.take(bytes, at, to);
                return;
            }
            if (trailerLeft > 0) {
                int skipped = Math.min(trailerLeft, to - at);
                trailerLeft -= skipped;
                at += skipped;
            } else if (header.isDone()) {
                at = inflate(bytes, at, to);
            } else {
                at = skipHeader(bytes, at, to);
            }
        }
    }

    private int skipHeader(byte[] bytes, int from, int to) {
        int at = header.skip(bytes, from, to);
        if (header.isPlain()) {
            plain = !anyMember;
            // Some pad the last member; whatever follows it, it is no body.
            ended = anyMember || !sink.take(header.seen(), 0, header.seen().length);
        }
        return at;
    }

    private int inflate(byte[] bytes, int from, int to) {
        Inflater open = inflater != null ? inflater : new Inflater(true);
        inflater = open;
        byte[] out = window != null ? window : new byte[WINDOW];
        window = out;
        open.setInput(bytes, from, to - from);
        try {
            int count = open.inflate(out);
            while (count > 0 && sink.take(out, 0, count)) {
                count = open.inflate(out);
            }
            if (open.finished() && count == 0) {
                int next = to - open.getRemaining();
                endMember(open);
                return next;
            }
            ended = count > 0 || open.needsDictionary();
        } catch (DataFormatException e) {
            ended = true;
        }
        return to;
    }

    private void endMember(Inflater open) {
        open.reset();
        anyMember = true;
        header = new GzipHeader();
        trailerLeft = TRAILER;
    }

    /** Whether nothing that comes will be looked at. */
    boolean ended() {
        return ended;
    }

    /** Frees what inflating holds. Idempotent. */
    @Override
    public void close() {
        ended = true;
        if (inflater != null) {
            inflater.end();
            inflater = null;
            window = null;
        }
    }
}
