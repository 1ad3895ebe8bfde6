package dev.poolswitch.httpclient5;

import dev.poolswitch.KeyPool;
import dev.poolswitch.http.CallOptions;
import dev.poolswitch.testkit.ClientSettings;
import dev.poolswitch.testkit.ClientUnderTest;
import dev.poolswitch.testkit.TestBody;
import dev.poolswitch.testkit.TestCall;
import dev.poolswitch.testkit.TestRequest;
import dev.poolswitch.testkit.TestResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManager;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.message.BasicHttpRequest;
import org.apache.hc.core5.http.nio.AsyncEntityProducer;
import org.apache.hc.core5.http.nio.entity.BasicAsyncEntityProducer;
import org.apache.hc.core5.http.nio.support.BasicRequestProducer;
import org.apache.hc.core5.http2.HttpVersionPolicy;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/** HttpClient 5 asynchronous behind the words of the contract, with its defaults. */
final class AsyncClient implements ClientUnderTest {

    private final PoolingAsyncClientConnectionManager connections;
    private final CloseableHttpAsyncClient client;

    AsyncClient(ClientSettings settings, KeyPool... pools) {
        connections = PoolingAsyncClientConnectionManagerBuilder.create()
                .setMaxConnTotal(200)
                .setMaxConnPerRoute(100)
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setSocketTimeout(Timeout.of(settings.readTimeout()))
                        .build())
                .setDefaultTlsConfig(TlsConfig.custom()
                        .setVersionPolicy(
                                settings.http2() ? HttpVersionPolicy.FORCE_HTTP_2 : HttpVersionPolicy.FORCE_HTTP_1)
                        .build())
                .build();
        HttpAsyncClientBuilder builder = HttpAsyncClients.custom()
                .setConnectionManager(connections)
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setRedirectsEnabled(settings.followRedirects())
                        .build());
        client = pools.length == 0
                ? builder.build()
                : PoolSwitchAsyncExecHandler.install(builder, pools).build();
        client.start();
    }

    @Override
    public TestCall call(TestRequest request) {
        CompletableFuture<Future<?>> underWay = new CompletableFuture<>();
        return new TestCall() {
            @Override
            public TestResponse execute() throws IOException {
                try {
                    return enqueue().get();
                } catch (InterruptedException e) {
                    cancel();
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException();
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof IOException io) {
                        throw io;
                    }
                    if (e.getCause() instanceof RuntimeException unchecked) {
                        throw unchecked;
                    }
                    throw new IOException(e.getCause());
                }
            }

            @Override
            public CompletableFuture<TestResponse> enqueue() {
                HttpClientContext context = HttpClientContext.create();
                if (request.options() != null) {
                    context.setAttribute(CallOptions.class.getName(), request.options());
                }
                return start(request, context, underWay);
            }

            @Override
            public void cancel() {
                underWay.join().cancel(true);
            }
        };
    }

    private CompletableFuture<TestResponse> start(
            TestRequest request, HttpClientContext context, CompletableFuture<Future<?>> underWay) {
        HttpRequest head = new BasicHttpRequest(request.method(), request.url());
        request.headers().forEach(header -> head.addHeader(header.name(), header.value()));
        if (request.headers().stream().anyMatch(header -> header.name().equalsIgnoreCase("Expect"))) {
            head.removeHeaders("Expect");
            context.setRequestConfig(
                    RequestConfig.custom().setExpectContinueEnabled(true).build());
        }
        return start(head, body(request.body()), context, underWay);
    }

    private CompletableFuture<TestResponse> start(
            HttpRequest head,
            @Nullable AsyncEntityProducer body,
            HttpClientContext context,
            CompletableFuture<Future<?>> underWay) {
        CompletableFuture<TestResponse> answer = new CompletableFuture<>();
        StreamingConsumer consumer = new StreamingConsumer(
                (response, content) -> answer.complete(response(response, content, head, context, underWay)));
        underWay.complete(
                client.execute(new BasicRequestProducer(head, body), consumer, context, new FutureCallback<Void>() {
                    @Override
                    public void completed(@Nullable Void nothing) {}

                    @Override
                    public void failed(Exception cause) {
                        consumer.failed(cause);
                        answer.completeExceptionally(cause);
                    }

                    @Override
                    public void cancelled() {
                        IOException cause = new InterruptedIOException("cancelled");
                        consumer.failed(cause);
                        answer.completeExceptionally(cause);
                    }
                }));
        return answer;
    }

    @Override
    public String duplex(URI url, List<String> pieces) throws IOException {
        DuplexProducer upload = new DuplexProducer();
        TestResponse response = start(
                        new BasicHttpRequest("POST", url),
                        upload,
                        HttpClientContext.create(),
                        new CompletableFuture<>())
                .join();
        StringBuilder came = new StringBuilder().append(response.status()).append(' ');
        for (String piece : response.status() == 200 ? pieces : List.<String>of()) {
            upload.write(piece);
            for (int i = 0; i < piece.length(); i++) {
                came.append((char) response.body().read());
            }
        }
        upload.end();
        return came.append(new String(response.body().readAllBytes(), StandardCharsets.UTF_8))
                .toString();
    }

    private static TestResponse response(
            HttpResponse response,
            InputStream body,
            HttpRequest head,
            HttpClientContext context,
            CompletableFuture<Future<?>> underWay) {
        List<Object> shown = new ArrayList<>(List.of(response, head, context));
        if (context.getRequest() != null) {
            shown.add(context.getRequest());
            shown.add(Arrays.asList(context.getRequest().getHeaders()));
            shown.add(context.getRequest().getRequestUri());
        }
        return new TestResponse(
                response.getCode(),
                ClassicClient.headers(response),
                body,
                () -> underWay.join().cancel(true),
                shown.toArray());
    }

    private static @Nullable AsyncEntityProducer body(@Nullable TestBody body) {
        if (body == null) {
            return null;
        }
        ContentType type = ContentType.parse(body.contentType());
        return body.isOneShot()
                ? new OneShotProducer(body.open(), body.length(), type)
                : new BasicAsyncEntityProducer(body.bytes(), type);
    }

    @Override
    public int connectionsInUse() {
        return connections.getTotalStats().getLeased();
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
