package dev.poolswitch.httpclient5;

import dev.poolswitch.KeyPool;
import dev.poolswitch.http.BlockingDriver;
import dev.poolswitch.http.HttpCall;
import dev.poolswitch.http.PoolRouter;
import java.io.IOException;
import org.apache.hc.client5.http.HttpRequestRetryStrategy;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;

/**
 * Gives a classic Apache HttpClient the keys of one or more pools: calls to a pool's upstream go out with a key of the
 * pool, and go on with another one when that is refused; calls to other origins pass untouched.
 *
 * <pre>{@code
 * CloseableHttpClient client = PoolSwitchExecHandler.install(HttpClients.custom(), pool).build();
 * }</pre>
 *
 * <p>One instance stands in several places of HttpClient's chain. Before decompression, or before {@code PROTOCOL} where
 * decompression is off, it takes the lease and repeats the call; redirects are followed outside of it, so each hop is
 * looked at on its own. Before {@code MAIN_TRANSPORT} it writes the key, after a look at where the connection leads, and
 * takes it out of the request again. {@link #install} puts it into all of them and keeps HttpClient's own retries away
 * from calls that a pool decides about. A handler that is added by hand belongs before {@code PROTOCOL}, its
 * {@link #keyWriter} before {@code MAIN_TRANSPORT}, and {@link #keepingOff} around the client's retry strategy.
 *
 * <p>Hints for one call travel in its context: {@code context.setAttribute(CallOptions.class.getName(), options)}.
 *
 * <p>Waits happen on the calling thread; they end when the request is aborted ({@link IOException}) or the thread is
 * interrupted ({@link java.io.InterruptedIOException}, its flag stays set). When no key can be had, the call fails with
 * {@link dev.poolswitch.NoKeyAvailableException}. Thread-safe. Works with HttpClient 5.3 to 5.6.
 */
public final class PoolSwitchExecHandler implements ExecChainHandler {

    private final PoolRouter router;
    private volatile boolean keyWrittenBelow;

    /**
     * A handler for all its places.
     *
     * @throws IllegalArgumentException when there is no pool, a pool has no upstream, or two pools have the same one
     */
    public static PoolSwitchExecHandler of(KeyPool... pools) {
        return new PoolSwitchExecHandler(PoolRouter.of(pools));
    }

    /**
     * Puts a new handler into all its places of a client that is being built. Replaces the builder's retry strategy by
     * HttpClient's default one, which then applies to other origins only; to have your own there, set it afterwards as
     * {@code setRetryStrategy(PoolSwitchExecHandler.keepingOff(yours))}.
     *
     * @return the builder
     * @throws IllegalArgumentException as {@link #of}
     */
    public static HttpClientBuilder install(HttpClientBuilder builder, KeyPool... pools) {
        PoolSwitchExecHandler handler = of(pools);
        handler.keyWrittenBelow = true;
        // A place beside an element that is switched off does not exist, and HttpClient does not say so. PROTOCOL and
        // MAIN_TRANSPORT cannot be switched off.
        return builder.addExecInterceptorBefore(ChainElement.COMPRESS.name(), "poolswitch-decoded", handler)
                .addExecInterceptorBefore(ChainElement.PROTOCOL.name(), "poolswitch", handler)
                .addExecInterceptorBefore(ChainElement.MAIN_TRANSPORT.name(), "poolswitch-key", handler.keyWriter())
                .setRetryStrategy(keepingOff(DefaultHttpRequestRetryStrategy.INSTANCE));
    }

    /**
     * The inner half of this handler, to be added by hand before {@code MAIN_TRANSPORT}. With it a call that has not come
     * by the outer half, because that stands beside an element that is switched off, fails with an {@link IOException} that
     * says so, where it would otherwise go out without a key.
     */
    public ExecChainHandler keyWriter() {
        return this::writeKey;
    }

    /** A retry strategy that applies to exchanges that no pool has decided about, and repeats none of the others. */
    public static HttpRequestRetryStrategy keepingOff(HttpRequestRetryStrategy others) {
        return new RepeatsLeftToPool(others);
    }

    private PoolSwitchExecHandler(PoolRouter router) {
        this.router = router;
    }

    @Override
    public ClassicHttpResponse execute(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
            throws IOException, HttpException {
        if (Marks.running(scope.clientContext, PooledCall.class) != null) {
            return chain.proceed(request, scope);
        }
        if (scope.execRuntime.isEndpointAcquired()) {
            scope.execRuntime.discardEndpoint();
            throw new IllegalStateException("PoolSwitch stands behind CONNECT, where no call can be repeated;"
                    + " use PoolSwitchExecHandler.install(builder, pool), or add the handler before PROTOCOL");
        }
        PoolRouter.Route route = KeyOnWire.route(router, scope.route);
        if (route == null) {
            Marks.notOurs(scope.clientContext, scope.exchangeId, request);
            return chain.proceed(request, scope);
        }
        return run(route, new PooledCall(request, scope, chain, this, keyWrittenBelow), scope);
    }

    private ClassicHttpResponse writeKey(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
            throws IOException, HttpException {
        if (!keyWrittenBelow) {
            keyWrittenBelow = true;
        }
        PooledCall running = Marks.running(scope.clientContext, PooledCall.class);
        if (running == null && KeyOnWire.route(router, scope.route) != null) {
            throw Marks.outerHalfMissing(scope.clientContext, scope.exchangeId, this);
        }
        return running == null || !running.ownedBy(this)
                ? chain.proceed(request, scope)
                : running.proceedOnWire(request, scope, chain);
    }

    private static ClassicHttpResponse run(PoolRouter.Route route, PooledCall call, ExecChain.Scope scope)
            throws IOException, HttpException {
        Marks.begin(scope.clientContext, call);
        try {
            return BlockingDriver.run(HttpCall.begin(route, call, Marks.options(scope.clientContext), null), call);
        } catch (PooledCall.Unsendable e) {
            throw e.failure();
        } finally {
            Marks.end(scope.clientContext, scope.exchangeId, call.last());
        }
    }

    /** Shows the pools' names. */
    @Override
    public String toString() {
        return "PoolSwitchExecHandler" + router;
    }
}
