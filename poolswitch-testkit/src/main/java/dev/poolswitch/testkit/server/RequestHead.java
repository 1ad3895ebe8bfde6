package dev.poolswitch.testkit.server;

import java.net.ProtocolException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A request line with its headers.
 *
 * @param arrivedNanos {@link System#nanoTime} at the arrival of the request line
 */
record RequestHead(String method, String target, boolean http10, List<Header> headers, long arrivedNanos) {

    @Nullable
    String header(String name) {
        for (Header header : headers) {
            if (header.is(name)) {
                return header.value();
            }
        }
        return null;
    }

    boolean chunked() {
        return says("Transfer-Encoding", "chunked");
    }

    long contentLength() throws ProtocolException {
        String length = header("Content-Length");
        if (length == null) {
            return 0;
        }
        try {
            long value = Long.parseLong(length);
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Told below, like a negative length.
        }
        throw new ProtocolException("not a content length");
    }

    boolean hasBody() throws ProtocolException {
        return chunked() || contentLength() > 0;
    }

    boolean expectsContinue() {
        return says("Expect", "100-continue");
    }

    boolean wantsClose() {
        return says("Connection", "close") || (http10 && !says("Connection", "keep-alive"));
    }

    private boolean says(String name, String word) {
        String value = header(name);
        return value != null && value.toLowerCase(Locale.ROOT).contains(word);
    }
}
