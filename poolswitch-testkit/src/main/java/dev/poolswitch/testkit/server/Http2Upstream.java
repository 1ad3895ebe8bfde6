package dev.poolswitch.testkit.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.impl.bootstrap.HttpAsyncServer;
import org.apache.hc.core5.http2.HttpVersionPolicy;
import org.apache.hc.core5.http2.impl.nio.bootstrap.H2ServerBootstrap;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.reactor.IOSessionListener;

/**
 * An upstream that speaks HTTP/2 without TLS. Keys that it refuses get a 429, to all others it sends back what they send,
 * as it comes. Needs {@code org.apache.httpcomponents.core5:httpcore5-h2}, which this module does not bring along.
 */
public final class Http2Upstream implements AutoCloseable {

    private final List<String> keys = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final HttpAsyncServer server;
    private final int port;

    /** Starts an upstream on a free port that refuses some keys. */
    public static Http2Upstream refusing(String... keys) {
        return new Http2Upstream(Set.of(keys));
    }

    private Http2Upstream(Set<String> refused) {
        server = H2ServerBootstrap.bootstrap()
                .setVersionPolicy(HttpVersionPolicy.FORCE_HTTP_2)
                .setCanonicalHostName("127.0.0.1")
                .setIOSessionListener(new Counting())
                .register("*", () -> new Http2Echo(keys, refused))
                .create();
        server.start();
        try {
            InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            port = ((InetSocketAddress) server.listen(any, URIScheme.HTTP).get().getAddress()).getPort();
        } catch (ExecutionException e) {
            throw new UncheckedIOException(new IOException(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The address of a path. */
    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    /** The key that each request carried. */
    public List<String> keysInOrder() {
        return List.copyOf(keys);
    }

    /** How many connections have been made. */
    public int connectionsAccepted() {
        return connections.get();
    }

    @Override
    public void close() {
        server.close(CloseMode.IMMEDIATE);
    }

    private final class Counting implements IOSessionListener {

        @Override
        public void connected(IOSession session) {
            connections.incrementAndGet();
        }

        @Override
        public void startTls(IOSession session) {}

        @Override
        public void inputReady(IOSession session) {}

        @Override
        public void outputReady(IOSession session) {}

        @Override
        public void timeout(IOSession session) {}

        @Override
        public void exception(IOSession session, Exception failure) {}

        @Override
        public void disconnected(IOSession session) {}
    }
}
