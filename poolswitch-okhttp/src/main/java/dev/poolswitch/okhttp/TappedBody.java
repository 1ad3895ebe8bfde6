package dev.poolswitch.okhttp;

import dev.poolswitch.http.Attempt;
import java.io.IOException;
import okhttp3.Call;
import okhttp3.MediaType;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSource;
import okio.ForwardingSource;
import okio.Okio;
import okio.Source;
import org.jspecify.annotations.Nullable;

/**
 * A body that tells an attempt how the reading goes from the moment on when it is delivered; nothing is held back. Around
 * the body of each hop from the beginning, so that its delivery needs no copy of the answer.
 */
final class TappedBody extends ResponseBody {

    private final ResponseBody body;
    private BufferedSource source;

    TappedBody(ResponseBody body) {
        this.body = body;
        this.source = body.source();
    }

    /** The answer with its body tapped, which may be the tapped one of the hop that it came from. */
    static Response deliver(Response response, ResponseBody body, Attempt attempt, Call call) {
        if (body instanceof TappedBody ofHop) {
            ofHop.tap(attempt, call);
            return response;
        }
        TappedBody tapped = new TappedBody(body);
        tapped.tap(attempt, call);
        return response.newBuilder().body(tapped).build();
    }

    private void tap(Attempt attempt, Call call) {
        source = Okio.buffer(new Tap(source, attempt, call));
    }

    @Override
    public @Nullable MediaType contentType() {
        return body.contentType();
    }

    @Override
    public long contentLength() {
        return body.contentLength();
    }

    @Override
    public BufferedSource source() {
        return source;
    }

    private static final class Tap extends ForwardingSource {

        private final Attempt attempt;
        private final Call call;

        Tap(Source delegate, Attempt attempt, Call call) {
            super(delegate);
            this.attempt = attempt;
            this.call = call;
        }

        @Override
        public long read(Buffer sink, long byteCount) throws IOException {
            try {
                long count = super.read(sink, byteCount);
                if (count < 0) {
                    attempt.end();
                } else if (attempt.wantsBytes()) {
                    show(sink, count);
                } else {
                    attempt.passed(count);
                }
                return count;
            } catch (IOException e) {
                attempt.broken(e, call.isCanceled());
                throw e;
            }
        }

        /** Shows the segments in place, without copying them. */
        private void show(Buffer sink, long count) {
            try (Buffer.UnsafeCursor cursor = sink.readUnsafe(new Buffer.UnsafeCursor())) {
                long left = count;
                int length = cursor.seek(sink.size() - count);
                while (left > 0 && length > 0 && cursor.data != null) {
                    int part = (int) Math.min(left, length);
                    attempt.bytes(cursor.data, cursor.start, part);
                    left -= part;
                    length = left > 0 ? cursor.next() : 0;
                }
            }
        }

        @Override
        public void close() throws IOException {
            try {
                super.close();
            } finally {
                attempt.closedEarly();
            }
        }
    }
}
