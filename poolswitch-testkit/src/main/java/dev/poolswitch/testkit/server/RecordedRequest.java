package dev.poolswitch.testkit.server;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One request as it arrived. Immutable; {@link #toString} hides the keys. */
public final class RecordedRequest {
    private final RequestHead head;
    private final List<String> keys;
    private final int connection;
    private final int indexOnConnection;
    private final long sequence;
    private final RecordedBody body;

    RecordedRequest(
            RequestHead head,
            List<String> keys,
            int connection,
            int indexOnConnection,
            long sequence,
            RecordedBody body) {
        this.head = head;
        this.keys = keys;
        this.connection = connection;
        this.indexOnConnection = indexOnConnection;
        this.sequence = sequence;
        this.body = body;
    }

    RecordedRequest with(RecordedBody newBody) {
        return new RecordedRequest(head, keys, connection, indexOnConnection, sequence, newBody);
    }

    RecordedRequest numbered(long newSequence) {
        return new RecordedRequest(head, keys, connection, indexOnConnection, newSequence, body);
    }

    RequestHead head() {
        return head;
    }

    /** The method, as sent. */
    public String method() {
        return head.method();
    }

    /** The request target, as sent: path and query. */
    public String target() {
        return head.target();
    }

    /** The target without its query. */
    public String path() {
        int query = head.target().indexOf('?');
        return query < 0 ? head.target() : head.target().substring(0, query);
    }

    /** All header lines in their order. */
    public List<Header> headers() {
        return List.copyOf(head.headers());
    }

    /** The values of all header lines of that name, in their order. */
    public List<String> headers(String name) {
        return head.headers().stream()
                .filter(header -> header.is(name))
                .map(Header::value)
                .toList();
    }

    /** The value of the first header line of that name, or {@code null}. */
    public @Nullable String header(String name) {
        return head.header(name);
    }

    /** The first credential that the request presents, or {@code null}. */
    public @Nullable String key() {
        return keys.isEmpty() ? null : keys.get(0);
    }

    /** All credentials: those in headers in their order, without an authorization scheme, then those in the query. */
    public List<String> keys() {
        return keys;
    }

    /** A copy of the body, or of its beginning if it is longer than the server records. */
    public byte[] body() {
        return body.kept().clone();
    }

    /** {@link #body} as UTF-8. */
    public String bodyText() {
        return new String(body.kept(), StandardCharsets.UTF_8);
    }

    /** The number of body bytes that arrived. */
    public long bodyLength() {
        return body.length();
    }

    /** The SHA-256 of all body bytes that arrived, in lower-case hexadecimal digits. */
    public String bodySha256() {
        return body.sha256();
    }

    /** Whether the body was read to its end; {@code false} if it was answered early or the client broke off. */
    public boolean bodyComplete() {
        return body.complete();
    }

    /** The number of the connection, from 1, in the order of acceptance. */
    public int connection() {
        return connection;
    }

    /** The place of this request among those of its connection, from 1; more than 1 means a reused connection. */
    public int indexOnConnection() {
        return indexOnConnection;
    }

    /** The place of this request among all recorded ones, from 1; 0 as long as it is not recorded. */
    public long sequence() {
        return sequence;
    }

    /** {@link System#nanoTime} at the arrival of the request line. */
    public long arrivedNanos() {
        return head.arrivedNanos();
    }

    byte[] keptBody() {
        return body.kept();
    }

    /** Number, method and path; neither headers nor query nor body. */
    @Override
    public String toString() {
        return "#" + sequence + " " + head.method() + " " + path() + " on connection " + connection;
    }
}
