package dev.poolswitch.testkit;

import dev.poolswitch.Origin;
import dev.poolswitch.http.Attempt;
import dev.poolswitch.http.BodyStream;
import dev.poolswitch.http.Look;
import dev.poolswitch.http.ResponseView;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** An answer of the JDK's client. */
final class JdkAnswer implements ResponseView, BodyStream.Connection, AutoCloseable {

    private static final Set<Integer> WITHOUT_BODY = Set.of(204, 304);

    private final HttpResponse<InputStream> response;
    private final @Nullable Attempt judged;
    private final Object shown;
    private final boolean hasBody;
    private final Instant receivedAt = Instant.now();
    private final PrefixedBody source;
    private InputStream body;

    JdkAnswer(
            JdkClient client,
            String method,
            HttpResponse<InputStream> response,
            @Nullable Attempt judged,
            Object shown) {
        this.response = response;
        this.judged = judged;
        this.shown = shown;
        this.hasBody = !method.equals("HEAD") && !WITHOUT_BODY.contains(response.statusCode());
        client.connectionTaken();
        this.source = new PrefixedBody(response.body(), client::connectionFreed);
        this.body = source;
        if (!hasBody) {
            close();
            body = InputStream.nullInputStream();
        }
    }

    InputStream body() {
        return body;
    }

    JdkAnswer withBody(InputStream tapped) {
        body = tapped;
        return this;
    }

    JdkAnswer buffered() throws IOException {
        body = new ByteArrayInputStream(body.readAllBytes());
        return this;
    }

    void drain() throws IOException {
        source.drain((int) contentLength());
    }

    TestResponse response() {
        return new TestResponse(status(), response.headers().map(), body, body, shown);
    }

    @Override
    public void close() {
        try {
            source.close();
        } catch (IOException e) {
            // Closed all the same.
        }
    }

    @Override
    public void giveBack() {
        close();
    }

    @Override
    public void drop() {
        close();
    }

    /** Closing one of the JDK's streams wakes up whoever reads it. */
    @Override
    public boolean cut() {
        close();
        return true;
    }

    @Override
    public int status() {
        return response.statusCode();
    }

    @Override
    public @Nullable String header(String name) {
        return response.headers().firstValue(name).orElse(null);
    }

    @Override
    public List<String> headers(String name) {
        return response.headers().allValues(name);
    }

    @Override
    public void forEachHeader(BiConsumer<String, String> consumer) {
        response.headers().map().forEach((name, values) -> values.forEach(value -> consumer.accept(name, value)));
    }

    @Override
    public boolean prefix(int maxBytes, Look look, BytesTest test) {
        if (look.firstEvent()) {
            BodyStream held = new BodyStream(source, contentLength(), this);
            body = held;
            return held.prefix(maxBytes, look, test);
        }
        // The JDK's streams do not tell without blocking that they are at their end, so only a known length saves the
        // wait.
        long length = contentLength();
        byte[] first = source.peek((int) (length < 0 ? maxBytes : Math.min(length, maxBytes)), look.patience());
        return test.passes(first, 0, first.length);
    }

    @Override
    public Instant receivedAt() {
        return receivedAt;
    }

    @Override
    public boolean answeredBy(Origin origin) {
        return judged != null;
    }

    @Override
    public boolean hasBody() {
        return hasBody;
    }

    @Override
    public long contentLength() {
        return response.headers().firstValueAsLong("Content-Length").orElse(-1);
    }
}
