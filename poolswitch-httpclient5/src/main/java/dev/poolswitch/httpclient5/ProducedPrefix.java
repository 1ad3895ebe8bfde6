package dev.poolswitch.httpclient5;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.nio.AsyncEntityProducer;
import org.apache.hc.core5.http.nio.DataStreamChannel;

/** A channel that takes the first bytes of a body that can be produced again. */
final class ProducedPrefix implements DataStreamChannel {

    private final int most;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private boolean ended;

    private ProducedPrefix(int most) {
        this.most = most;
    }

    /** The first bytes that the producer has at hand. */
    static byte[] of(AsyncEntityProducer producer, int most) {
        ProducedPrefix prefix = new ProducedPrefix(most);
        try {
            int before = -1;
            while (!prefix.ended && prefix.bytes.size() < most && prefix.bytes.size() > before) {
                before = prefix.bytes.size();
                producer.produce(prefix);
            }
            return prefix.bytes.toByteArray();
        } catch (IOException e) {
            // The send will meet the same failure.
            return new byte[0];
        } finally {
            producer.releaseResources();
        }
    }

    @Override
    public int write(ByteBuffer source) {
        byte[] part = new byte[Math.min(source.remaining(), most - bytes.size())];
        source.get(part);
        bytes.writeBytes(part);
        return part.length;
    }

    @Override
    public void requestOutput() {}

    @Override
    public void endStream() {
        ended = true;
    }

    @Override
    public void endStream(List<? extends Header> trailers) {
        ended = true;
    }
}
