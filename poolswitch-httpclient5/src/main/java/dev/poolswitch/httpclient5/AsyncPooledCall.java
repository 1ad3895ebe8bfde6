package dev.poolswitch.httpclient5;

import dev.poolswitch.http.AsyncTransport;
import dev.poolswitch.http.Attempt;
import dev.poolswitch.http.ResponseView;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.apache.hc.client5.http.async.AsyncExecCallback;
import org.apache.hc.client5.http.async.AsyncExecChain;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.nio.AsyncEntityProducer;
import org.apache.hc.core5.http.support.BasicRequestBuilder;
import org.apache.hc.core5.util.TimeValue;
import org.jspecify.annotations.Nullable;

/** One call through the asynchronous plug-in: HttpClient's verbs for the exchange, and what the innermost place needs. */
final class AsyncPooledCall extends PooledRequest implements AsyncTransport<AsyncAnswer> {

    static final int LONGEST_AHEAD = ResponseView.LONGEST_PREFIX;

    private final HttpRequest request;
    private final @Nullable AsyncEntityProducer producer;
    private final AsyncExecChain.Scope scope;
    private final AsyncExecChain chain;
    private final AsyncExecCallback application;
    private volatile AsyncExecChain.Scope hop;
    private volatile @Nullable Upload upload;
    private volatile boolean bodyTouched;
    private volatile boolean starting = true;
    private int sends;

    AsyncPooledCall(
            HttpRequest request,
            @Nullable AsyncEntityProducer producer,
            AsyncExecChain.Scope scope,
            AsyncExecChain chain,
            AsyncExecCallback application,
            Object owner,
            boolean keyWrittenBelow) {
        super(request, owner, keyWrittenBelow);
        this.request = request;
        this.producer = producer;
        this.scope = scope;
        this.hop = scope;
        this.chain = chain;
        this.application = application;
    }

    /** The caller's thread goes its own way; what is sent from now on is sent on a thread of the client's. */
    void started() {
        starting = false;
    }

    AsyncExecCallback application() {
        return application;
    }

    // ---- in the outer place

    @Override
    public void send(Attempt attempt, Reply<AsyncAnswer> reply) throws HttpException, IOException {
        begin(attempt);
        URI elsewhere = attempt.redirected();
        HttpRequest keyless = keyless(request, AsyncPooledCall::copy, elsewhere, attempt);
        hop = hop(elsewhere, attempt);
        if (!hop.route.equals(scope.route)) {
            scope.execRuntime.releaseEndpoint();
        }
        AsyncAnswer answer = new AsyncAnswer(this, attempt, reply);
        Upload body = producer == null ? null : new Upload(producer);
        upload = body;
        if (sends++ > 0) {
            scope.execCount.incrementAndGet();
            if (producer != null && !bodyTouched) {
                producer.releaseResources();
            }
        }
        if (starting || scope.scheduler == null) {
            proceed(keyless, body, hop, answer);
        } else {
            scope.scheduler.scheduleExecution(
                    keyless, body, hop, (r, p, s, c) -> proceed(r, p, s, c), answer, TimeValue.ZERO_MILLISECONDS);
        }
    }

    private void proceed(
            HttpRequest keyless, @Nullable AsyncEntityProducer body, AsyncExecChain.Scope to, AsyncExecCallback answer)
            throws HttpException, IOException {
        if (cancelled()) {
            throw new CancellationException("Request execution cancelled");
        }
        Attempt attempt = last();
        if (keyWrittenBelow() || attempt == null) {
            chain.proceed(keyless, body, to, answer);
        } else {
            KeyOnWire.write(keyless, attempt);
            chain.proceed(keyless, body, to, new KeyWriting(keyless, attempt, to.clientContext, this, answer));
        }
    }

    @Override
    public ResponseView view(AsyncAnswer answer) {
        return answer.view();
    }

    AnswerView view(HttpResponse head, long contentLength, AnswerView.@Nullable Prefix prefix) {
        return new AnswerView(head, hop.route, fromNetwork(), contentLength, prefix);
    }

    @Override
    public CompletableFuture<Void> gather(AsyncAnswer answer, int bytes) {
        // Whoever sends a body while the answer comes may wait for the answer's head before going on.
        boolean duplex = !repeatable() && contentLength() < 0;
        return bytes == 1 && duplex ? CompletableFuture.completedFuture(null) : answer.gather(bytes);
    }

    @Override
    public CompletableFuture<Void> drain(AsyncAnswer answer) {
        try {
            return answer.drain();
        } catch (IOException e) {
            // The connection is gone, so nothing more will pass.
            return CompletableFuture.completedFuture(null);
        }
    }

    @Override
    public void discard(AsyncAnswer answer) {
        retireUpload();
        if (answer.drop()) {
            release();
        } else {
            cut();
        }
    }

    /** The next send asks for a connection again: it may go elsewhere, or later. */
    void release() {
        scope.execRuntime.releaseEndpoint();
    }

    /** A send failed; whether that is news. */
    boolean cut(AsyncAnswer answer) {
        boolean news = answer.give();
        if (news) {
            cut();
        }
        return news;
    }

    private void cut() {
        retireUpload();
        scope.execRuntime.discardEndpoint();
    }

    private void retireUpload() {
        Upload body = upload;
        if (body != null && body.retire()) {
            bodyTouched = producer != null && !producer.isRepeatable();
        }
    }

    @Override
    public void deliver(AsyncAnswer answer, Attempt attempt) throws HttpException, IOException {
        Marks.end(scope.clientContext, scope.exchangeId, attempt);
        answer.deliver(application);
    }

    /** The delivered answer has passed; whoever redirects now would reuse the connection although it leads elsewhere. */
    void over() {
        if (!hop.route.equals(scope.route)) {
            scope.execRuntime.releaseEndpoint();
        }
    }

    @Override
    public void waiting(Runnable cancel) {
        scope.cancellableDependency.setDependency(() -> {
            cancel.run();
            return true;
        });
    }

    @Override
    public void fail(Throwable cause) {
        Marks.end(scope.clientContext, scope.exchangeId, last());
        application.failed(cause instanceof Exception e ? e : new IllegalStateException(cause));
    }

    @Override
    public boolean cancelled() {
        return scope.cancellableDependency.isCancelled();
    }

    @Override
    public Throwable cancellation() {
        return new CancellationException("Request execution cancelled");
    }

    // ---- in the innermost place

    /** Sends on a connection that stands, with the key if it leads to the key's own origin. */
    void proceedOnWire(
            HttpRequest wire,
            @Nullable AsyncEntityProducer body,
            AsyncExecChain.Scope wireScope,
            AsyncExecChain innermost,
            AsyncExecCallback callback)
            throws HttpException, IOException {
        Attempt attempt = last();
        AsyncExecCallback writing = attempt != null && writeKey(wire, wireScope.route, attempt)
                ? new KeyWriting(wire, attempt, wireScope.clientContext, this, callback)
                : callback;
        innermost.proceed(wire, body, wireScope, writing);
    }

    // ---- the request's body as the exchange sees it

    @Override
    public long contentLength() {
        return producer == null ? 0 : producer.getContentLength();
    }

    @Override
    public byte[] bodyPrefix(int maxBytes) {
        return producer == null || !producer.isRepeatable() || upload != null
                ? new byte[0]
                : ProducedPrefix.of(producer, maxBytes);
    }

    @Override
    public boolean canBeSent() {
        if (producer == null || producer.isRepeatable()) {
            return true;
        }
        Upload body = upload;
        return !bodyTouched && (body == null || !body.begun());
    }

    @Override
    public boolean repeatable() {
        return producer == null || producer.isRepeatable();
    }

    // ---- requests and scopes

    private static HttpRequest copy(HttpRequest from) {
        return BasicRequestBuilder.copy(from).build();
    }

    /** HttpClient goes back to a scope's original request when it answers a challenge, so that one must be clean too. */
    private AsyncExecChain.Scope hop(@Nullable URI elsewhere, Attempt attempt) {
        boolean clean = elsewhere == null && !attempt.replacesAny(scope.originalRequest::containsHeader);
        return new AsyncExecChain.Scope(
                scope.exchangeId,
                elsewhere == null ? scope.route : KeyOnWire.route(elsewhere, scope.route),
                clean ? scope.originalRequest : prepared(copy(scope.originalRequest), elsewhere, attempt),
                Cancellations.of(scope.cancellableDependency),
                scope.clientContext,
                scope.execRuntime,
                scope.scheduler,
                scope.execCount);
    }
}
