package dev.poolswitch.testkit;

import dev.poolswitch.http.Attempt;
import dev.poolswitch.http.BlockingDriver;
import dev.poolswitch.http.BlockingTransport;
import dev.poolswitch.http.CallOptions;
import dev.poolswitch.http.HttpCall;
import dev.poolswitch.http.PoolRouter;
import dev.poolswitch.http.RequestView;
import dev.poolswitch.http.ResponseView;
import dev.poolswitch.testkit.server.Header;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A call of the reference adapter: the driver's verbs over the JDK's client, and the defects on demand. */
final class JdkCall implements TestCall, BlockingTransport<JdkAnswer>, RequestView {

    private static final int QUICKLY_DRAINED = 64 * 1024;
    private static final int TOO_MANY_REQUESTS = 429;

    private final JdkClient client;
    private final TestRequest request;
    private final JdkHops hops;

    JdkCall(JdkClient client, TestRequest request) {
        this.client = client;
        this.request = request;
        this.hops = new JdkHops(client, request);
    }

    // ---- for the contract

    @Override
    public TestResponse execute() throws IOException {
        URI url = request.url();
        PoolRouter.Route route = client.route(url);
        if (route == null) {
            return hops.send(null).response();
        }
        CallOptions options = request.options() == null ? CallOptions.none() : request.options();
        JdkAnswer answer = BlockingDriver.run(HttpCall.begin(route, this, options, request.timeout()), this);
        return answer.response();
    }

    @Override
    public CompletableFuture<TestResponse> enqueue() {
        CompletableFuture<TestResponse> response = new CompletableFuture<>();
        client.executor().execute(() -> {
            try {
                response.complete(execute());
            } catch (IOException | RuntimeException | Error e) {
                response.completeExceptionally(e);
            }
        });
        return response;
    }

    @Override
    public void cancel() {
        hops.cancel();
    }

    // ---- for the driver

    @Override
    public JdkAnswer send(Attempt attempt) throws IOException {
        if (client.has(Defect.KEY_IN_THE_LOG)) {
            System.getLogger("some.other.logger").log(System.Logger.Level.INFO, attempt.credential());
        }
        return hops.send(attempt);
    }

    @Override
    public ResponseView view(JdkAnswer answer) {
        return answer;
    }

    @Override
    public JdkAnswer deliver(JdkAnswer answer, Attempt attempt) {
        if (client.has(Defect.LAST_ANSWER_IS_REPLACED) && answer.status() == TOO_MANY_REQUESTS) {
            return answer.withBody(new ByteArrayInputStream("all keys are limited".getBytes(StandardCharsets.UTF_8)));
        }
        if (!attempt.isOpen()) {
            return answer;
        }
        if (client.has(Defect.LEASE_ENDS_WITH_THE_HEAD)) {
            attempt.end();
        }
        return answer.withBody(new TappedBody(
                answer.body(), attempt, hops::isCancelled, !client.has(Defect.LEASE_IS_NOT_ENDED_BY_LENGTH)));
    }

    @Override
    public void discard(JdkAnswer answer) {
        if (client.has(Defect.REFUSALS_STAY_OPEN)) {
            return;
        }
        try (answer) {
            if (client.has(Defect.REFUSALS_ARE_DRAINED)) {
                answer.body().readAllBytes();
            } else if (!Thread.currentThread().isInterrupted() // which reading would swallow
                    && answer.contentLength() >= 0
                    && answer.contentLength() <= QUICKLY_DRAINED) {
                answer.drain();
            }
        } catch (IOException e) {
            // Nobody wanted it.
        }
    }

    @Override
    public boolean cancelled() {
        return hops.isCancelled() && !client.has(Defect.DEAF_DURING_WAITS);
    }

    @Override
    public IOException cancellation() {
        return new IOException("cancelled");
    }

    @Override
    public String method() {
        return request.method();
    }

    @Override
    public @Nullable String header(String name) {
        for (Header header : request.headers()) {
            if (header.is(name)) {
                return header.value();
            }
        }
        return null;
    }

    @Override
    public boolean canBeSent() {
        return repeatable() || !hops.bodyWasOpened() || client.has(Defect.ONE_SHOT_BODIES_ARE_SENT_AGAIN);
    }

    @Override
    public boolean repeatable() {
        return request.body() == null || !request.body().isOneShot();
    }
}
