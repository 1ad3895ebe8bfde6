package dev.poolswitch.jaxrs;

import dev.poolswitch.http.Attempt;
import dev.poolswitch.http.BlockingDriver;
import dev.poolswitch.http.BlockingTransport;
import dev.poolswitch.http.CallOptions;
import dev.poolswitch.http.HttpCall;
import dev.poolswitch.http.PoolRouter;
import dev.poolswitch.http.RequestView;
import dev.poolswitch.http.ResponseView;
import jakarta.ws.rs.ProcessingException;
import jakarta.ws.rs.client.ClientRequestContext;
import jakarta.ws.rs.client.Entity;
import jakarta.ws.rs.client.Invocation;
import jakarta.ws.rs.core.Configuration;
import jakarta.ws.rs.core.GenericEntity;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Variant;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One call of the application: how the exchange sends it through a transport client. */
final class PooledCall implements BlockingTransport<TransportAnswer>, RequestView {

    /** Marks the request of an attempt. */
    static final String ATTEMPT = "dev.poolswitch.jaxrs.attempt";

    private final ClientRequestContext request;
    private final Transport transport;
    private final @Nullable OneShot oneShot;
    private final boolean followsRedirects;
    private boolean sentBefore;
    private @Nullable IOException failure;
    private @Nullable RuntimeException thrown;

    PooledCall(ClientRequestContext request, Transport transport) {
        this.request = request;
        this.transport = transport;
        this.oneShot = request.hasEntity() ? OneShot.of(request.getEntity(), request.getMediaType()) : null;
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
        Hop hop = new Hop(method(), Targets.of(request.getUri(), attempt), request.hasEntity());
        for (int hops = 0; ; hops++) {
            TransportAnswer answer = sendHop(hop, attempt);
            Hop next = followsRedirects && hops < Hop.MOST ? hop.redirected(answer) : null;
            if (next == null || (next.withEntity() && !canBeSent())) {
                return answer;
            }
            answer.close();
            hop = next;
        }
    }

    private TransportAnswer sendHop(Hop hop, Attempt attempt) throws IOException {
        boolean keyed = hop.mayCarryKey(attempt);
        Invocation invocation = invocation(hop, attempt, keyed);
        if (oneShot != null && hop.withEntity()) {
            oneShot.sending();
        }
        if (!keyed) {
            attempt.leaving();
        }
        try {
            Response response = invocation.invoke();
            if (keyed) {
                attempt.sending();
            }
            return new TransportAnswer(response, hop.method(), hop.uri(), transport);
        } catch (ProcessingException e) {
            IOException cause = Failures.cause(e);
            if (cause == null) {
                throw e;
            }
            if (keyed && !Failures.neverConnected(cause)) {
                attempt.sending();
            }
            thrown = Failures.withoutKey(e, attempt);
            failure = cause;
            throw cause;
        }
    }

    private Invocation invocation(Hop hop, Attempt attempt, boolean keyed) {
        Invocation.Builder builder = transport
                .client()
                .target(Targets.withKey(hop.uri(), attempt, keyed))
                .request()
                .headers(headers(hop, attempt, keyed));
        copyProperties(builder);
        return hop.withEntity() ? builder.build(hop.method(), entity()) : builder.build(hop.method());
    }

    private MultivaluedMap<String, Object> headers(Hop hop, Attempt attempt, boolean keyed) {
        MultivaluedMap<String, Object> headers = new MultivaluedHashMap<>();
        for (Map.Entry<String, List<Object>> header : request.getHeaders().entrySet()) {
            String name = header.getKey();
            boolean ofEntity = name.regionMatches(true, 0, "Content-", 0, "Content-".length());
            if (!attempt.replaces(name) && (hop.withEntity() == request.hasEntity() || !ofEntity)) {
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
            Configuration known = transport.client().getConfiguration();
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
        Object entity = oneShot == null ? request.getEntity() : oneShot.entity();
        Type type = request.getEntityType();
        Object typed =
                oneShot != null || type == null || type instanceof Class ? entity : new GenericEntity<>(entity, type);
        MediaType mediaType =
                request.getMediaType() == null ? MediaType.APPLICATION_OCTET_STREAM_TYPE : request.getMediaType();
        Object encoding = request.getHeaders().getFirst(HttpHeaders.CONTENT_ENCODING);
        Variant variant = new Variant(mediaType, request.getLanguage(), encoding == null ? null : encoding.toString());
        return Entity.entity(typed, variant, request.getEntityAnnotations());
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
        return oneShot == null || oneShot.untouched();
    }

    @Override
    public boolean repeatable() {
        return oneShot == null;
    }
}
