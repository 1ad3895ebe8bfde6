package dev.poolswitch.httpclient5;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Set;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.nio.AsyncEntityProducer;
import org.apache.hc.core5.http.nio.DataStreamChannel;
import org.jspecify.annotations.Nullable;

/** A request's body out of a stream, as an application would write it: it does not know how to begin again. */
final class OneShotProducer implements AsyncEntityProducer {

    private final InputStream in;
    private final long length;
    private final ContentType type;
    private ByteBuffer pending = ByteBuffer.allocate(0);

    OneShotProducer(InputStream in, long length, ContentType type) {
        this.in = in;
        this.length = length;
        this.type = type;
    }

    @Override
    public boolean isRepeatable() {
        return false;
    }

    @Override
    public int available() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void produce(DataStreamChannel channel) throws IOException {
        if (!pending.hasRemaining()) {
            byte[] piece = in.readNBytes(4096);
            if (piece.length == 0) {
                channel.endStream();
                return;
            }
            pending = ByteBuffer.wrap(piece);
        }
        channel.write(pending);
    }

    @Override
    public long getContentLength() {
        return length;
    }

    @Override
    public String getContentType() {
        return type.toString();
    }

    @Override
    public @Nullable String getContentEncoding() {
        return null;
    }

    @Override
    public boolean isChunked() {
        return length < 0;
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
