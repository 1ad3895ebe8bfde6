package dev.poolswitch.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** An answer as the application gets it: the head, and a body that streams. */
public final class TestResponse implements AutoCloseable {

    private final int status;
    private final TreeMap<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final InputStream body;
    private final AutoCloseable connection;
    private final List<Object> shown;

    /**
     * An answer.
     *
     * @param status the status code
     * @param headers the header lines by name
     * @param body the body as the client streams it, the plug-in's tap included; an empty stream for none
     * @param connection closes the answer the way that the client's users do
     * @param shown the native answer and whatever else users of this client can see and print; must not show a key
     */
    public TestResponse(
            int status,
            Map<String, List<String>> headers,
            InputStream body,
            AutoCloseable connection,
            Object... shown) {
        this.status = status;
        headers.forEach((name, values) -> this.headers.put(name, List.copyOf(values)));
        this.body = Objects.requireNonNull(body, "body");
        this.connection = Objects.requireNonNull(connection, "connection");
        this.shown = List.of(shown);
    }

    /** The status code. */
    public int status() {
        return status;
    }

    /** The values of a header, by case-insensitive name; empty when absent. */
    public List<String> headers(String name) {
        return headers.getOrDefault(name, List.of());
    }

    /** All header lines by lower-case name. */
    public Map<String, List<String>> headers() {
        Map<String, List<String>> lower = new TreeMap<>();
        headers.forEach((name, values) -> lower.put(name.toLowerCase(Locale.ROOT), values));
        return lower;
    }

    /** The body, not yet read. */
    public InputStream body() {
        return body;
    }

    /** What users can print. */
    List<Object> shown() {
        return shown;
    }

    @Override
    public void close() throws IOException {
        try {
            connection.close();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
