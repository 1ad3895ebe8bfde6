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
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpMessage;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;
import org.apache.hc.core5.util.Timeout;

/** HttpClient 5 classic behind the words of the contract, with its defaults. */
final class ClassicClient implements ClientUnderTest {

    private final PoolingHttpClientConnectionManager connections = new PoolingHttpClientConnectionManager();
    private final CloseableHttpClient client;

    ClassicClient(ClientSettings settings, KeyPool... pools) {
        connections.setMaxTotal(200);
        connections.setDefaultMaxPerRoute(100);
        connections.setDefaultConnectionConfig(ConnectionConfig.custom()
                .setSocketTimeout(Timeout.of(settings.readTimeout()))
                .build());
        HttpClientBuilder builder = HttpClients.custom()
                .setConnectionManager(connections)
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setRedirectsEnabled(settings.followRedirects())
                        .build());
        client = pools.length == 0
                ? builder.build()
                : PoolSwitchExecHandler.install(builder, pools).build();
    }

    @Override
    public TestCall call(TestRequest request) {
        HttpUriRequestBase nativeRequest = nativeRequest(request);
        return new TestCall() {
            @Override
            public TestResponse execute() throws IOException {
                HttpClientContext context = HttpClientContext.create();
                if (request.options() != null) {
                    context.setAttribute(CallOptions.class.getName(), request.options());
                }
                ClassicHttpResponse response = client.executeOpen(null, nativeRequest, context);
                HttpEntity entity = response.getEntity();
                return new TestResponse(
                        response.getCode(),
                        headers(response),
                        entity == null ? InputStream.nullInputStream() : entity.getContent(),
                        response,
                        response,
                        nativeRequest,
                        context,
                        context.getRequest(),
                        List.of(context.getRequest().getHeaders()),
                        context.getRequest().getRequestUri());
            }

            @Override
            public CompletableFuture<TestResponse> enqueue() {
                throw new UnsupportedOperationException("classic");
            }

            @Override
            public void cancel() {
                nativeRequest.abort();
            }
        };
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

    private static HttpUriRequestBase nativeRequest(TestRequest request) {
        HttpUriRequestBase result = new HttpUriRequestBase(request.method(), request.url());
        request.headers().forEach(header -> result.addHeader(header.name(), header.value()));
        TestBody body = request.body();
        if (body != null) {
            ContentType type = ContentType.parse(body.contentType());
            result.setEntity(
                    body.isOneShot()
                            ? new InputStreamEntity(body.open(), body.length(), type)
                            : new ByteArrayEntity(body.bytes(), type));
            if (request.headers().stream().anyMatch(header -> header.name().equalsIgnoreCase("Expect"))) {
                result.removeHeaders("Expect");
                result.setConfig(
                        RequestConfig.custom().setExpectContinueEnabled(true).build());
            }
        }
        return result;
    }

    static Map<String, List<String>> headers(HttpMessage message) {
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (Header header : message.getHeaders()) {
            headers.computeIfAbsent(header.getName(), name -> new ArrayList<>()).add(header.getValue());
        }
        return headers;
    }
}
