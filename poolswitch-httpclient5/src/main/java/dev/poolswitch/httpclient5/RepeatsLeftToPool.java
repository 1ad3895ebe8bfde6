package dev.poolswitch.httpclient5;

import java.io.IOException;
import org.apache.hc.client5.http.HttpRequestRetryStrategy;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.TimeValue;

/** A retry strategy that repeats nothing that a pool has decided about, for a repetition would send a refused key again. */
final class RepeatsLeftToPool implements HttpRequestRetryStrategy {

    private final HttpRequestRetryStrategy others;

    RepeatsLeftToPool(HttpRequestRetryStrategy others) {
        this.others = others;
    }

    @Override
    public boolean retryRequest(HttpRequest request, IOException failure, int execCount, HttpContext context) {
        return !Marks.handled(context) && others.retryRequest(request, failure, execCount, context);
    }

    @Override
    public boolean retryRequest(HttpResponse response, int execCount, HttpContext context) {
        return !Marks.handled(context) && others.retryRequest(response, execCount, context);
    }

    @Override
    public TimeValue getRetryInterval(HttpRequest request, IOException failure, int execCount, HttpContext context) {
        return others.getRetryInterval(request, failure, execCount, context);
    }

    @Override
    public TimeValue getRetryInterval(HttpResponse response, int execCount, HttpContext context) {
        return others.getRetryInterval(response, execCount, context);
    }
}
