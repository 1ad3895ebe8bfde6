package dev.poolswitch.httpclient5;

import dev.poolswitch.KeyPool;
import dev.poolswitch.http.AsyncDriver;
import dev.poolswitch.http.HttpCall;
import dev.poolswitch.http.PoolRouter;
import java.io.IOException;
import org.apache.hc.client5.http.async.AsyncExecCallback;
import org.apache.hc.client5.http.async.AsyncExecChain;
import org.apache.hc.client5.http.async.AsyncExecChainHandler;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.nio.AsyncEntityProducer;
import org.jspecify.annotations.Nullable;

/**
 * Gives an asynchronous Apache HttpClient the keys of one or more pools: calls to a pool's upstream go out with a key of
 * the pool, and go on with another one when that is refused; calls to other origins pass untouched.
 *
 * <pre>{@code
 * CloseableHttpAsyncClient client = PoolSwitchAsyncExecHandler.install(HttpAsyncClients.custom(), pool).build();
 * }</pre>
 *
 * <p>It stands in the same places as {@link PoolSwitchExecHandler}, for the same reasons, and takes its hints from the
 * context in the same way. Nothing blocks: waits are timers, repetitions run on the client's own scheduler, and a call
 * that is cancelled meanwhile sends nothing more. The head of an error answer reaches the application after up to 200 ms
 * for the beginning of its body; that of a text or JSON answer comes with the first bytes of its body.
 *
 * <p>When no key can be had, the future fails with {@link dev.poolswitch.NoKeyAvailableException}. Thread-safe. Works with
 * HttpClient 5.3 to 5.6.
 */
public final class PoolSwitchAsyncExecHandler implements AsyncExecChainHandler {

    private final PoolRouter router;
    private volatile boolean keyWrittenBelow;

    /**
     * A handler to be added by hand before {@code PROTOCOL}, and its {@link #keyWriter} before
     * {@code MAIN_TRANSPORT}; the client's retry strategy belongs into
     * {@link PoolSwitchExecHandler#keepingOff}.
     *
     * @throws IllegalArgumentException when there is no pool, a pool has no upstream, or two pools have the same one
     */
    public static PoolSwitchAsyncExecHandler of(KeyPool... pools) {
        return new PoolSwitchAsyncExecHandler(PoolRouter.of(pools));
    }

    /**
     * Puts a new handler into all its places of a client that is being built, and replaces the builder's retry strategy as
     * {@link PoolSwitchExecHandler#install} does.
     *
     * @return the builder
     * @throws IllegalArgumentException as {@link #of}
     */
    public static HttpAsyncClientBuilder install(HttpAsyncClientBuilder builder, KeyPool... pools) {
        PoolSwitchAsyncExecHandler handler = of(pools);
        handler.keyWrittenBelow = true;
        // COMPRESS exists since HttpClient 5.6 only; the other two always.
        return builder.addExecInterceptorBefore(ChainElement.COMPRESS.name(), "poolswitch-decoded", handler)
                .addExecInterceptorBefore(ChainElement.PROTOCOL.name(), "poolswitch", handler)
                .addExecInterceptorBefore(ChainElement.MAIN_TRANSPORT.name(), "poolswitch-key", handler.keyWriter())
                .setRetryStrategy(PoolSwitchExecHandler.keepingOff(DefaultHttpRequestRetryStrategy.INSTANCE));
    }

    /** The inner half of this handler, as {@link PoolSwitchExecHandler#keyWriter}. */
    public AsyncExecChainHandler keyWriter() {
        return this::writeKey;
    }

    private PoolSwitchAsyncExecHandler(PoolRouter router) {
        this.router = router;
    }

    @Override
    public void execute(
            HttpRequest request,
            @Nullable AsyncEntityProducer producer,
            AsyncExecChain.Scope scope,
            AsyncExecChain chain,
            AsyncExecCallback callback)
            throws HttpException, IOException {
        if (Marks.running(scope.clientContext, AsyncPooledCall.class) != null) {
            chain.proceed(request, producer, scope, callback);
            return;
        }
        PoolRouter.Route route = KeyOnWire.route(router, scope.route);
        if (route == null) {
            Marks.notOurs(scope.clientContext, scope.exchangeId, request);
            chain.proceed(request, producer, scope, callback);
            return;
        }
        AsyncPooledCall call = new AsyncPooledCall(request, producer, scope, chain, callback, this, keyWrittenBelow);
        Marks.begin(scope.clientContext, call);
        AsyncDriver.start(HttpCall.begin(route, call, Marks.options(scope.clientContext), null), call);
        call.started();
    }

    private void writeKey(
            HttpRequest request,
            @Nullable AsyncEntityProducer producer,
            AsyncExecChain.Scope scope,
            AsyncExecChain chain,
            AsyncExecCallback callback)
            throws HttpException, IOException {
        if (!keyWrittenBelow) {
            keyWrittenBelow = true;
        }
        AsyncPooledCall running = Marks.running(scope.clientContext, AsyncPooledCall.class);
        if (running == null && KeyOnWire.route(router, scope.route) != null) {
            throw Marks.outerHalfMissing(scope.clientContext, scope.exchangeId, this);
        }
        if (running == null || !running.ownedBy(this)) {
            chain.proceed(request, producer, scope, callback);
        } else {
            running.proceedOnWire(request, producer, scope, chain, callback);
        }
    }

    /** Shows the pools' names. */
    @Override
    public String toString() {
        return "PoolSwitchAsyncExecHandler" + router;
    }
}
