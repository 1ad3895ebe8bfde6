package dev.poolswitch.clients;

// snippet: langchain4j-transport
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.http.client.HttpClient;
import dev.langchain4j.http.client.HttpClientBuilder;
import dev.langchain4j.http.client.HttpRequest;
import dev.langchain4j.http.client.SuccessfulHttpResponse;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import dev.langchain4j.http.client.sse.ServerSentEventParser;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** LangChain4j's HTTP client over an OkHttpClient of yours: JSON and server-sent events, no multipart uploads. */
final class LangChain4jOverOkHttp implements HttpClientBuilder {

    private final OkHttpClient http;
    private @Nullable Duration connectTimeout;
    private @Nullable Duration readTimeout;

    LangChain4jOverOkHttp(OkHttpClient http) {
        this.http = http;
    }

    @Override
    public @Nullable Duration connectTimeout() {
        return connectTimeout;
    }

    @Override
    public HttpClientBuilder connectTimeout(@Nullable Duration timeout) {
        connectTimeout = timeout;
        return this;
    }

    @Override
    public @Nullable Duration readTimeout() {
        return readTimeout;
    }

    @Override
    public HttpClientBuilder readTimeout(@Nullable Duration timeout) {
        readTimeout = timeout;
        return this;
    }

    @Override
    public HttpClient build() {
        OkHttpClient.Builder client = http.newBuilder();
        if (connectTimeout != null) {
            client.connectTimeout(connectTimeout);
        }
        if (readTimeout != null) {
            client.readTimeout(readTimeout);
        }
        return new Client(client.build());
    }

    private record Client(OkHttpClient http) implements HttpClient {

        @Override
        public SuccessfulHttpResponse execute(HttpRequest request) {
            try (Response response = call(request).execute()) {
                byte[] body = response.body().bytes();
                if (!response.isSuccessful()) {
                    throw new HttpException(response.code(), new String(body, UTF_8));
                }
                return head(response).body(body).build();
            } catch (IOException e) {
                throw unchecked(e);
            }
        }

        @Override
        public void execute(HttpRequest request, ServerSentEventParser parser, ServerSentEventListener listener) {
            call(request).enqueue(new Callback() {
                @Override
                public void onResponse(Call call, Response response) {
                    try (response) {
                        if (!response.isSuccessful()) {
                            throw new HttpException(
                                    response.code(), response.body().string());
                        }
                        listener.onOpen(head(response).build());
                        parser.parse(response.body().byteStream(), listener);
                        listener.onClose();
                    } catch (IOException e) {
                        listener.onError(unchecked(e));
                    } catch (RuntimeException e) {
                        listener.onError(e);
                    }
                }

                @Override
                public void onFailure(Call call, IOException e) {
                    listener.onError(unchecked(e));
                }
            });
        }

        private Call call(HttpRequest request) {
            if (!request.formDataFields().isEmpty() || !request.formDataFiles().isEmpty()) {
                throw new UnsupportedOperationException("multipart requests are not translated");
            }
            String body = request.body();
            Request.Builder builder = new Request.Builder()
                    .url(request.url())
                    .method(request.method().name(), body == null ? null : RequestBody.create(body.getBytes(UTF_8)));
            request.headers().forEach((name, values) -> values.forEach(value -> builder.addHeader(name, value)));
            return http.newCall(builder.build());
        }

        private static SuccessfulHttpResponse.Builder head(Response response) {
            return SuccessfulHttpResponse.builder()
                    .statusCode(response.code())
                    .headers(response.headers().toMultimap());
        }

        private static RuntimeException unchecked(IOException e) {
            return e instanceof InterruptedIOException ? new TimeoutException(e) : new RuntimeException(e);
        }
    }
}
// end
