package dev.poolswitch.okhttp;

import static java.util.Objects.requireNonNull;

import dev.poolswitch.http.CallOptions;
import dev.poolswitch.testkit.ClientUnderTest;
import dev.poolswitch.testkit.TestBody;
import dev.poolswitch.testkit.TestCall;
import dev.poolswitch.testkit.TestRequest;
import dev.poolswitch.testkit.TestResponse;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.BufferedSink;
import okio.BufferedSource;
import okio.Okio;
import org.jspecify.annotations.Nullable;

/** OkHttp behind the words of the contract. */
final class OkHttpUnderTest implements ClientUnderTest {

    private final OkHttpClient client;

    OkHttpUnderTest(OkHttpClient client) {
        this.client = client;
    }

    @Override
    public TestCall call(TestRequest request) {
        Call call = client.newCall(translated(request));
        if (request.timeout() != null) {
            call.timeout().timeout(request.timeout().toNanos(), java.util.concurrent.TimeUnit.NANOSECONDS);
        }
        return new NativeCall(call);
    }

    @Override
    public int connectionsInUse() {
        return client.connectionPool().connectionCount()
                - client.connectionPool().idleConnectionCount();
    }

    @Override
    public String webSocketEcho(URI url, String text) throws IOException {
        CompletableFuture<String> echo = new CompletableFuture<>();
        WebSocket socket =
                client.newWebSocket(new Request.Builder().url(url.toString()).build(), new WebSocketListener() {
                    @Override
                    public void onOpen(WebSocket webSocket, Response response) {
                        webSocket.send(text);
                    }

                    @Override
                    public void onMessage(WebSocket webSocket, String message) {
                        echo.complete(message);
                    }

                    @Override
                    public void onFailure(WebSocket webSocket, Throwable failure, @Nullable Response response) {
                        echo.completeExceptionally(failure);
                    }
                });
        try {
            return echo.join();
        } finally {
            socket.cancel();
        }
    }

    @Override
    public String duplex(URI url, List<String> pieces) throws IOException {
        CompletableFuture<BufferedSink> sink = new CompletableFuture<>();
        RequestBody body = new RequestBody() {
            @Override
            public MediaType contentType() {
                return MediaType.get("text/plain");
            }

            @Override
            public boolean isDuplex() {
                return true;
            }

            @Override
            public void writeTo(BufferedSink opened) {
                sink.complete(opened);
            }
        };
        Request request = new Request.Builder().url(url.toString()).post(body).build();
        try (Response response = client.newCall(request).execute()) {
            BufferedSink upload = sink.join();
            StringBuilder came = new StringBuilder().append(response.code()).append(' ');
            BufferedSource answer = requireNonNull(response.body()).source();
            for (String piece : response.isSuccessful() ? pieces : List.<String>of()) {
                upload.writeUtf8(piece).flush();
                came.append(answer.readUtf8(piece.length()));
            }
            upload.close();
            return came.append(answer.readUtf8()).toString();
        }
    }

    @Override
    public void close() {
        client.dispatcher().executorService().shutdownNow();
        client.connectionPool().evictAll();
    }

    private static Request translated(TestRequest request) {
        Request.Builder builder = new Request.Builder().url(request.url().toString());
        request.headers().forEach(header -> builder.addHeader(header.name(), header.value()));
        TestBody body = request.body();
        boolean needsBody = request.method().equals("POST") || request.method().equals("PUT");
        RequestBody nothing = needsBody ? RequestBody.create(new byte[0]) : null;
        builder.method(request.method(), body == null ? nothing : translated(body));
        if (request.options() != null) {
            builder.tag(CallOptions.class, request.options());
        }
        return builder.build();
    }

    private static RequestBody translated(TestBody body) {
        MediaType type = MediaType.get(body.contentType());
        return body.isOneShot() ? new StreamBody(body, type) : RequestBody.create(body.bytes(), type);
    }

    private static final class StreamBody extends RequestBody {

        private final TestBody body;
        private final MediaType type;

        StreamBody(TestBody body, MediaType type) {
            this.body = body;
            this.type = type;
        }

        @Override
        public MediaType contentType() {
            return type;
        }

        @Override
        public long contentLength() {
            return body.length();
        }

        @Override
        public boolean isOneShot() {
            return true;
        }

        @Override
        public void writeTo(BufferedSink sink) throws IOException {
            sink.writeAll(Okio.source(body.open()));
        }
    }

    private record NativeCall(Call call) implements TestCall {

        @Override
        public TestResponse execute() throws IOException {
            return translated(call.execute());
        }

        @Override
        public CompletableFuture<TestResponse> enqueue() {
            CompletableFuture<TestResponse> result = new CompletableFuture<>();
            call.enqueue(new Callback() {
                @Override
                public void onFailure(Call failed, IOException failure) {
                    result.completeExceptionally(failure);
                }

                @Override
                public void onResponse(Call answered, Response response) {
                    result.complete(translated(response));
                }
            });
            return result;
        }

        @Override
        public void cancel() {
            call.cancel();
        }

        private static TestResponse translated(Response response) {
            return new TestResponse(
                    response.code(),
                    response.headers().toMultimap(),
                    requireNonNull(response.body()).byteStream(),
                    response,
                    response,
                    response.request(),
                    String.valueOf(response.networkResponse()),
                    String.valueOf(response.priorResponse()));
        }
    }
}
