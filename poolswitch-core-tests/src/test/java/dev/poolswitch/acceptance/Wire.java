package dev.poolswitch.acceptance;

import dev.poolswitch.KeyPool;
import dev.poolswitch.Origin;
import dev.poolswitch.http.Attempt;
import dev.poolswitch.http.BlockingDriver;
import dev.poolswitch.http.BlockingTransport;
import dev.poolswitch.http.BodyStream;
import dev.poolswitch.http.CallOptions;
import dev.poolswitch.http.Hop;
import dev.poolswitch.http.HttpCall;
import dev.poolswitch.http.Look;
import dev.poolswitch.http.PoolRouter;
import dev.poolswitch.http.RequestView;
import dev.poolswitch.http.ResponseView;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A client without a network: what an upstream answers is a function, and connections are a number. */
final class Wire {

    /** An answer of an upstream. */
    static final class Reply {

        private final int status;
        private final @Nullable String location;
        private final byte[] body;

        Reply(int status, @Nullable String location, byte[] body) {
            this.status = status;
            this.location = location;
            this.body = body;
        }
    }

    /** The other end. Whoever throws has broken the connection. */
    @FunctionalInterface
    interface Upstream {
        Reply answer(Hop hop, @Nullable String key) throws IOException;
    }

    /** Connections that are in use. */
    final AtomicInteger inUse = new AtomicInteger();
    /** Sends that began while the same call still held another answer. */
    final AtomicInteger heldTooLong = new AtomicInteger();

    private final Upstream upstream;

    Wire(Upstream upstream) {
        this.upstream = upstream;
    }

    /** The body that belongs to a hop whose path is its length. */
    static byte[] body(Hop hop) {
        int length = Integer.parseInt(hop.uri().getPath().substring(1));
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    /** Calls and returns the body, to be closed. */
    BodyStream call(KeyPool pool, URI uri) throws IOException {
        PoolRouter.Route route = Objects.requireNonNull(PoolRouter.of(pool).route(uri));
        Get request = new Get(uri);
        return BlockingDriver.run(HttpCall.begin(route, request, CallOptions.none(), null), request).body;
    }

    private final class Get implements RequestView, BlockingTransport<Head> {

        private final URI uri;
        private @Nullable Head last;

        Get(URI uri) {
            this.uri = uri;
        }

        @Override
        public Head send(Attempt attempt) throws IOException {
            if (last != null && last.connected()) {
                heldTooLong.incrementAndGet();
            }
            Hop hop = Hop.first(attempt, "GET", uri, false);
            while (true) {
                Reply reply = hop(hop, attempt);
                Hop next = hop.redirected(reply.status, reply.location);
                if (next == null) {
                    last = new Head(Wire.this, Origin.of(hop.uri()), reply);
                    return last;
                }
                hop = next;
            }
        }

        private Reply hop(Hop hop, Attempt attempt) throws IOException {
            URI at = hop.uri();
            return switch (attempt.sending(
                    at.getScheme(), at.getHost(), Origin.of(at).port(), false)) {
                case KEY -> upstream.answer(hop, attempt.credential());
                case OWN_CREDENTIAL, NOTHING -> upstream.answer(hop, null);
            };
        }

        @Override
        public ResponseView view(Head answer) {
            return answer;
        }

        @Override
        public Head deliver(Head answer, Attempt attempt) {
            if (attempt.isOpen()) {
                answer.body.deliver(attempt);
            }
            return answer;
        }

        @Override
        public void discard(Head answer) {
            answer.body.close();
        }

        @Override
        public boolean cancelled() {
            return false;
        }

        @Override
        public IOException cancellation() {
            return new IOException("cancelled");
        }

        @Override
        public String method() {
            return "GET";
        }

        @Override
        public @Nullable String header(String name) {
            return null;
        }

        @Override
        public boolean canBeSent() {
            return true;
        }

        @Override
        public boolean repeatable() {
            return true;
        }
    }

    private static final class Head implements ResponseView, BodyStream.Connection {

        private final Wire wire;
        private final Origin from;
        private final Reply reply;
        private final BodyStream body;
        private boolean over;

        Head(Wire wire, Origin from, Reply reply) {
            this.wire = wire;
            this.from = from;
            this.reply = reply;
            wire.inUse.incrementAndGet();
            body = new BodyStream(new Drops(reply.body), reply.body.length, this);
        }

        synchronized boolean connected() {
            return !over;
        }

        @Override
        public synchronized void giveBack() {
            over = true;
            wire.inUse.decrementAndGet();
        }

        @Override
        public void drop() {
            giveBack();
        }

        @Override
        public int status() {
            return reply.status;
        }

        @Override
        public boolean answeredBy(Origin origin) {
            return from.equals(origin);
        }

        @Override
        public boolean hasBody() {
            return true;
        }

        @Override
        public long contentLength() {
            return reply.body.length;
        }

        @Override
        public boolean prefix(int maxBytes, Look look, BytesTest test) {
            return body.prefix(maxBytes, look, test);
        }

        @Override
        public @Nullable String header(String name) {
            return "Retry-After-Ms".equalsIgnoreCase(name) && reply.status == 429 ? "5" : null;
        }

        @Override
        public List<String> headers(String name) {
            String value = header(name);
            return value == null ? List.of() : List.of(value);
        }

        @Override
        public void forEachHeader(BiConsumer<String, String> consumer) {
            String wait = header("Retry-After-Ms");
            if (wait != null) {
                consumer.accept("Retry-After-Ms", wait);
            }
        }

        @Override
        public Instant receivedAt() {
            return Instant.now();
        }
    }

    /** Bytes that come in pieces, as from a network. */
    private static final class Drops extends InputStream {

        private final ByteArrayInputStream bytes;

        Drops(byte[] bytes) {
            this.bytes = new ByteArrayInputStream(bytes);
        }

        @Override
        public int read() {
            return bytes.read();
        }

        @Override
        public int read(byte[] array, int offset, int count) {
            return bytes.read(array, offset, Math.min(count, 700));
        }
    }
}
