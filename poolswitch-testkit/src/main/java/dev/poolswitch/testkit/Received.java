package dev.poolswitch.testkit;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** An answer that was read to its end and closed. */
final class Received {

    private static final int SHOWN = 200;

    private final int status;
    private final Map<String, List<String>> headers;
    private final byte[] body;

    Received(int status, Map<String, List<String>> headers, byte[] body) {
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    int status() {
        return status;
    }

    /** By lower-case name. */
    Map<String, List<String>> headers() {
        return headers;
    }

    byte[] body() {
        return body;
    }

    String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** Whether the application could not tell the two apart. */
    boolean same(Received other) {
        return status == other.status && headers.equals(other.headers) && Arrays.equals(body, other.body);
    }

    @Override
    public String toString() {
        return status + " " + headers + " " + (body.length > SHOWN ? body.length + " bytes" : text());
    }
}
