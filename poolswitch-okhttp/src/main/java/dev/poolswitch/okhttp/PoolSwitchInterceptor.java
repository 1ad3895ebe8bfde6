package dev.poolswitch.okhttp;

import dev.poolswitch.KeyPool;
import dev.poolswitch.http.BlockingDriver;
import dev.poolswitch.http.HttpCall;
import dev.poolswitch.http.PoolRouter;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import okhttp3.Call;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Gives an OkHttp client the keys of one or more pools: calls to a pool's upstream go out with a key of the pool, and go
 * on with another one when that is refused; calls to other origins pass untouched.
 *
 * <pre>{@code
 * OkHttpClient client = PoolSwitchInterceptor.install(new OkHttpClient.Builder(), pool).build();
 * }</pre>
 *
 * <p>One instance stands in two places. As an application interceptor it takes the lease and repeats the call; add it
 * last, so that other interceptors see one call and not each attempt. As a network interceptor it writes the key, on each
 * hop, after a look at the origin, so that neither a redirect nor a log line above it ever has the key.
 * {@link #install} puts it into both. Alone as an application interceptor it works where no redirect can carry the key
 * away: with {@code Authorization}, which OkHttp removes itself, or with redirects switched off. Else a call fails with an
 * {@link IOException} that names the missing line.
 *
 * <p>Hints for one call travel as a tag: {@code request.newBuilder().tag(CallOptions.class, options)}.
 *
 * <p>Waits happen on the calling thread and end when the call is cancelled or times out; with {@code enqueue} that is a
 * thread of the dispatcher, so raise its limits when many calls may wait. Thread-safe. Works with OkHttp 4.12 to 5.x.
 */
public final class PoolSwitchInterceptor implements Interceptor {

    private final PoolRouter router;
    /** By OkHttp's call, which both places are shown: a tag would cost a copy of the request and outlive the call. */
    private final Map<Call, PooledCall> running = new ConcurrentHashMap<>();

    private volatile boolean inBothPlaces;

    /**
     * An interceptor for both places.
     *
     * @throws IllegalArgumentException when there is no pool, a pool has no upstream, or two pools have the same one
     */
    public static PoolSwitchInterceptor of(KeyPool... pools) {
        return new PoolSwitchInterceptor(PoolRouter.of(pools));
    }

    /**
     * Puts a new interceptor into both places of a client that is being built.
     *
     * @return the builder
     * @throws IllegalArgumentException as {@link #of}
     */
    public static OkHttpClient.Builder install(OkHttpClient.Builder builder, KeyPool... pools) {
        PoolSwitchInterceptor interceptor = of(pools);
        interceptor.inBothPlaces = true;
        return builder.addInterceptor(interceptor).addNetworkInterceptor(interceptor);
    }

    private PoolSwitchInterceptor(PoolRouter router) {
        this.router = router;
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
        Request request = chain.request();
        if (chain.connection() != null) {
            if (!inBothPlaces) {
                inBothPlaces = true;
            }
            PooledCall call = running.get(chain.call());
            return call == null ? chain.proceed(request) : call.proceedWithKey(chain);
        }
        HttpUrl url = request.url();
        PoolRouter.Route route = router.route(url.scheme(), url.host(), url.port());
        OkHttpClient client = route == null ? null : Clients.clientOf(chain.call());
        return route == null || isAttempt(chain.call(), client)
                ? chain.proceed(request)
                : run(route, new PooledCall(chain, keyWrittenBelow(client, request)), chain.call());
    }

    private Response run(PoolRouter.Route route, PooledCall pooled, Call call) throws IOException {
        running.put(call, pooled);
        try {
            return BlockingDriver.run(HttpCall.begin(route, pooled, pooled.options(), pooled.timeout()), pooled);
        } finally {
            running.remove(call);
        }
    }

    /** Whether the call is an attempt of the same plug-in, installed twice: the outer one is in charge. */
    private boolean isAttempt(Call call, @Nullable OkHttpClient client) {
        if (client == null) {
            return running.containsKey(call);
        }
        List<Interceptor> interceptors = client.interceptors();
        for (int i = 0; i < interceptors.size(); i++) {
            if (interceptors.get(i) instanceof PoolSwitchInterceptor other && other.running.containsKey(call)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the network place will write the key; OkHttp skips network interceptors for web sockets. */
    private boolean keyWrittenBelow(@Nullable OkHttpClient client, Request request) {
        if ("websocket".equalsIgnoreCase(request.header("Upgrade"))) {
            return false;
        }
        return client == null ? inBothPlaces : client.networkInterceptors().contains(this);
    }

    /** Shows the pools' names. */
    @Override
    public String toString() {
        return "PoolSwitchInterceptor" + router;
    }
}
