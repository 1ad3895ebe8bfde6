package dev.poolswitch.okhttp;

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
        return kept.snapshot((int) Math.min(most, kept.size())).toByteArray();
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
