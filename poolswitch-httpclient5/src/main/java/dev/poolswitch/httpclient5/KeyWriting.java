package dev.poolswitch.httpclient5;

import dev.poolswitch.http.Attempt;
import java.io.IOException;
import org.apache.hc.client5.http.async.AsyncExecCallback;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.nio.AsyncDataConsumer;

/** Takes a key out of a request as soon as the client has no more use for it; the client writes requests late. */
final class KeyWriting implements AsyncExecCallback {

    private final HttpRequest wire;
    private final Attempt attempt;
    private final HttpClientContext context;
    private final AsyncPooledCall call;
    private final AsyncExecCallback next;

    KeyWriting(
            HttpRequest wire,
            Attempt attempt,
            HttpClientContext context,
            AsyncPooledCall call,
            AsyncExecCallback next) {
        this.wire = wire;
        this.attempt = attempt;
        this.context = context;
        this.call = call;
        this.next = next;
    }

    @Override
    public AsyncDataConsumer handleResponse(HttpResponse response, EntityDetails details)
            throws HttpException, IOException {
        erase();
        attempt.hopAnswered(response.getCode());
        KeyOnWire.cleanLocation(response, attempt);
        call.sent(attempt);
        return next.handleResponse(response, details);
    }

    @Override
    public void handleInformationResponse(HttpResponse response) throws HttpException, IOException {
        next.handleInformationResponse(response);
    }

    @Override
    public void completed() {
        next.completed();
    }

    @Override
    public void failed(Exception cause) {
        try {
            erase();
            call.unsent(attempt, cause);
        } finally {
            next.failed(cause);
        }
    }

    private void erase() {
        HttpRequest shown = context.getRequest();
        KeyOnWire.erase(wire, attempt, context);
        if (shown != null && shown != wire) {
            KeyOnWire.erase(shown, attempt, context);
        }
    }
}
