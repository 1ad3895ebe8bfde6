package dev.poolswitch.benchmarks.clients;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * Answers at once with bytes that were made before, and allocates nothing a request, so that what is measured is the
 * client. A request with the key {@code spent} is refused; a path that begins with {@code /b} is answered with
 * {@value #LARGE} bytes.
 */
public final class CannedServer implements AutoCloseable {

    /** What {@code GET /big} gives. */
    public static final int LARGE = 100_000_000;

    private static final int END_OF_HEAD = 0x0D0A0D0A;
    private static final byte[] SMALL = answer(
            "200 OK",
            "",
            "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"model\":\"gpt-4o\",\"choices\":[{\"index\":0,"
                    + "\"message\":{\"role\":\"assistant\",\"content\":\"" + "All is well. ".repeat(20)
                    + "\"},\"finish_reason\":\"stop\"}],"
                    + "\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":12,\"total_tokens\":21}}");
    private static final byte[] REFUSAL = answer(
            "429 Too Many Requests",
            "Retry-After: 3600\r\n",
            "{\"error\":{\"message\":\"Rate limit reached\",\"type\":\"requests\",\"code\":\"rate_limit_exceeded\"}}");
    private static final byte[] LARGE_HEAD = ("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
                    + "Content-Length: " + LARGE + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LARGE_PIECE = new byte[64 * 1024];
    private static final byte[] SPENT = "earer spent\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LENGTH = "ontent-length: ".getBytes(StandardCharsets.US_ASCII);

    private final ServerSocket listener;

    public CannedServer() {
        try {
            listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(this::accept);
    }

    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort() + path);
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "canned-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                start(() -> serve(socket));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private static void serve(Socket socket) {
        byte[] bytes = new byte[64 * 1024];
        try (socket) {
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            int filled = 0;
            while (true) {
                int head = endOfHead(bytes, filled);
                int whole = head < 0 ? -1 : head + Math.max(0, numberAfter(bytes, head, LENGTH));
                if (head < 0 || filled < whole) {
                    int count = in.read(bytes, filled, bytes.length - filled);
                    if (count < 0) {
                        return;
                    }
                    filled += count;
                } else {
                    answer(bytes, head, out);
                    System.arraycopy(bytes, whole, bytes, 0, filled - whole);
                    filled -= whole;
                }
            }
        } catch (IOException e) {
            // the client has gone
        }
    }

    private static void answer(byte[] request, int head, OutputStream out) throws IOException {
        int path = 0;
        while (request[path] != '/') {
            path++;
        }
        if (request[path + 1] == 'b') {
            out.write(LARGE_HEAD);
            for (int left = LARGE; left > 0; left -= LARGE_PIECE.length) {
                out.write(LARGE_PIECE, 0, Math.min(left, LARGE_PIECE.length));
            }
        } else {
            out.write(after(request, head, SPENT) < 0 ? SMALL : REFUSAL);
        }
    }

    private static int endOfHead(byte[] bytes, int filled) {
        int last = 0;
        for (int i = 0; i < filled; i++) {
            last = last << 8 | bytes[i];
            if (last == END_OF_HEAD) {
                return i + 1;
            }
        }
        return -1;
    }

    private static int numberAfter(byte[] bytes, int end, byte[] name) {
        int at = after(bytes, end, name);
        int number = -1;
        for (int i = at; at >= 0 && bytes[i] >= '0' && bytes[i] <= '9'; i++) {
            number = Math.max(number, 0) * 10 + bytes[i] - '0';
        }
        return number;
    }

    /** Where the text after a lower-case text begins, whatever case it is written in; -1 when it is not there. */
    private static int after(byte[] bytes, int end, byte[] text) {
        for (int i = 0; i + text.length <= end; i++) {
            int same = 0;
            while (same < text.length && lower(bytes[i + same]) == text[same]) {
                same++;
            }
            if (same == text.length) {
                return i + same;
            }
        }
        return -1;
    }

    private static int lower(byte letter) {
        return letter >= 'A' && letter <= 'Z' ? letter + 32 : letter;
    }

    private static byte[] answer(String status, String header, String body) {
        return ("HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\n" + header + "Content-Length: "
                        + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }
}
