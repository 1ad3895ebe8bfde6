package dev.poolswitch.jaxrs;

import dev.poolswitch.testkit.ClientUnderTest;
import dev.poolswitch.testkit.TestBody;
import dev.poolswitch.testkit.TestCall;
import dev.poolswitch.testkit.TestRequest;
import dev.poolswitch.testkit.TestResponse;
import jakarta.ws.rs.ProcessingException;
import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.Entity;
import jakarta.ws.rs.client.Invocation;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.sse.SseEventSource;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A Jakarta REST client behind the words of the contract. */
final class JaxrsUnderTest implements ClientUnderTest {

    private final Client client;
    private final @Nullable PoolSwitchFilter filter;

    JaxrsUnderTest(Client client, @Nullable PoolSwitchFilter filter) {
        this.client = client;
        this.filter = filter;
    }

    @Override
    public TestCall call(TestRequest request) {
        Invocation.Builder builder = client.target(request.url()).request();
        request.headers().forEach(header -> builder.header(header.name(), header.value()));
        if (request.options() != null) {
            builder.property(PoolSwitchFilter.CALL_OPTIONS, request.options());
        }
        return new Call(builder, request.method(), entity(request));
    }

    @Override
    public int connectionsInUse() {
        return -1;
    }

    @Override
    public List<String> serverSentEvents(URI url, int count) throws IOException {
        List<String> data = new CopyOnWriteArrayList<>();
        CountDownLatch all = new CountDownLatch(count);
        try (SseEventSource source = SseEventSource.target(client.target(url)).build()) {
            source.register(event -> {
                data.add(event.readData());
                all.countDown();
            });
            source.open();
            if (!all.await(10, TimeUnit.SECONDS)) {
                throw new IOException("only " + data);
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        return data;
    }

    @Override
    public void close() {
        client.close();
        if (filter != null) {
            filter.close();
        }
    }

    private static @Nullable Entity<?> entity(TestRequest request) {
        TestBody body = request.body();
        if (body == null) {
            boolean needed = request.method().equals("POST") || request.method().equals("PUT");
            return needed ? Entity.entity(new byte[0], "application/octet-stream") : null;
        }
        return body.isOneShot()
                ? Entity.entity(body.open(), body.contentType())
                : Entity.entity(body.bytes(), body.contentType());
    }

    private static final class Call implements TestCall {

        private final Invocation.Builder builder;
        private final String method;
        private final @Nullable Entity<?> entity;
        private volatile @Nullable Future<Response> asynchronous;

        Call(Invocation.Builder builder, String method, @Nullable Entity<?> entity) {
            this.builder = builder;
            this.method = method;
            this.entity = entity;
        }

        @Override
        public TestResponse execute() {
            return translated(invocation().invoke());
        }

        @Override
        public CompletableFuture<TestResponse> enqueue() {
            CompletableFuture<TestResponse> future = new CompletableFuture<>();
            Future<Response> response = invocation().submit();
            asynchronous = response;
            // Not by a callback: RESTEasy closes the answer when that returns.
            Thread waiter = new Thread(() -> complete(future, response), "jaxrs-waiter");
            waiter.setDaemon(true);
            waiter.start();
            return future;
        }

        private static void complete(CompletableFuture<TestResponse> future, Future<Response> response) {
            try {
                future.complete(translated(response.get()));
            } catch (ExecutionException e) {
                future.completeExceptionally(e.getCause());
            } catch (InterruptedException | RuntimeException e) {
                future.completeExceptionally(e);
            }
        }

        @Override
        public void cancel() {
            Future<Response> call = asynchronous;
            if (call == null) {
                throw new UnsupportedOperationException("Jakarta REST has no cancel for synchronous calls");
            }
            call.cancel(true);
        }

        private Invocation invocation() {
            return entity == null ? builder.build(method) : builder.build(method, entity);
        }

        private static TestResponse translated(Response response) {
            return new TestResponse(
                    response.getStatus(),
                    headers(response),
                    body(response),
                    response,
                    String.valueOf(response),
                    response.getStringHeaders());
        }

        private static Map<String, List<String>> headers(Response response) {
            Map<String, List<String>> headers = new HashMap<>(response.getStringHeaders());
            if (Platform.CURRENT == Platform.JERSEY) {
                // HttpURLConnection gives the lines of one name from the last to the first.
                headers.replaceAll((name, values) -> {
                    List<String> lines = new ArrayList<>(values);
                    Collections.reverse(lines);
                    return lines;
                });
            }
            return headers;
        }

        private static InputStream body(Response response) {
            try {
                InputStream body = response.readEntity(InputStream.class);
                return body == null ? InputStream.nullInputStream() : body;
            } catch (IllegalStateException | ProcessingException e) {
                // Some refuse to read what is not there; hasEntity() would wait for the first byte on others.
                return InputStream.nullInputStream();
            }
        }
    }
}
