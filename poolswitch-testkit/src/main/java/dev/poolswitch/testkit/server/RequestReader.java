package dev.poolswitch.testkit.server;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads requests off the wire. */
final class RequestReader {
    private static final int MAX_HEADERS = 1000;

    private final WireInput in;
    private final byte[] piece = new byte[16 * 1024];

    RequestReader(WireInput in) {
        this.in = in;
    }

    /** The next request line and its headers, or {@code null} if the client has closed instead. */
    @Nullable
    RequestHead head() throws IOException {
        String line = in.line();
        while (line != null && line.isEmpty()) {
            line = in.line();
        }
        if (line == null) {
            return null;
        }
        long arrived = System.nanoTime();
        int first = line.indexOf(' ');
        int last = line.lastIndexOf(' ');
        if (first <= 0 || last <= first || !line.startsWith("HTTP/1.", last + 1)) {
            throw new ProtocolException("not a request line");
        }
        boolean http10 = line.endsWith("/1.0");
        return new RequestHead(line.substring(0, first), line.substring(first + 1, last), http10, headers(), arrived);
    }

    private List<Header> headers() throws IOException {
        List<Header> headers = new ArrayList<>(12);
        for (String line = in.line(); ; line = in.line()) {
            if (line == null) {
                throw new EOFException("the client closed within the head");
            }
            if (line.isEmpty()) {
                return headers;
            }
            int colon = line.indexOf(':');
            if (colon <= 0 || headers.size() == MAX_HEADERS) {
                throw new ProtocolException("not a header line, or too many of them");
            }
            headers.add(new Header(
                    line.substring(0, colon), line.substring(colon + 1).strip()));
        }
    }

    /** Reads the body into the recorder; throws if it does not arrive to its end. */
    void body(RequestHead head, BodyRecorder recorder) throws IOException {
        if (head.chunked()) {
            chunks(recorder);
        } else {
            take(head.contentLength(), recorder);
        }
    }

    private void chunks(BodyRecorder recorder) throws IOException {
        while (true) {
            String line = in.line();
            if (line == null) {
                throw new EOFException("the client closed between chunks");
            }
            long size = chunkSize(line);
            if (size == 0) {
                headers();
                return;
            }
            take(size, recorder);
            in.line();
        }
    }

    private static long chunkSize(String line) throws ProtocolException {
        int semicolon = line.indexOf(';');
        try {
            return Long.parseLong((semicolon < 0 ? line : line.substring(0, semicolon)).strip(), 16);
        } catch (NumberFormatException e) {
            throw new ProtocolException("not a chunk size");
        }
    }

    private void take(long size, BodyRecorder recorder) throws IOException {
        for (long left = size; left > 0; ) {
            int count = in.read(piece, 0, (int) Math.min(left, piece.length));
            if (count < 0) {
                throw new EOFException("the client closed within the body");
            }
            recorder.add(piece, 0, count);
            left -= count;
        }
    }
}
