package dev.poolswitch.okhttp;

import dev.poolswitch.KeyPlacement;
import dev.poolswitch.http.Attempt;
import dev.poolswitch.http.BlockingTransport;
import dev.poolswitch.http.CallOptions;
import dev.poolswitch.http.RequestView;
import dev.poolswitch.http.ResponseView;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import okhttp3.Connection;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.jspecify.annotations.Nullable;

/** One call through the plug-in: OkHttp's verbs for the exchange, and what the network place needs. */
final class PooledCall implements BlockingTransport<Response>, RequestView {

    private final Interceptor.Chain chain;
    private final Request request;
    private final @Nullable OneShotBody oneShot;
    private final boolean keyWrittenBelow;
    private volatile @Nullable Attempt current;
    private volatile @Nullable Socket connection;
    private @Nullable AnswerView view;

    PooledCall(Interceptor.Chain chain, boolean keyWrittenBelow) {
        this.chain = chain;
        this.keyWrittenBelow = keyWrittenBelow;
        Request original = chain.request();
        RequestBody body = original.body();
        boolean once = body != null && (body.isOneShot() || body.isDuplex());
        this.oneShot = once && body != null ? new OneShotBody(body) : null;
        this.request = oneShot == null
                ? original
                : original.newBuilder().method(original.method(), oneShot).build();
    }

    /** The application's hints. */
    CallOptions options() {
        CallOptions options = request.tag(CallOptions.class);
        return options == null ? CallOptions.none() : options;
    }

    /** The caller's timeout for the whole call; {@code null} without one. */
    @Nullable
    Duration timeout() {
        long nanos = chain.call().timeout().timeoutNanos();
        return nanos == 0 ? null : Duration.ofNanos(nanos);
    }

    // ---- in the application place

    @Override
    public Response send(Attempt attempt) throws IOException {
        current = attempt;
        Request keyless = keyless(attempt);
        if (keyWrittenBelow) {
            return chain.proceed(keyless);
        }
        requireSafeAlone(attempt);
        Request keyed = withKey(keyless.newBuilder(), keyless.url(), attempt);
        Response response;
        try {
            response = chain.proceed(keyed);
        } catch (IOException e) {
            attempt.sendingFailed(e);
            throw e;
        }
        attempt.sending();
        return withoutKey(response, attempt);
    }

    @Override
    public ResponseView view(Response response) {
        view = new AnswerView(response, chain.call(), connection);
        return view;
    }

    @Override
    public Response deliver(Response response, Attempt attempt) {
        HeldBody held = view == null ? null : view.held();
        if (held != null) {
            return response.newBuilder().body(held.deliver(attempt)).build();
        }
        ResponseBody body = response.body();
        return attempt.isOpen() && body != null ? TappedBody.deliver(response, body, attempt, chain.call()) : response;
    }

    @Override
    public void discard(Response response) {
        HeldBody held = view == null ? null : view.held();
        if (held == null) {
            response.close();
        } else {
            held.close();
        }
    }

    @Override
    public boolean cancelled() {
        return chain.call().isCanceled();
    }

    @Override
    public IOException cancellation() {
        return new IOException("Canceled");
    }

    // ---- in the network place

    /** Sends one hop, with the key if the hop goes to the key's own origin. */
    Response proceedWithKey(Interceptor.Chain network) throws IOException {
        Attempt attempt = current;
        if (attempt == null) {
            throw new IllegalStateException("a hop without an attempt");
        }
        Request hop = withoutKeyInQuery(network.request(), attempt);
        Response response = network.proceed(dressed(hop, attempt));
        Connection to = network.connection();
        connection = to == null || to.protocol() != Protocol.HTTP_1_1 ? null : to.socket();
        attempt.hopAnswered(response.code());
        // Redirects, challenges, caches and whoever logs above this place go on from the request without the key.
        Response.Builder keyless = response.newBuilder().request(hop);
        ResponseBody body = response.body();
        if (body != null && response.code() != AnswerView.SWITCHING_PROTOCOLS) {
            keyless.body(new TappedBody(body));
        }
        String location = attempt.placement().inQuery() ? response.header("Location") : null;
        return location == null
                ? keyless.build()
                : keyless.header("Location", attempt.withoutKey(location)).build();
    }

    private static Request dressed(Request hop, Attempt attempt) {
        HttpUrl url = hop.url();
        boolean authorization = hop.header("Authorization") != null;
        return switch (attempt.sending(url.scheme(), url.host(), url.port(), authorization)) {
            case KEY -> withKey(stripped(hop, attempt).newBuilder(), url, attempt);
            case OWN_CREDENTIAL -> hop;
            case NOTHING -> stripped(hop, attempt);
        };
    }

    // ---- the request as the exchange sees it

    @Override
    public String method() {
        return request.method();
    }

    @Override
    public String path() {
        return request.url().encodedPath();
    }

    @Override
    public long contentLength() {
        RequestBody body = request.body();
        try {
            return body == null ? 0 : body.contentLength();
        } catch (IOException e) {
            return -1;
        }
    }

    @Override
    public byte[] bodyPrefix(int maxBytes) {
        RequestBody body = request.body();
        return body == null || oneShot != null ? new byte[0] : PrefixSink.of(body, maxBytes);
    }

    @Override
    public @Nullable String header(String name) {
        return request.header(name);
    }

    @Override
    public String target() {
        HttpUrl url = request.url();
        String query = url.encodedQuery();
        return query == null ? url.encodedPath() : url.encodedPath() + '?' + query;
    }

    @Override
    public boolean canBeSent() {
        return oneShot == null || oneShot.untouched();
    }

    @Override
    public boolean repeatable() {
        return oneShot == null;
    }

    // ---- requests with and without the key

    private Request keyless(Attempt attempt) {
        URI elsewhere = attempt.redirected();
        Request stripped = stripped(request, attempt);
        return elsewhere == null
                ? stripped
                : stripped.newBuilder().url(elsewhere.toString()).build();
    }

    private static Request stripped(Request from, Attempt attempt) {
        Request.Builder builder = null;
        Headers headers = from.headers();
        for (int i = 0; i < headers.size(); i++) {
            String name = headers.name(i);
            if (attempt.replaces(name)) {
                builder = (builder == null ? from.newBuilder() : builder).removeHeader(name);
            }
        }
        return builder == null ? from : builder.build();
    }

    private static Request withKey(Request.Builder builder, HttpUrl url, Attempt attempt) {
        return attempt.placement().inQuery()
                ? builder.url(attempt.withKey(url.toString())).build()
                : builder.header(attempt.placement().name(), attempt.credential())
                        .build();
    }

    private static Response withoutKey(Response response, Attempt attempt) {
        Response.Builder builder = response.newBuilder().request(undressed(response.request(), attempt));
        Response network = response.networkResponse();
        if (network != null) {
            builder.networkResponse(network.newBuilder()
                    .request(undressed(network.request(), attempt))
                    .build());
        }
        return builder.build();
    }

    private static Request undressed(Request keyed, Attempt attempt) {
        return withoutKeyInQuery(stripped(keyed, attempt), attempt);
    }

    private static Request withoutKeyInQuery(Request request, Attempt attempt) {
        if (!attempt.placement().inQuery()) {
            return request;
        }
        return request.newBuilder()
                .url(attempt.withoutKey(request.url().toString()))
                .build();
    }

    private void requireSafeAlone(Attempt attempt) throws IOException {
        KeyPlacement placement = attempt.placement();
        OkHttpClient client = Clients.clientOf(chain.call());
        boolean noRedirects = client != null && !client.followRedirects();
        boolean strippedByOkHttp = !placement.inQuery() && placement.name().equalsIgnoreCase("Authorization");
        if (noRedirects || strippedByOkHttp) {
            return;
        }
        attempt.cancelled();
        boolean webSocket = "websocket".equalsIgnoreCase(request.header("Upgrade"));
        throw new IOException(
                webSocket
                        ? "PoolSwitch cannot keep the key (" + placement
                                + ") from following a redirect of a web socket,"
                                + " because OkHttp skips network interceptors there; switch redirects off for this client"
                                + " (followRedirects(false)) or place the key in Authorization"
                        : "PoolSwitch is missing in the network place, so a redirect could carry the key (" + placement
                                + ") to another host; use PoolSwitchInterceptor.install(builder, pool), or add"
                                + " .addNetworkInterceptor(theSameInterceptor), or switch redirects off");
    }
}
