package dev.poolswitch.httpclient5;

import dev.poolswitch.http.Attempt;
import dev.poolswitch.http.BlockingTransport;
import dev.poolswitch.http.Look;
import dev.poolswitch.http.ResponseView;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import org.apache.hc.client5.http.ClientProtocolException;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.impl.classic.RequestFailedException;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.io.support.ClassicRequestBuilder;
import org.jspecify.annotations.Nullable;

/** One call through the classic plug-in: HttpClient's verbs for the exchange, and what the innermost place needs. */
final class PooledCall extends PooledRequest implements BlockingTransport<ClassicHttpResponse> {

    private final ClassicHttpRequest request;
    private final ExecChain.Scope scope;
    private final ExecChain chain;
    private final @Nullable OneShotEntity oneShot;
    private ExecChain.Scope hop;

    PooledCall(
            ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain, Object owner, boolean keyWrittenBelow) {
        super(request, owner, keyWrittenBelow);
        this.request = request;
        this.scope = scope;
        this.hop = scope;
        this.chain = chain;
        HttpEntity entity = request.getEntity();
        this.oneShot = entity == null || entity.isRepeatable() ? null : new OneShotEntity(entity);
    }

    // ---- in the outer place

    @Override
    public ClassicHttpResponse send(Attempt attempt) throws IOException {
        begin(attempt);
        URI elsewhere = attempt.redirected();
        ClassicHttpRequest keyless = keyless(request, this::copy, elsewhere, attempt);
        hop = hop(elsewhere, attempt);
        try {
            ClassicHttpResponse response =
                    keyWrittenBelow() ? chain.proceed(keyless, hop) : proceedWithKey(keyless, attempt);
            HttpEntity entity = response.getEntity();
            if (entity != null && entity.isStreaming()) {
                response.setEntity(new BodyEntity(entity, scope.execRuntime));
            }
            return response;
        } catch (HttpException e) {
            throw asIoException(e);
        }
    }

    /** For a handler that was put into one place by hand. */
    private ClassicHttpResponse proceedWithKey(ClassicHttpRequest keyless, Attempt attempt)
            throws IOException, HttpException {
        KeyOnWire.write(keyless, attempt);
        try {
            ClassicHttpResponse response = chain.proceed(keyless, hop);
            sent(attempt);
            KeyOnWire.cleanLocation(response, attempt);
            return response;
        } catch (IOException e) {
            unsent(attempt, e);
            throw e;
        } finally {
            HttpRequest shown = scope.clientContext.getRequest();
            KeyOnWire.erase(shown == null ? keyless : shown, attempt, scope.clientContext);
        }
    }

    @Override
    public ResponseView view(ClassicHttpResponse response) {
        BodyEntity body = response.getEntity() instanceof BodyEntity tapped ? tapped : null;
        return new AnswerView(response, hop.route, fromNetwork(), body == null ? 0 : body.getContentLength(), body);
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
        view(response).prefix(ResponseView.LONGEST_PREFIX, Look.ERROR);
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

    /** Sends on a connection that stands, with the key if it leads to the key's own origin. */
    ClassicHttpResponse proceedOnWire(ClassicHttpRequest wire, ExecChain.Scope wireScope, ExecChain innermost)
            throws IOException, HttpException {
        Attempt attempt = last();
        if (attempt == null || !writeKey(wire, wireScope.route, attempt)) {
            return innermost.proceed(wire, wireScope);
        }
        try {
            ClassicHttpResponse response = innermost.proceed(wire, wireScope);
            attempt.hopAnswered(response.getCode());
            KeyOnWire.cleanLocation(response, attempt);
            return response;
        } finally {
            // The application can get this very object from its context.
            KeyOnWire.erase(wire, attempt, wireScope.clientContext);
        }
    }

    // ---- the request's body as the exchange sees it

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
            long length = entity.getContentLength();
            return body.readNBytes(length < 0 ? maxBytes : (int) Math.min(maxBytes, length));
        } catch (IOException | UnsupportedOperationException e) {
            // An entity that can only write itself.
            return new byte[0];
        }
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

    private ClassicHttpRequest copy(ClassicHttpRequest from) {
        ClassicHttpRequest copy = ClassicRequestBuilder.copy(from).build();
        if (oneShot != null) {
            copy.setEntity(oneShot);
        }
        return copy;
    }

    /** HttpClient goes back to a scope's original request when it answers a challenge, so that one must be clean too. */
    private ExecChain.Scope hop(@Nullable URI elsewhere, Attempt attempt) {
        if (elsewhere == null && !attempt.replacesAny(scope.originalRequest::containsHeader)) {
            return scope;
        }
        return new ExecChain.Scope(
                scope.exchangeId,
                elsewhere == null ? scope.route : KeyOnWire.route(elsewhere, scope.route),
                prepared(copy(scope.originalRequest), elsewhere, attempt),
                scope.execRuntime,
                scope.clientContext);
    }

    /** HttpClient turns it into the same at its outermost edge; before anything was sent, it is the caller's mistake. */
    private IOException asIoException(HttpException failure) {
        if (!onWire()) {
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
}
