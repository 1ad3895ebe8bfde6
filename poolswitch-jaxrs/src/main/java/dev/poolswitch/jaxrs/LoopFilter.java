package dev.poolswitch.jaxrs;

import dev.poolswitch.http.CallOptions;
import dev.poolswitch.http.PoolRouter;
import jakarta.ws.rs.client.ClientRequestContext;
import jakarta.ws.rs.client.ClientRequestFilter;
import jakarta.ws.rs.client.ClientResponseContext;
import jakarta.ws.rs.client.ClientResponseFilter;
import jakarta.ws.rs.core.Response;

/**
 * The two ends of a call inside the application's client. The request's end makes all attempts and aborts the request
 * with the status of the last answer; the response's end puts that answer's headers and stream in the place of the empty
 * one. Aborting with the answer itself would be simpler, but Jersey then buffers its body and leaks its connection.
 */
final class LoopFilter implements ClientRequestFilter, ClientResponseFilter {

    /** Carries the answer from one end to the other. */
    private static final String ANSWER = "dev.poolswitch.jaxrs.answer";

    private final PoolRouter router;
    private final Transports transports;

    LoopFilter(PoolRouter router, Transports transports) {
        this.router = router;
        this.transports = transports;
    }

    @Override
    public void filter(ClientRequestContext request) {
        PoolRouter.Route route = router.route(request.getUri());
        // An attempt comes by here again if the application supplied a transport with this very filter.
        if (route == null || request.getProperty(PooledCall.ATTEMPT) != null) {
            return;
        }
        PooledCall call = new PooledCall(request, transports.transportFor(request));
        TransportAnswer answer = call.run(route, options(request));
        try {
            request.setProperty(ANSWER, answer);
            request.abortWith(Response.status(answer.statusInfo()).build());
        } catch (RuntimeException e) {
            answer.close();
            throw e;
        }
    }

    @Override
    public void filter(ClientRequestContext request, ClientResponseContext response) {
        if (request.getProperty(ANSWER) instanceof TransportAnswer answer) {
            request.removeProperty(ANSWER);
            answer.replace(response);
        }
    }

    private static CallOptions options(ClientRequestContext request) {
        Object options = request.getProperty(PoolSwitchFilter.CALL_OPTIONS);
        return options instanceof CallOptions hints ? hints : CallOptions.none();
    }
}
