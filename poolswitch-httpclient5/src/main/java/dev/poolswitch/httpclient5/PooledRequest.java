package dev.poolswitch.httpclient5;

import dev.poolswitch.http.Attempt;
import dev.poolswitch.http.RequestView;
import java.net.URI;
import java.util.function.UnaryOperator;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/** What the classic and the asynchronous call share: the request as the exchange sees it, and how it gets its key. */
abstract class PooledRequest implements RequestView {

    private final HttpRequest request;
    private final @Nullable String path;
    private final Object owner;
    private final boolean keyWrittenBelow;
    private volatile @Nullable Attempt current;
    private volatile boolean onWire;
    private Header @Nullable [] pristine;

    /**
     * A request.
     *
     * @param owner the handler that decides about it
     * @param keyWrittenBelow whether that handler stands in the innermost place too, where it writes the key
     */
    PooledRequest(HttpRequest request, Object owner, boolean keyWrittenBelow) {
        this.request = request;
        this.path = request.getPath();
        this.owner = owner;
        this.keyWrittenBelow = keyWrittenBelow;
    }

    // ---- in the outer place

    final void begin(Attempt attempt) {
        current = attempt;
        onWire = false;
    }

    /** The attempt that is under way or was the last; {@code null} before the first. */
    final @Nullable Attempt last() {
        return current;
    }

    final boolean keyWrittenBelow() {
        return keyWrittenBelow;
    }

    final boolean onWire() {
        return onWire;
    }

    /** Whether an answer came over the network and not from a cache; one place alone cannot tell. */
    final boolean fromNetwork() {
        return onWire || !keyWrittenBelow;
    }

    /**
     * The request of an attempt. The first one sends what the client handed over, if nothing of it changes: that is a copy
     * of the application's already. The client writes headers into it, so that copies for later ones go without those.
     */
    final <T extends HttpRequest> T keyless(T handed, UnaryOperator<T> copy, @Nullable URI elsewhere, Attempt attempt) {
        Header[] headers = pristine;
        if (headers == null) {
            pristine = handed.getHeaders();
            if (elsewhere == null && repeatable() && !attempt.replacesAny(handed::containsHeader)) {
                return handed;
            }
        }
        T copied = copy.apply(handed);
        if (headers != null) {
            copied.setHeaders(headers);
            copied.setPath(path);
        }
        return prepared(copied, elsewhere, attempt);
    }

    /** Makes a copy of a request that of an attempt: no credential, and the attempt's address. */
    static <T extends HttpRequest> T prepared(T copy, @Nullable URI elsewhere, Attempt attempt) {
        if (elsewhere != null) {
            copy.setUri(elsewhere);
            copy.removeHeaders(HttpHeaders.HOST);
        }
        KeyOnWire.strip(copy, attempt);
        return copy;
    }

    // ---- in the innermost place

    final boolean ownedBy(Object handler) {
        return owner == handler;
    }

    /** On a connection that stands: writes the key if the connection leads to the key's own origin, and tells whether. */
    final boolean writeKey(HttpRequest wire, HttpRoute route, Attempt attempt) {
        onWire = true;
        HttpHost to = route.getTargetHost();
        boolean authorization = wire.containsHeader(HttpHeaders.AUTHORIZATION);
        Attempt.Carries carries =
                attempt.sending(to.getSchemeName(), to.getHostName(), KeyOnWire.port(to), authorization);
        if (carries == Attempt.Carries.NOTHING) {
            KeyOnWire.strip(wire, attempt);
        } else if (carries == Attempt.Carries.KEY) {
            KeyOnWire.write(wire, attempt);
        }
        return carries == Attempt.Carries.KEY;
    }

    // ---- where one place alone sees no connections

    final void sent(Attempt attempt) {
        if (!onWire) {
            onWire = true;
            attempt.sending();
        }
    }

    final void unsent(Attempt attempt, Exception failure) {
        if (!onWire) {
            onWire = true;
            attempt.sendingFailed(failure);
        }
    }

    // ---- as the exchange sees it

    @Override
    public final String method() {
        return request.getMethod();
    }

    @Override
    public final String path() {
        String target = target();
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    @Override
    public final String target() {
        return path == null || path.isEmpty() ? "/" : path;
    }

    @Override
    public final @Nullable String header(String name) {
        Header first = request.getFirstHeader(name);
        return first == null ? null : first.getValue();
    }

    /** Safe to print, for contexts print their attributes. */
    @Override
    public final String toString() {
        return "PoolSwitch";
    }
}
