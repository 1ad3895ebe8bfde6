package dev.poolswitch.httpclient5;

import dev.poolswitch.Origin;
import dev.poolswitch.http.Look;
import dev.poolswitch.http.ResponseView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/** HttpClient's answer as the exchange sees it. */
final class AnswerView implements ResponseView {

    /** Reads the first bytes of a body, as {@link ResponseView#prefix} does. */
    interface Prefix {
        boolean prefix(int maxBytes, Look look, BytesTest test);
    }

    private final HttpResponse response;
    private final HttpRoute sentTo;
    private final boolean fromNetwork;
    private final long contentLength;
    private final @Nullable Prefix prefix;
    /** HttpClient would make the string anew for each who asks, and all ask for this one. */
    private @Nullable String contentType;

    private final long receivedAtMillis = System.currentTimeMillis();

    /**
     * A view.
     *
     * @param sentTo where the request went; redirects are followed outside of an attempt
     * @param contentLength what the application will read, after decoding; -1 when unknown
     * @param prefix reads the body's first bytes; {@code null} without a body
     */
    AnswerView(
            HttpResponse response, HttpRoute sentTo, boolean fromNetwork, long contentLength, @Nullable Prefix prefix) {
        this.response = response;
        this.sentTo = sentTo;
        this.fromNetwork = fromNetwork;
        this.contentLength = contentLength;
        this.prefix = prefix;
    }

    HttpResponse head() {
        return response;
    }

    @Override
    public int status() {
        return response.getCode();
    }

    @Override
    public @Nullable String header(String name) {
        boolean type = name.equalsIgnoreCase(HttpHeaders.CONTENT_TYPE);
        String known = contentType;
        if (type && known != null) {
            return known;
        }
        Header first = response.getFirstHeader(name);
        String value = first == null ? null : first.getValue();
        contentType = type ? value : contentType;
        return value;
    }

    @Override
    public List<String> headers(String name) {
        List<String> values = new ArrayList<>();
        for (Iterator<Header> lines = response.headerIterator(name); lines.hasNext(); ) {
            values.add(lines.next().getValue());
        }
        return values;
    }

    @Override
    public void forEachHeader(BiConsumer<String, String> consumer) {
        forEachHeader(name -> true, consumer);
    }

    @Override
    public void forEachHeader(Predicate<String> names, BiConsumer<String, String> consumer) {
        for (Iterator<Header> lines = response.headerIterator(); lines.hasNext(); ) {
            Header line = lines.next();
            if (names.test(line.getName())) {
                consumer.accept(line.getName(), line.getValue());
            }
        }
    }

    @Override
    public boolean prefix(int maxBytes, Look look, BytesTest test) {
        return prefix == null ? test.passes(new byte[0], 0, 0) : prefix.prefix(maxBytes, look, test);
    }

    @Override
    public Instant receivedAt() {
        return Instant.ofEpochMilli(receivedAtMillis);
    }

    @Override
    public boolean fromNetwork() {
        return fromNetwork;
    }

    @Override
    public boolean answeredBy(Origin origin) {
        return KeyOnWire.leads(sentTo, origin);
    }

    @Override
    public boolean hasBody() {
        return prefix != null;
    }

    @Override
    public long contentLength() {
        return prefix == null ? 0 : contentLength;
    }
}
