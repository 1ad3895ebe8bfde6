package dev.poolswitch.jaxrs;

import dev.poolswitch.Origin;
import dev.poolswitch.http.Attempt;
import dev.poolswitch.http.BodyStream;
import dev.poolswitch.http.Hop;
import dev.poolswitch.http.Look;
import dev.poolswitch.http.ResponseView;
import jakarta.ws.rs.client.ClientResponseContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** An answer that the transport client received, as the exchange sees it and as the application gets it. */
final class TransportAnswer implements ResponseView, BodyStream.Connection {

    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;
    private static final byte[] NOTHING = {};

    private final Response response;
    private final Response.StatusType status;
    private final Hop hop;
    private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Instant receivedAt = Instant.now();
    private final @Nullable BodyStream body;
    /** Keeps a client that nobody else refers to from being closed as garbage while its answer is read. */
    @SuppressWarnings("unused")
    private final Transport transport;

    TransportAnswer(Response response, Hop hop, Transport transport) {
        this.response = response;
        this.status = response.getStatusInfo();
        this.hop = hop;
        response.getStringHeaders().forEach((name, values) -> headers.put(name, new ArrayList<>(values)));
        this.transport = transport;
        boolean bodiless = hop.method().equals("HEAD")
                || response.getStatus() == NO_CONTENT
                || response.getStatus() == NOT_MODIFIED
                || contentLength() == 0;
        // The raw bytes, which the interceptors of the application's client have yet to decode. hasEntity() would wait
        // for the first of them, and readEntity() would decode them here already.
        this.body = !bodiless && response.getEntity() instanceof InputStream raw
                ? new BodyStream(raw, contentLength(), this)
                : null;
    }

    Response.StatusType statusInfo() {
        return status;
    }

    // ---- handing over

    void deliverTo(Attempt attempt) {
        // CXF shows the request's headers in the place of those of an answer that it could not read.
        headers.values().removeIf(values -> values.contains(attempt.credential()));
        String location = header(HttpHeaders.LOCATION);
        if (location != null) {
            headers.put(HttpHeaders.LOCATION, new ArrayList<>(List.of(attempt.withoutKey(location))));
        }
        if (body == null) {
            response.close();
        } else if (attempt.isOpen()) {
            body.deliver(attempt);
        }
    }

    /** Puts this answer in the place of the empty one. */
    void replace(ClientResponseContext outer) {
        outer.setStatusInfo(status);
        outer.getHeaders().clear();
        outer.getHeaders().putAll(headers);
        // Without a body the stream is left alone, or hasEntity() would turn true on RESTEasy.
        if (body != null) {
            outer.setEntityStream(body);
        }
    }

    /** Before the delivery: nobody reads it. */
    void close() {
        if (body == null) {
            response.close();
        } else {
            body.close();
        }
    }

    @Override
    public void giveBack() {
        quietly(response::close);
    }

    @Override
    public void drop() {
        quietly(() -> Implementations.drop(response));
    }

    /** Whoever closes an answer has no use for the news that its connection is broken or its client closed already. */
    private static void quietly(Runnable closing) {
        try {
            closing.run();
        } catch (RuntimeException e) {
            // Closed all the same.
        }
    }

    // ---- as the exchange sees it

    @Override
    public int status() {
        return status.getStatusCode();
    }

    @Override
    public @Nullable String header(String name) {
        List<String> values = headers(name);
        return values.isEmpty() ? null : values.get(0);
    }

    @Override
    public List<String> headers(String name) {
        return headers.getOrDefault(name, List.of());
    }

    @Override
    public void forEachHeader(BiConsumer<String, String> consumer) {
        headers.forEach((name, values) -> values.forEach(value -> consumer.accept(name, value)));
    }

    @Override
    public Instant receivedAt() {
        return receivedAt;
    }

    @Override
    public boolean answeredBy(Origin expected) {
        return hop.leadsTo(expected);
    }

    @Override
    public boolean hasBody() {
        return body != null;
    }

    @Override
    public long contentLength() {
        String length = header(HttpHeaders.CONTENT_LENGTH);
        try {
            // Chunks win over a length that stands beside them (RFC 9112, 6.3).
            return length == null || header("Transfer-Encoding") != null ? -1 : Long.parseLong(length.trim());
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    @Override
    public boolean prefix(int maxBytes, Look look, BytesTest test) {
        return body == null ? test.passes(NOTHING, 0, 0) : body.prefix(maxBytes, look, test);
    }
}
