package dev.poolswitch.http;

import dev.poolswitch.verdict.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer on a client that gives it as a blocking stream. Before the delivery the exchange looks into it
 * ({@link #prefix}) without losing a byte, or closes it; delivered, it is the stream that the application reads, and it
 * tells the attempt how that goes. Neither a look nor a close waits long for a body that comes in drops.
 *
 * <p>One thread at a time, as any stream.
 */
public final class BodyStream extends InputStream {

    /** What becomes of the connection. Either {@link #giveBack} or {@link #drop} is called, once; neither may throw. */
    public interface Connection {

        /** The answer has been read to its end; the connection can be used again. */
        void giveBack();

        /** The answer will not be read on. Waits for no byte, except for a read that another thread is in. */
        void drop();

        /**
         * Cuts the connection under a read that another thread is in.
         *
         * @return whether that read ends now; if not, {@link #drop} is called on a thread that can wait for it
         */
        default boolean cut() {
            return false;
        }

        /** Whether the application has given the call up, so that what breaks now blames nobody. */
        default boolean cancelled() {
            return Thread.currentThread().isInterrupted();
        }
    }

    /** A connection is worth this much reading and waiting for the rest of a body that nobody wants. */
    static final int LONGEST_DRAIN = 64 * 1024;

    static final long DRAIN_MILLIS = 50;

    /** How long a read may outlive its connection. */
    private static final long CUT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ReadAhead body;
    private final Connection connection;
    private @Nullable Attempt attempt;
    private volatile boolean released;
    private volatile boolean closed;

    /**
     * A body of which nothing has been read.
     *
     * @param in the client's stream
     * @param length how many bytes it has, -1 when unknown
     * @param connection what to do with the connection in the end
     */
    public BodyStream(InputStream in, long length, Connection connection) {
        this.body = new ReadAhead(Objects.requireNonNull(in, "in"), length);
        this.connection = Objects.requireNonNull(connection, "connection");
    }

    /**
     * The first bytes, for {@link ResponseView#prefix}; the application will read them again. A body that has come whole
     * gives its connection back: a refusal is often held while its call waits for a key, and those who have one may need
     * the connection.
     *
     * @param maxBytes the most bytes to return, never above {@link ResponseView#LONGEST_PREFIX}
     * @param look how long to wait for so many, or for what
     */
    public byte[] prefix(int maxBytes, Look look) {
        return body.ahead().peek(look(maxBytes, look));
    }

    /** Whether the first bytes pass a test, for {@link ResponseView#prefix(int, Look, Answer.BytesTest)}. */
    public boolean prefix(int maxBytes, Look look, Answer.BytesTest test) {
        return body.ahead().pass(look(maxBytes, look), test);
    }

    private int look(int maxBytes, Look look) {
        int most = Math.min(maxBytes, ResponseView.LONGEST_PREFIX);
        Duration patience = look.patience();
        if (patience == null) {
            body.once(most);
        } else if (look.firstEvent()) {
            body.fetchEvent(most, TimeUnit.NANOSECONDS.convert(patience));
        } else {
            body.fetch(most, TimeUnit.NANOSECONDS.convert(patience));
        }
        if (!released && body.isWhole()) {
            giveBack();
        }
        return most;
    }

    /** From now on the application reads, and the attempt is told. */
    public void deliver(Attempt delivered) {
        attempt = delivered;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] array, int offset, int count) throws IOException {
        Objects.checkFromIndexSize(offset, count, array.length);
        if (closed) {
            throw new IOException("the answer is closed");
        }
        if (count == 0) {
            return 0;
        }
        try {
            int read = body.read(array, offset, count);
            if (read < 0) {
                ended();
            } else if (attempt != null) {
                attempt.bytes(array, offset, read);
            }
            return read;
        } catch (IOException | RuntimeException e) {
            if (attempt != null) {
                attempt.broken(e, connection.cancelled());
            }
            throw e;
        }
    }

    @Override
    public int available() throws IOException {
        return body.available();
    }

    /** Keeps the connection when the rest of the body is there or comes at once, else drops it. Never waits long. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (attempt != null) {
            attempt.closedEarly();
        }
        if (released) {
            return;
        }
        if (drained()) {
            giveBack();
        } else {
            drop();
        }
    }

    private void ended() {
        if (attempt != null) {
            attempt.end();
        }
        if (!released) {
            giveBack();
        }
    }

    private boolean drained() {
        if (body.missing() > LONGEST_DRAIN || connection.cancelled()) {
            return false;
        }
        body.ahead().forget();
        // One byte more than there may be, for only a read beyond the last byte finds the end.
        body.fetch(LONGEST_DRAIN + 1, body.wasLate() ? 0 : TimeUnit.MILLISECONDS.toNanos(DRAIN_MILLIS));
        return body.isWhole();
    }

    private void giveBack() {
        released = true;
        connection.giveBack();
    }

    /** Returns when nobody reads any more, if that can be had: what ends late may take the next send's connection along. */
    private void drop() {
        released = true;
        if (body.busy() && !connection.cut()) {
            BodyReaders.INSTANCE.execute(connection::drop);
        } else if (body.awaitIdle(CUT_NANOS)) {
            connection.drop();
        }
    }
}
