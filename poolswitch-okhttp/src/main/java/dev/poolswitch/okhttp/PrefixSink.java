package dev.poolswitch.okhttp;

import dev.poolswitch.verdict.Answer;
import java.io.IOException;
import okhttp3.RequestBody;
import okio.Buffer;
import okio.BufferedSink;
import okio.ForwardingSink;
import okio.Okio;

/** Keeps the first bytes of a request body and stops its writing after them. */
final class PrefixSink extends ForwardingSink {

    private final Buffer kept;
    private final int most;

    static byte[] of(RequestBody body, int most) {
        Buffer kept = new Buffer();
        try (BufferedSink sink = Okio.buffer(new PrefixSink(kept, most))) {
            body.writeTo(sink);
            sink.flush();
        } catch (IOException e) {
            // Enough was written, or the body is broken, which its sending will tell the caller.
        }
        byte[] first = first(most, kept);
        kept.clear();
        return first;
    }

    /** A copy of a buffer's first bytes. Okio's own copies share its segments, which are then never used again. */
    static byte[] first(int most, Buffer buffer) {
        byte[] bytes = new byte[(int) Math.min(most, buffer.size())];
        try (Buffer.UnsafeCursor cursor = buffer.readUnsafe(new Buffer.UnsafeCursor())) {
            int done = 0;
            while (done < bytes.length && cursor.next() > 0 && cursor.data != null) {
                int part = Math.min(cursor.end - cursor.start, bytes.length - done);
                System.arraycopy(cursor.data, cursor.start, bytes, done, part);
                done += part;
            }
        }
        return bytes;
    }

    /** Tests a buffer's first bytes where they lie, if they lie in one segment. */
    static boolean first(int most, Buffer buffer, Answer.BytesTest test) {
        try (Buffer.UnsafeCursor cursor = buffer.readUnsafe(new Buffer.UnsafeCursor())) {
            int length = (int) Math.min(most, buffer.size());
            if (length > 0 && cursor.next() >= length && cursor.data != null) {
                return test.passes(cursor.data, cursor.start, length);
            }
        }
        byte[] copy = first(most, buffer);
        return test.passes(copy, 0, copy.length);
    }

    private PrefixSink(Buffer kept, int most) {
        super(kept);
        this.kept = kept;
        this.most = most;
    }

    @Override
    public void write(Buffer source, long byteCount) throws IOException {
        super.write(source, byteCount);
        if (kept.size() > most) {
            throw new IOException("enough");
        }
    }
}
