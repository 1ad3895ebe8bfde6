package dev.poolswitch.okhttp;

import dev.poolswitch.http.Attempt;
import dev.poolswitch.http.BodyStream;
import dev.poolswitch.http.Look;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.concurrent.locks.ReentrantLock;
import okhttp3.Call;
import okhttp3.ResponseBody;
import okio.Okio;
import org.jspecify.annotations.Nullable;

/**
 * A stream of events that was held back for its first one. When Okio's patience ends, so does the connection; so here
 * another thread is in the read, and the application goes on behind it.
 */
final class HeldBody implements BodyStream.Connection {

    private final ResponseBody body;
    private final Call call;
    private final @Nullable Socket own;
    private final ReentrantLock reading = new ReentrantLock();
    private final BodyStream stream;

    /**
     * A body that nobody reads yet.
     *
     * @param own the connection if no other call shares it
     */
    HeldBody(ResponseBody body, Call call, @Nullable Socket own) {
        this.body = body;
        this.call = call;
        this.own = own;
        this.stream = new BodyStream(locked(body.byteStream()), body.contentLength(), this);
    }

    /** OkHttp sends nothing more before an answer is closed; of one that could not be closed now nothing is told. */
    byte[] prefix(int maxBytes, Look look) {
        byte[] seen = stream.prefix(maxBytes, look);
        return own == null && reading.isLocked() ? new byte[0] : seen;
    }

    ResponseBody deliver(Attempt attempt) {
        stream.deliver(attempt);
        return ResponseBody.create(Okio.buffer(Okio.source(stream)), body.contentType(), body.contentLength());
    }

    void close() {
        stream.close();
    }

    /** An Okio source must not be closed while it is read. */
    private InputStream locked(InputStream in) {
        return new FilterInputStream(in) {
            @Override
            public int read(byte[] array, int offset, int count) throws IOException {
                reading.lock();
                try {
                    return super.read(array, offset, count);
                } finally {
                    reading.unlock();
                }
            }
        };
    }

    @Override
    public void giveBack() {
        body.close();
    }

    @Override
    public void drop() {
        reading.lock();
        try {
            body.close();
        } finally {
            reading.unlock();
        }
    }

    @Override
    public boolean cut() {
        try {
            if (own == null) {
                call.cancel();
            } else {
                own.close();
            }
        } catch (IOException e) {
            // Cut all the same.
        }
        return !Thread.currentThread().isInterrupted();
    }

    @Override
    public boolean cancelled() {
        return call.isCanceled();
    }
}
