package dev.poolswitch.testkit.server;

import java.io.IOException;

/** Writes a reply's body in its framing, at its pace and up to its breaking point. */
final class BodySink {
    private static final byte[] CRLF = {'\r', '\n'};
    private static final long GATE_SLICE_NANOS = 5_000_000;

    private final WireOutput out;
    private final WireInput in;
    private final Draft draft;
    private final boolean chunked;
    private final Runnable beforeLastBytes;
    private final long size;
    private final long cut;
    private long written;

    BodySink(WireOutput out, WireInput in, Draft draft, boolean chunked, Runnable beforeLastBytes) {
        this.out = out;
        this.in = in;
        this.draft = draft;
        this.chunked = chunked;
        this.beforeLastBytes = beforeLastBytes;
        this.size = draft.content.size();
        this.cut = draft.cutPosition();
    }

    void write(byte[] bytes, int offset, int length) throws IOException {
        if (draft.dribbleBytes == 0) {
            piece(bytes, offset, length);
            return;
        }
        for (int done = 0; done < length; ) {
            int count = Math.min(draft.dribbleBytes, length - done);
            piece(bytes, offset + done, count);
            done += count;
            if (written < size) {
                flush();
                pause(draft.dribbleNanos);
            }
        }
    }

    private void piece(byte[] bytes, int offset, int length) throws IOException {
        boolean cutsHere = cut >= 0 && written + length >= cut;
        int count = cutsHere ? (int) (cut - written) : length;
        written += count;
        if (cutsHere || written == size) {
            beforeLastBytes.run();
        }
        if (count > 0) {
            frame(bytes, offset, count);
        }
        if (cutsHere) {
            flush();
            throw new CutOff();
        }
    }

    private void frame(byte[] bytes, int offset, int length) throws IOException {
        if (chunked) {
            out.text(Integer.toHexString(length) + "\r\n");
        }
        out.write(bytes, offset, length);
        if (chunked) {
            out.write(CRLF, 0, CRLF.length);
        }
    }

    void flush() throws IOException {
        out.flush();
    }

    void pause(long nanos) throws IOException {
        in.pause(nanos);
        awaitGate(draft, in);
    }

    /** Waits until what follows may leave. */
    static void awaitGate(Draft draft, WireInput in) throws IOException {
        while (draft.gate != null && draft.gate.getCount() > 0) {
            in.pause(GATE_SLICE_NANOS);
        }
    }

    /** The reply's breaking point is reached. */
    static final class CutOff extends IOException {
        private static final long serialVersionUID = 1;

        CutOff() {
            super("cut off as the reply demands");
        }
    }
}
