package dev.poolswitch.httpclient5;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.nio.AsyncEntityProducer;
import org.apache.hc.core5.http.nio.DataStreamChannel;
import org.jspecify.annotations.Nullable;

/** A body that is written while the answer comes. */
final class DuplexProducer implements AsyncEntityProducer {

    private ByteBuffer pending = ByteBuffer.allocate(0);
    private boolean ended;
    private @Nullable DataStreamChannel out;

    synchronized void write(String text) {
        ByteBuffer joined = ByteBuffer.allocate(pending.remaining() + text.length());
        pending = joined.put(pending)
                .put(text.getBytes(StandardCharsets.US_ASCII))
                .flip();
        wakeUp();
    }

    synchronized void end() {
        ended = true;
        wakeUp();
    }

    private void wakeUp() {
        if (out != null) {
            out.requestOutput();
        }
    }

    @Override
    public synchronized int available() {
        return pending.remaining() + (ended ? 1 : 0);
    }

    @Override
    public synchronized void produce(DataStreamChannel channel) throws IOException {
        out = channel;
        if (pending.hasRemaining()) {
            channel.write(pending);
        }
        if (ended && !pending.hasRemaining()) {
            channel.endStream();
        }
    }

    @Override
    public boolean isRepeatable() {
        return false;
    }

    @Override
    public long getContentLength() {
        return -1;
    }

    @Override
    public String getContentType() {
        return ContentType.TEXT_PLAIN.toString();
    }

    @Override
    public @Nullable String getContentEncoding() {
        return null;
    }

    @Override
    public boolean isChunked() {
        return true;
    }

    @Override
    public Set<String> getTrailerNames() {
        return Set.of();
    }

    @Override
    public void failed(Exception cause) {}

    @Override
    public void releaseResources() {}
}
