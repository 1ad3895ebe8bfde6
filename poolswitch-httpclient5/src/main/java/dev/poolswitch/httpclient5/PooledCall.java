package dev.poolswitch.httpclient5;

import dev.poolswitch.http.Attempt;
import dev.poolswitch.http.BlockingTransport;
import dev.poolswitch.http.RequestView;
import dev.poolswitch.http.ResponseView;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import org.apache.hc.client5.http.ClientProtocolException;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.impl.classic.RequestFailedException;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.io.support.ClassicRequestBuilder;
import org.jspecify.annotations.Nullable;

/** One call through the classic plug-in: HttpClient's verbs for the exchange, and what the innermost place needs. */
final class PooledCall implements BlockingTransport<ClassicHttpResponse>, RequestView {

    private final ClassicHttpRequest request;
    private final ExecChain.Scope scope;
    private final ExecChain chain;
    private final PoolSwitchExecHandler owner;
    private final @Nullable OneShotEntity oneShot;
    private @Nullable Attempt current;
    private ExecChain.Scope hop;
    private boolean onWire;
    private int lastStatus;

    PooledCall(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain, PoolSwitchExecHandler owner) {
        this.request = request;
        this.scope = scope;
        this.hop = scope;
        this.chain = chain;
        this.owner = owner;
        HttpEntity entity = request.getEntity();
        this.oneShot = entity == null || entity.isRepeatable() ? null : new OneShotEntity(entity);
    }

    // ---- in the outer place

    @Override
    public ClassicHttpResponse send(Attempt attempt) throws IOException {
        current = attempt;
        onWire = false;
        lastStatus = 0;
        URI elsewhere = KeyOnWire.elsewhere(attempt, request);
        ClassicHttpRequest keyless = keyless(request, elsewhere, attempt);
        hop = hop(elsewhere, attempt);
        if (!owner.keyWrittenBelow()) {
            return sendWithKey(keyless, attempt);
        }
        try {
            return withBody(chain.proceed(keyless, hop));
        } catch (HttpException e) {
            throw asIoException(e);
        }
    }

    /** For a handler that was put into one place by hand. */
    private ClassicHttpResponse sendWithKey(ClassicHttpRequest keyless, Attempt attempt) throws IOException {
        KeyOnWire.write(keyless, attempt);
        onWire = true;
        try {
            ClassicHttpResponse response = chain.proceed(keyless, hop);
            attempt.sending();
            KeyOnWire.cleanLocation(response, attempt);
            return withBody(response);
        } catch (HttpException e) {
            throw asIoException(e);
        } catch (IOException e) {
            if (!KeyOnWire.neverConnected(e)) {
                attempt.sending();
            }
            throw e;
        } finally {
            HttpRequest shown = scope.clientContext.getRequest();
            KeyOnWire.erase(shown == null ? keyless : shown, attempt, scope.clientContext);
        }
    }

    @Override
    public ResponseView view(ClassicHttpResponse response) {
        boolean fromNetwork = onWire || !owner.keyWrittenBelow();
        return response.getEntity() instanceof BodyEntity body
                ? new AnswerView(
                        response, KeyOnWire.origin(hop.route), fromNetwork, body.getContentLength(), body::prefix)
                : new AnswerView(response, KeyOnWire.origin(hop.route), fromNetwork, 0, null);
    }

    @Override
    public ClassicHttpResponse deliver(ClassicHttpResponse response, Attempt attempt) {
        if (attempt.isOpen() && response.getEntity() instanceof BodyEntity body) {
            body.tap(attempt);
        }
        return response;
    }

    @Override
    public void discard(ClassicHttpResponse response) {
        try {
            response.close();
        } catch (IOException e) {
            // Nobody wanted the rest of it.
        } finally {
            // The next send must find no connection, or it would read this answer's leftovers from it.
            scope.execRuntime.discardEndpoint();
        }
    }

    @Override
    public void hold(ClassicHttpResponse response) {
        if (response.getEntity() instanceof BodyEntity body) {
            body.prefix(ResponseView.LONGEST_PREFIX, ResponseView.ERROR_PATIENCE);
        }
    }

    @Override
    public boolean cancelled() {
        return scope.execRuntime.isExecutionAborted();
    }

    @Override
    public IOException cancellation() {
        return new RequestFailedException("Request aborted");
    }

    // ---- in the innermost place

    @Nullable
    Attempt last() {
        return current;
    }

    boolean ownedBy(PoolSwitchExecHandler handler) {
        return owner == handler;
    }

    /** Sends on a connection that stands, with the key if it leads to the key's own origin. */
    ClassicHttpResponse proceedWithKey(ClassicHttpRequest wire, ExecChain.Scope wireScope, ExecChain innermost)
            throws IOException, HttpException {
        Attempt attempt = current;
        if (attempt == null) {
            throw new IllegalStateException("a send without an attempt");
        }
        onWire = true;
        attempt.sending();
        if (lastStatus == HttpStatus.SC_UNAUTHORIZED && wire.containsHeader(HttpHeaders.AUTHORIZATION)) {
            attempt.overridden();
            return innermost.proceed(wire, wireScope);
        }
        if (!KeyOnWire.origin(wireScope.route).equals(attempt.origin())) {
            KeyOnWire.strip(wire, attempt);
            return innermost.proceed(wire, wireScope);
        }
        KeyOnWire.write(wire, attempt);
        try {
            ClassicHttpResponse response = innermost.proceed(wire, wireScope);
            lastStatus = response.getCode();
            KeyOnWire.cleanLocation(response, attempt);
            return response;
        } finally {
            // The application can get this very object from its context.
            KeyOnWire.erase(wire, attempt, wireScope.clientContext);
        }
    }

    // ---- the request as the exchange sees it

    @Override
    public String method() {
        return request.getMethod();
    }

    @Override
    public String path() {
        return KeyOnWire.path(request);
    }

    @Override
    public String target() {
        return KeyOnWire.target(request);
    }

    @Override
    public long contentLength() {
        HttpEntity entity = request.getEntity();
        return entity == null ? 0 : entity.getContentLength();
    }

    @Override
    public byte[] bodyPrefix(int maxBytes) {
        HttpEntity entity = request.getEntity();
        if (entity == null || oneShot != null) {
            return new byte[0];
        }
        try (InputStream body = entity.getContent()) {
            return body.readNBytes(maxBytes);
        } catch (IOException | UnsupportedOperationException e) {
            // An entity that can only write itself.
            return new byte[0];
        }
    }

    @Override
    public @Nullable String header(String name) {
        Header first = request.getFirstHeader(name);
        return first == null ? null : first.getValue();
    }

    @Override
    public boolean canBeSent() {
        return oneShot == null || oneShot.untouched();
    }

    @Override
    public boolean repeatable() {
        return oneShot == null;
    }

    // ---- requests, scopes, answers

    private ClassicHttpRequest keyless(ClassicHttpRequest from, @Nullable URI elsewhere, Attempt attempt) {
        ClassicRequestBuilder copy = ClassicRequestBuilder.copy(from);
        if (elsewhere != null) {
            copy.setUri(elsewhere).removeHeaders(HttpHeaders.HOST);
        }
        if (oneShot != null) {
            copy.setEntity(oneShot);
        }
        ClassicHttpRequest keyless = copy.build();
        KeyOnWire.strip(keyless, attempt);
        return keyless;
    }

    /** HttpClient goes back to a scope's original request when it answers a challenge, so that one must be clean too. */
    private ExecChain.Scope hop(@Nullable URI elsewhere, Attempt attempt) {
        if (elsewhere == null && !KeyOnWire.hasCredentials(scope.originalRequest, attempt)) {
            return scope;
        }
        return new ExecChain.Scope(
                scope.exchangeId,
                elsewhere == null ? scope.route : KeyOnWire.route(elsewhere, scope.route),
                keyless(scope.originalRequest, elsewhere, attempt),
                scope.execRuntime,
                scope.clientContext);
    }

    private ClassicHttpResponse withBody(ClassicHttpResponse response) {
        HttpEntity entity = response.getEntity();
        if (entity != null && entity.isStreaming()) {
            response.setEntity(new BodyEntity(entity, scope.execRuntime));
        }
        return response;
    }

    /** HttpClient turns it into the same at its outermost edge; before anything was sent, it is the caller's mistake. */
    private IOException asIoException(HttpException failure) {
        if (!onWire) {
            throw new Unsendable(failure);
        }
        return new ClientProtocolException(failure.getMessage(), failure);
    }

    /** Carries a protocol error past the exchange, which would blame a key for it. */
    static final class Unsendable extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final HttpException failure;

        Unsendable(HttpException failure) {
            super(failure);
            this.failure = failure;
        }

        HttpException failure() {
            return failure;
        }
    }

    /** Safe to print, for contexts print their attributes. */
    @Override
    public String toString() {
        return "PoolSwitch";
    }
}
