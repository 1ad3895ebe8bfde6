package dev.poolswitch.testkit.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.impl.BasicEntityDetails;
import org.apache.hc.core5.http.message.BasicHttpResponse;
import org.apache.hc.core5.http.nio.AsyncServerExchangeHandler;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.nio.DataStreamChannel;
import org.apache.hc.core5.http.nio.ResponseChannel;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/** One exchange of {@link Http2Upstream}: the head at once, then what comes, as it comes. */
final class Http2Echo implements AsyncServerExchangeHandler {

    private final List<String> keys;
    private final Set<String> refused;
    private final ByteArrayOutputStream waiting = new ByteArrayOutputStream();
    private boolean refuses;
    private boolean ended;
    private @Nullable DataStreamChannel out;

    Http2Echo(List<String> keys, Set<String> refused) {
        this.keys = keys;
        this.refused = refused;
    }

    @Override
    public void handleRequest(
            HttpRequest request, @Nullable EntityDetails entity, ResponseChannel channel, HttpContext context)
            throws HttpException, IOException {
        Header header = request.getFirstHeader("Authorization");
        String key = header == null ? ScriptedServer.NO_KEY : header.getValue().replaceFirst("^Bearer ", "");
        keys.add(key);
        synchronized (waiting) {
            refuses = refused.contains(key);
            ended = refuses || entity == null;
            if (refuses) {
                waiting.writeBytes("slow down".getBytes(UTF_8));
            }
        }
        channel.sendResponse(
                new BasicHttpResponse(refuses ? 429 : 200),
                new BasicEntityDetails(-1, ContentType.TEXT_PLAIN),
                context);
    }

    @Override
    public void updateCapacity(CapacityChannel channel) throws IOException {
        channel.update(Integer.MAX_VALUE);
    }

    @Override
    public void consume(ByteBuffer source) {
        byte[] bytes = new byte[source.remaining()];
        source.get(bytes);
        synchronized (waiting) {
            if (!refuses) {
                waiting.writeBytes(bytes);
            }
        }
        wakeUp();
    }

    @Override
    public void streamEnd(@Nullable List<? extends Header> trailers) {
        synchronized (waiting) {
            ended = true;
        }
        wakeUp();
    }

    private void wakeUp() {
        DataStreamChannel channel = out;
        if (channel != null) {
            channel.requestOutput();
        }
    }

    @Override
    public int available() {
        synchronized (waiting) {
            return waiting.size() + (ended ? 1 : 0);
        }
    }

    @Override
    public void produce(DataStreamChannel channel) throws IOException {
        out = channel;
        synchronized (waiting) {
            ByteBuffer bytes = ByteBuffer.wrap(waiting.toByteArray());
            if (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            waiting.reset();
            waiting.write(bytes.array(), bytes.position(), bytes.remaining());
            if (ended && waiting.size() == 0) {
                channel.endStream();
            }
        }
    }

    @Override
    public void failed(Exception cause) {}

    @Override
    public void releaseResources() {}
}
