package dev.poolswitch.clients;

// snippet: anthropic-java-transport
import com.anthropic.core.RequestOptions;
import com.anthropic.core.Timeout;
import com.anthropic.core.http.Headers;
import com.anthropic.core.http.HttpClient;
import com.anthropic.core.http.HttpRequest;
import com.anthropic.core.http.HttpRequestBody;
import com.anthropic.core.http.HttpResponse;
import com.anthropic.errors.AnthropicIoException;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/** Sends what Anthropic's SDK wants to send through an OkHttpClient of yours; the one that it has cannot be reached. */
final class AnthropicOverOkHttp implements HttpClient {

    private final OkHttpClient http;

    AnthropicOverOkHttp(OkHttpClient http) {
        this.http = http;
    }

    @Override
    public HttpResponse execute(HttpRequest request, RequestOptions options) {
        try {
            return new Answer(call(request, options).execute());
        } catch (IOException e) {
            throw new AnthropicIoException("Request failed", e);
        } finally {
            request.body().ifPresent(HttpRequestBody::close);
        }
    }

    @Override
    public CompletableFuture<HttpResponse> executeAsync(HttpRequest request, RequestOptions options) {
        Call call = call(request, options);
        CompletableFuture<HttpResponse> future = new CompletableFuture<>() {
            @Override
            public boolean cancel(boolean mayInterrupt) {
                call.cancel();
                return super.cancel(mayInterrupt);
            }
        };
        call.enqueue(new Callback() {
            @Override
            public void onResponse(Call done, Response response) {
                request.body().ifPresent(HttpRequestBody::close);
                if (!future.complete(new Answer(response))) {
                    response.close();
                }
            }

            @Override
            public void onFailure(Call done, IOException e) {
                request.body().ifPresent(HttpRequestBody::close);
                future.completeExceptionally(new AnthropicIoException("Request failed", e));
            }
        });
        return future;
    }

    private Call call(HttpRequest request, RequestOptions options) {
        OkHttpClient.Builder client = http.newBuilder();
        options.followRedirects().ifPresent(client::followRedirects);
        Timeout timeout = options.timeout().orElse(Timeout.builder().build());
        client.connectTimeout(timeout.connect())
                .readTimeout(timeout.read())
                .writeTimeout(timeout.write())
                .callTimeout(timeout.request());
        RequestBody body = request.body().map(Body::new).orElse(null);
        String method = request.method().name();
        boolean needsBody = method.equals("POST") || method.equals("PUT") || method.equals("PATCH");
        Request.Builder builder = new Request.Builder()
                .url(request.url())
                .method(method, body == null && needsBody ? RequestBody.create(new byte[0]) : body);
        Headers headers = request.headers();
        headers.names().forEach(name -> headers.values(name).forEach(value -> builder.addHeader(name, value)));
        return client.build().newCall(builder.build());
    }

    /** The client is yours to close. */
    @Override
    public void close() {}

    private static final class Body extends RequestBody {

        private final HttpRequestBody body;

        Body(HttpRequestBody body) {
            this.body = body;
        }

        @Override
        public @Nullable MediaType contentType() {
            String type = body.contentType();
            return type == null ? null : MediaType.parse(type);
        }

        @Override
        public long contentLength() {
            return body.contentLength();
        }

        @Override
        public boolean isOneShot() {
            return !body.repeatable();
        }

        @Override
        public void writeTo(BufferedSink sink) {
            body.writeTo(sink.outputStream());
        }
    }

    private record Answer(Response response) implements HttpResponse {

        @Override
        public int statusCode() {
            return response.code();
        }

        @Override
        public Headers headers() {
            Headers.Builder headers = Headers.builder();
            response.headers().forEach(header -> headers.put(header.getFirst(), header.getSecond()));
            return headers.build();
        }

        @Override
        public InputStream body() {
            return response.body().byteStream();
        }

        @Override
        public void close() {
            response.close();
        }
    }
}
// end
