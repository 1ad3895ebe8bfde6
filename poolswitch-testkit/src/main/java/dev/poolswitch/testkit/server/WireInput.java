package dev.poolswitch.testkit.server;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The buffered reading side of a connection; used by the connection's thread only. */
final class WireInput {
    private static final int CAPACITY = 64 * 1024;
    private static final long SLICE_NANOS = 20_000_000;

    private final Socket socket;
    private final InputStream in;
    private byte[] buffer = new byte[4 * 1024];
    private int position;
    private int limit;

    WireInput(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
    }

    /** The next line without its end, or {@code null} if the client has closed before its first byte. */
    @Nullable
    String line() throws IOException {
        int scanned = position;
        while (true) {
            for (; scanned < limit; scanned++) {
                if (buffer[scanned] == '\n') {
                    return lineUpTo(scanned);
                }
            }
            scanned -= position;
            if (!more()) {
                if (position == limit) {
                    return null;
                }
                throw new EOFException("the client closed within a line");
            }
            scanned += position;
        }
    }

    private String lineUpTo(int newline) {
        int end = newline > position && buffer[newline - 1] == '\r' ? newline - 1 : newline;
        String line = new String(buffer, position, end - position, StandardCharsets.ISO_8859_1);
        position = newline + 1;
        return line;
    }

    /** Reads between 1 and {@code length} bytes, or returns -1 at the end. */
    int read(byte[] target, int offset, int length) throws IOException {
        if (position == limit) {
            return in.read(target, offset, length);
        }
        int count = Math.min(length, limit - position);
        System.arraycopy(buffer, position, target, offset, count);
        position += count;
        return count;
    }

    /** Fills the whole array. */
    byte[] exactly(int length) throws IOException {
        byte[] bytes = new byte[length];
        for (int done = 0; done < length; ) {
            int count = read(bytes, done, length - done);
            if (count < 0) {
                throw new EOFException("the client closed early");
            }
            done += count;
        }
        return bytes;
    }

    /** Throws away what arrives until the client closes, {@code maxBytes} have arrived or the time is over. */
    void drain(long maxBytes, long nanos) throws IOException {
        long deadline = System.nanoTime() + nanos;
        byte[] waste = new byte[16 * 1024];
        try {
            for (long left = maxBytes; left > 0; ) {
                long millis = (deadline - System.nanoTime()) / 1_000_000;
                if (millis <= 0) {
                    return;
                }
                socket.setSoTimeout((int) Math.min(millis, Integer.MAX_VALUE));
                int count = read(waste, 0, waste.length);
                if (count < 0) {
                    return;
                }
                left -= count;
            }
        } catch (SocketTimeoutException e) {
            // The time is over.
        }
    }

    /** Waits until the client closes or somebody closes the socket. */
    void awaitEnd() throws IOException {
        byte[] waste = new byte[16 * 1024];
        int count = 0;
        while (count >= 0) {
            count = read(waste, 0, waste.length);
        }
    }

    /**
     * Waits.
     *
     * @throws EOFException if the client goes away meanwhile
     */
    void pause(long nanos) throws IOException {
        long deadline = System.nanoTime() + nanos;
        for (long left = nanos; left > 0; left = deadline - System.nanoTime()) {
            long millis = left / 1_000_000;
            if (millis == 0 || limit - position > 0) {
                LockSupport.parkNanos(Math.min(left, SLICE_NANOS));
                if (socket.isClosed()) {
                    throw new EOFException("the server was closed");
                }
            } else {
                listen((int) Math.min(millis, Integer.MAX_VALUE));
            }
        }
    }

    private void listen(int millis) throws IOException {
        socket.setSoTimeout(millis);
        try {
            if (!more()) {
                throw new EOFException("the client went away");
            }
        } catch (SocketTimeoutException e) {
            // Nothing came, as expected.
        } finally {
            if (!socket.isClosed()) {
                socket.setSoTimeout(0);
            }
        }
    }

    private boolean more() throws IOException {
        if (position > 0) {
            System.arraycopy(buffer, position, buffer, 0, limit - position);
            limit -= position;
            position = 0;
        }
        if (limit == buffer.length) {
            if (limit == CAPACITY) {
                throw new ProtocolException("line longer than " + CAPACITY + " bytes");
            }
            buffer = Arrays.copyOf(buffer, buffer.length * 2);
        }
        int count = in.read(buffer, limit, buffer.length - limit);
        if (count < 0) {
            return false;
        }
        limit += count;
        return true;
    }
}
