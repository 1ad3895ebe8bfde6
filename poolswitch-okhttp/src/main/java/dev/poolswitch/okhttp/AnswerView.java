package dev.poolswitch.okhttp;

import dev.poolswitch.Origin;
import dev.poolswitch.http.Look;
import dev.poolswitch.http.ResponseView;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;
import okhttp3.Call;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSource;
import okio.Timeout;
import org.jspecify.annotations.Nullable;

/** OkHttp's answer as the exchange sees it. */
final class AnswerView implements ResponseView {

    static final int SWITCHING_PROTOCOLS = 101;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;

    private final Response response;
    private final Call call;
    private final @Nullable Socket connection;
    private @Nullable HeldBody held;

    /**
     * A view.
     *
     * @param connection the connection if no other call shares it
     */
    AnswerView(Response response, Call call, @Nullable Socket connection) {
        this.response = response;
        this.call = call;
        this.connection = connection;
    }

    /** The body, if it was held back and must be read, or closed, here from now on. */
    @Nullable
    HeldBody held() {
        return held;
    }

    @Override
    public int status() {
        return response.code();
    }

    @Override
    public @Nullable String header(String name) {
        // The first value, where OkHttp would give the last.
        Headers headers = response.headers();
        for (int i = 0; i < headers.size(); i++) {
            if (headers.name(i).equalsIgnoreCase(name)) {
                return headers.value(i);
            }
        }
        return null;
    }

    @Override
    public List<String> headers(String name) {
        return response.headers(name);
    }

    @Override
    public void forEachHeader(BiConsumer<String, String> consumer) {
        Headers headers = response.headers();
        for (int i = 0; i < headers.size(); i++) {
            consumer.accept(headers.name(i), headers.value(i));
        }
    }

    @Override
    public boolean prefix(int maxBytes, Look look, BytesTest test) {
        ResponseBody body = response.body();
        if (body == null) {
            return test.passes(new byte[0], 0, 0);
        }
        if (look.firstEvent() && !stillSending()) {
            held = new HeldBody(body, call, connection);
            byte[] first = held.prefix(maxBytes, look);
            return test.passes(first, 0, first.length);
        }
        return PrefixSink.first(maxBytes, ahead(body, maxBytes, look), test);
    }

    /** What has come of a body by the end of a look. */
    private Buffer ahead(ResponseBody body, int maxBytes, Look look) {
        BufferedSource source = body.source();
        Duration patience = look.patience();
        try {
            if (patience != null && !look.firstEvent()) {
                request(source, maxBytes, patience);
            } else if (!stillSending()) {
                source.request(1);
            }
        } catch (IOException e) {
            // Too slow or broken: what has come can still be judged, and the caller will meet the same failure.
        }
        return source.getBuffer();
    }

    /** Whoever sends a body while the answer comes may wait for the answer's head before going on. */
    private boolean stillSending() {
        RequestBody body = response.request().body();
        return body != null && body.isDuplex();
    }

    private static void request(BufferedSource source, int bytes, Duration patience) throws IOException {
        Timeout timeout = source.timeout();
        boolean hadDeadline = timeout.hasDeadline();
        long deadline = hadDeadline ? timeout.deadlineNanoTime() : 0;
        long ours = System.nanoTime() + patience.toNanos();
        timeout.deadlineNanoTime(hadDeadline && deadline - ours < 0 ? deadline : ours);
        try {
            source.request(bytes);
        } finally {
            if (hadDeadline) {
                timeout.deadlineNanoTime(deadline);
            } else {
                timeout.clearDeadline();
            }
        }
    }

    @Override
    public Instant receivedAt() {
        return Instant.ofEpochMilli(response.receivedResponseAtMillis());
    }

    @Override
    public boolean fromNetwork() {
        return response.networkResponse() != null || response.code() == SWITCHING_PROTOCOLS;
    }

    @Override
    public boolean answeredBy(Origin origin) {
        HttpUrl url = response.request().url();
        return origin.is(url.scheme(), url.host(), url.port());
    }

    @Override
    public boolean hasBody() {
        int status = response.code();
        return status != SWITCHING_PROTOCOLS
                && status != NO_CONTENT
                && status != NOT_MODIFIED
                && !response.request().method().equals("HEAD");
    }

    @Override
    public long contentLength() {
        ResponseBody body = response.body();
        return body == null ? 0 : body.contentLength();
    }
}
