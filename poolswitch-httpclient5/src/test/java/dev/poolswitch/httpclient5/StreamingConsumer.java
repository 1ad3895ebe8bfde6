package dev.poolswitch.httpclient5;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.function.BiConsumer;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.nio.AsyncResponseConsumer;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/** Hands the head over when it comes and the body as a stream while it comes. */
final class StreamingConsumer extends InputStream implements AsyncResponseConsumer<Void> {

    private final BiConsumer<HttpResponse, InputStream> whenHead;
    private final Queue<byte[]> pieces = new ArrayDeque<>();
    private byte @Nullable [] current;
    private int at;
    private boolean ended;
    private boolean released;
    private @Nullable Exception failure;
    private @Nullable CapacityChannel capacity;
    private @Nullable FutureCallback<Void> result;

    StreamingConsumer(BiConsumer<HttpResponse, InputStream> whenHead) {
        this.whenHead = whenHead;
    }

    @Override
    public void consumeResponse(
            HttpResponse response,
            @Nullable EntityDetails details,
            HttpContext context,
            FutureCallback<Void> resultCallback) {
        synchronized (this) {
            result = resultCallback;
            ended = details == null;
        }
        whenHead.accept(response, this);
        if (details == null) {
            resultCallback.completed(null);
        }
    }

    @Override
    public void informationResponse(HttpResponse response, HttpContext context) {}

    @Override
    public synchronized void updateCapacity(CapacityChannel channel) throws IOException {
        capacity = channel;
        if (pieces.isEmpty()) {
            channel.update(65_536);
        }
    }

    @Override
    public synchronized void consume(ByteBuffer source) {
        byte[] piece = new byte[source.remaining()];
        source.get(piece);
        pieces.add(piece);
        notifyAll();
    }

    @Override
    public void streamEnd(@Nullable List<? extends Header> trailers) {
        FutureCallback<Void> whenOver;
        synchronized (this) {
            ended = true;
            whenOver = result;
            notifyAll();
        }
        if (whenOver != null) {
            whenOver.completed(null);
        }
    }

    @Override
    public synchronized void failed(Exception cause) {
        if (failure == null && !ended) {
            failure = cause;
            notifyAll();
        }
    }

    /** Only now the connection is back in its pool, which the end of the body does not tell. */
    @Override
    public synchronized void releaseResources() {
        released = true;
        notifyAll();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public synchronized int read(byte[] array, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (current == null || at == current.length) {
            at = 0;
            current = pieces.poll();
            if (current != null) {
                continue;
            }
            if (failure != null) {
                throw new IOException("broken off", failure);
            }
            if (ended && released) {
                return -1;
            }
            if (capacity != null) {
                capacity.update(65_536);
            }
            try {
                wait();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
        int count = Math.min(length, current.length - at);
        System.arraycopy(current, at, array, offset, count);
        at += count;
        return count;
    }
}
