package dev.poolswitch.jaxrs;

import dev.poolswitch.http.Attempt;
import dev.poolswitch.http.BlockingDriver;
import dev.poolswitch.http.BlockingTransport;
import dev.poolswitch.http.CallOptions;
import dev.poolswitch.http.Hop;
import dev.poolswitch.http.HttpCall;
import dev.poolswitch.http.PoolRouter;
import dev.poolswitch.http.RequestView;
import dev.poolswitch.http.ResponseView;
import jakarta.ws.rs.ProcessingException;
import jakarta.ws.rs.client.ClientRequestContext;
import jakarta.ws.rs.client.Entity;
import jakarta.ws.rs.client.Invocation;
import jakarta.ws.rs.client.WebTarget;
import jakarta.ws.rs.core.Configuration;
import jakarta.ws.rs.core.GenericEntity;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import jakarta.ws.rs.core.Variant;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.Reader;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Flow;
import java.util.stream.BaseStream;
import org.jspecify.annotations.Nullable;

/** One call of the application: how the exchange sends it through a transport client. */
final class PooledCall implements BlockingTransport<TransportAnswer>, RequestView {

    /** Marks the request of an attempt. */
    static final String ATTEMPT = "dev.poolswitch.jaxrs.attempt";

    private final ClientRequestContext request;
    private final Transport transport;
    /** Asked for once: Jersey looks for a parser each time. */
    private final @Nullable MediaType mediaType;

    private final boolean oneShot;
    private final boolean followsRedirects;
    private boolean sentBefore;
    private boolean entitySent;
    private @Nullable IOException failure;
    private @Nullable RuntimeException thrown;

    PooledCall(ClientRequestContext request, Transport transport) {
        this.request = request;
        this.transport = transport;
        this.mediaType = request.hasEntity() ? request.getMediaType() : null;
        this.oneShot = request.hasEntity() && isOneShot(request.getEntity(), mediaType);
        this.followsRedirects = Implementations.followsRedirects(request);
    }

    /**
     * Makes the call.
     *
     * @throws ProcessingException what the transport threw last, which is what the application's client would throw; or
     *     with another cause when no key could be had or the thread was interrupted
     */
    TransportAnswer run(PoolRouter.Route route, CallOptions options) {
        try {
            return BlockingDriver.run(HttpCall.begin(route, this, options, null), this);
        } catch (IOException e) {
            throw thrown != null && e == failure ? thrown : new ProcessingException(e);
        }
    }

    // ---- sending

    @Override
    public TransportAnswer send(Attempt attempt) throws IOException {
        sentBefore = true;
        Hop hop = Hop.first(attempt, method(), request.getUri(), request.hasEntity());
        for (int hops = 0; ; hops++) {
            TransportAnswer answer = sendHop(hop, attempt);
            Hop next = followsRedirects && hops < Hop.MOST
                    ? hop.redirected(answer.status(), answer.header(HttpHeaders.LOCATION))
                    : null;
            if (next == null || (next.withBody() && !canBeSent())) {
                return answer;
            }
            answer.close();
            hop = next;
        }
    }

    private TransportAnswer sendHop(Hop hop, Attempt attempt) throws IOException {
        boolean keyed = hop.leadsTo(attempt.origin());
        Invocation invocation = invocation(hop, attempt, keyed);
        entitySent |= hop.withBody();
        if (!keyed) {
            attempt.leaving();
        }
        try {
            Response response = invocation.invoke();
            if (keyed) {
                attempt.sending();
            }
            return new TransportAnswer(response, hop, transport);
        } catch (ProcessingException e) {
            IOException cause = Failures.cause(e);
            if (cause == null) {
                throw e;
            }
            if (keyed) {
                attempt.sendingFailed(cause);
            }
            thrown = Failures.withoutKey(e, attempt);
            failure = cause;
            throw cause;
        }
    }

    private Invocation invocation(Hop hop, Attempt attempt, boolean keyed) {
        URI uri = hop.target(attempt);
        WebTarget target = attempt.placement().inQuery() ? transport.target(uri) : transport.publicTarget(uri);
        Invocation.Builder builder = target.request().headers(headers(hop, attempt, keyed));
        copyProperties(builder);
        return hop.withBody() ? builder.build(hop.method(), entity()) : builder.build(hop.method());
    }

    private MultivaluedMap<String, Object> headers(Hop hop, Attempt attempt, boolean keyed) {
        MultivaluedMap<String, Object> headers = new MultivaluedHashMap<>();
        for (Map.Entry<String, List<Object>> header : request.getHeaders().entrySet()) {
            String name = header.getKey();
            boolean ofEntity = name.regionMatches(true, 0, "Content-", 0, "Content-".length());
            if (!attempt.replaces(name) && (hop.withBody() == request.hasEntity() || !ofEntity)) {
                headers.put(name, new ArrayList<>(header.getValue()));
            }
        }
        if (keyed && !attempt.placement().inQuery()) {
            headers.putSingle(attempt.placement().name(), attempt.credential());
        }
        return headers;
    }

    /** The application's, so that what writes the entity or sends it finds them as it would without the plug-in. */
    private void copyProperties(Invocation.Builder builder) {
        Configuration configuration = request.getConfiguration();
        if (configuration != null) {
            Configuration known = transport.configuration();
            configuration.getProperties().forEach((name, value) -> {
                if (!value.equals(known.getProperty(name)) && !Implementations.concernsRedirects(name)) {
                    builder.property(name, value);
                }
            });
        }
        for (String name : request.getPropertyNames()) {
            if (!Implementations.concernsRedirects(name)) {
                builder.property(name, request.getProperty(name));
            }
        }
        builder.property(ATTEMPT, true);
    }

    private Entity<?> entity() {
        Object entity = request.getEntity();
        Type type = request.getEntityType();
        Object typed = type == null || type instanceof Class ? entity : new GenericEntity<>(entity, type);
        MediaType written = mediaType == null ? MediaType.APPLICATION_OCTET_STREAM_TYPE : mediaType;
        Object encoding = request.getHeaders().getFirst(HttpHeaders.CONTENT_ENCODING);
        Variant variant = new Variant(written, request.getLanguage(), encoding == null ? null : encoding.toString());
        return Entity.entity(typed, variant, request.getEntityAnnotations());
    }

    /** Whether an entity can be written only once. All implementations begin to read it before there is a connection. */
    private static boolean isOneShot(Object entity, @Nullable MediaType type) {
        // The parts of a form are often streams, which cannot be seen from here.
        return (type != null && type.getType().equalsIgnoreCase("multipart"))
                || entity instanceof InputStream
                || entity instanceof Reader
                || entity instanceof StreamingOutput
                || entity instanceof ReadableByteChannel
                || entity instanceof Iterator
                || entity instanceof BaseStream
                || entity instanceof Flow.Publisher;
    }

    /** The entity's bytes where they can be told without a provider, which the API does not lend to a filter. */
    private byte @Nullable [] written() {
        if (request.getEntity() instanceof byte[] bytes) {
            return bytes;
        }
        return request.getEntity() instanceof String text ? text.getBytes(StandardCharsets.UTF_8) : null;
    }

    // ---- the other verbs

    @Override
    public ResponseView view(TransportAnswer answer) {
        return answer;
    }

    @Override
    public TransportAnswer deliver(TransportAnswer answer, Attempt attempt) {
        answer.deliverTo(attempt);
        return answer;
    }

    @Override
    public void discard(TransportAnswer answer) {
        answer.close();
    }

    /** Jakarta REST cannot tell; but nobody interrupts a thread whose call is still wanted to be repeated. */
    @Override
    public boolean cancelled() {
        return sentBefore && Thread.currentThread().isInterrupted();
    }

    @Override
    public IOException cancellation() {
        return new InterruptedIOException("interrupted before a call was repeated");
    }

    // ---- the request as the exchange sees it

    @Override
    public String method() {
        return request.getMethod().toUpperCase(Locale.ROOT);
    }

    @Override
    public String path() {
        String path = request.getUri().getRawPath();
        return path == null ? "" : path;
    }

    @Override
    public String target() {
        String query = request.getUri().getRawQuery();
        return query == null ? path() : path() + '?' + query;
    }

    @Override
    public long contentLength() {
        if (!request.hasEntity()) {
            return 0;
        }
        byte[] written = written();
        return written == null ? -1 : written.length;
    }

    @Override
    public byte[] bodyPrefix(int maxBytes) {
        byte[] written = written();
        return written == null ? new byte[0] : Arrays.copyOf(written, Math.min(maxBytes, written.length));
    }

    @Override
    public @Nullable String header(String name) {
        return request.getHeaderString(name);
    }

    @Override
    public boolean canBeSent() {
        return !oneShot || !entitySent;
    }

    @Override
    public boolean repeatable() {
        return !oneShot;
    }
}
