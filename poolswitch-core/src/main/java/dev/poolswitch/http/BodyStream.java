package dev.poolswitch.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer on a client that reads it as a stream. It can be looked into for a bounded time without losing a
 * byte, taps what the application reads, and never makes a close wait for a body that comes in drops.
 *
 * <p>A read from a socket cannot be given up, so what is not there yet is read by a reader thread, and whoever reads later
 * goes on from where the reader got to. Bodies that were received together with their heads need no reader.
 *
 * <p>One thread at a time.
 */
public final class BodyStream extends InputStream {

    /** A connection is worth this much reading and waiting for the rest of a body that nobody wants. */
    static final int LONGEST_DRAIN = 64 * 1024;

    static final long DRAIN_MILLIS = 50;

    /** How long a read may outlive its connection. */
    private static final long CUT_MILLIS = 1000;

    private static final long FOR_EVER_MILLIS = TimeUnit.DAYS.toMillis(365);
    private static final int PIECE = 8 * 1024;

    private final InputStream in;
    private final long length;
    private final Runnable abort;
    private final BooleanSupplier cancelled;
    private @Nullable Attempt attempt;
    private long received;
    private boolean slow;
    private boolean closed;

    // Guarded by lock; the reader writes them while it runs.
    private final Object lock = new Object();
    private byte[] ahead = new byte[0];
    private int aheadAt;
    private boolean ended;
    private @Nullable IOException failure;
    private @Nullable Reader reader;

    /**
     * A body.
     *
     * @param in the client's stream
     * @param length how many bytes it has, -1 when unknown
     * @param abort cuts the connection under the stream; must end a read that waits
     * @param cancelled whether the application has given the call up
     */
    public BodyStream(InputStream in, long length, Runnable abort, BooleanSupplier cancelled) {
        this.in = Objects.requireNonNull(in, "in");
        this.length = length;
        this.abort = Objects.requireNonNull(abort, "abort");
        this.cancelled = Objects.requireNonNull(cancelled, "cancelled");
    }

    /** From now on the application reads, and the attempt is told. */
    public void tap(Attempt delivered) {
        attempt = delivered;
    }

    /**
     * The first bytes, for {@link ResponseView#prefix}; the application will read them again.
     *
     * @param maxBytes the most bytes to return, never above {@link ResponseView#LONGEST_PREFIX}
     * @param patience how long to wait for so many; {@code null} to wait for the first read only
     */
    public byte[] prefix(int maxBytes, @Nullable Duration patience) {
        int most = Math.min(maxBytes, ResponseView.LONGEST_PREFIX);
        if (patience == null) {
            readOnce(most);
        } else {
            readAhead(most, patience.toMillis());
        }
        freeIfComplete();
        synchronized (lock) {
            byte[] first = new byte[Math.min(most, ahead.length - aheadAt)];
            System.arraycopy(ahead, aheadAt, first, 0, first.length);
            return first;
        }
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
            throw new IOException("the body is closed");
        }
        if (count == 0) {
            return 0;
        }
        try {
            int read = next(array, offset, count);
            if (attempt != null) {
                if (read < 0) {
                    attempt.end();
                } else {
                    attempt.bytes(array, offset, read);
                }
            }
            return read;
        } catch (IOException e) {
            if (attempt != null) {
                attempt.broken(e, cancelled.getAsBoolean());
            }
            throw e;
        }
    }

    @Override
    public int available() throws IOException {
        synchronized (lock) {
            int waiting = ahead.length - aheadAt;
            return waiting > 0 || reader != null || ended || failure != null ? waiting : in.available();
        }
    }

    /** Keeps the connection when the rest of the body is there or comes at once, else cuts it. Never waits long. */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (drained()) {
                in.close();
            } else {
                cut();
            }
        } finally {
            if (attempt != null) {
                attempt.closedEarly();
            }
        }
    }

    /** A body that is all here needs no connection any more; a call that waits for a key must not keep it from others. */
    private void freeIfComplete() {
        synchronized (lock) {
            if (reader != null || failure != null || !(ended || received == length)) {
                return;
            }
            ended = true;
        }
        closeQuietly();
    }

    private boolean drained() {
        if (length - received > LONGEST_DRAIN || cancelled.getAsBoolean()) {
            return false;
        }
        synchronized (lock) {
            aheadAt = ahead.length;
        }
        // One byte more than there may be, for only a read beyond the last byte finds the end.
        readAhead(LONGEST_DRAIN + 1, slow ? 0 : DRAIN_MILLIS);
        synchronized (lock) {
            return ended || (received == length && failure == null);
        }
    }

    /** Returns when nobody reads any more: on many clients the stream's end would release the next send's connection. */
    private void cut() {
        abort.run();
        synchronized (lock) {
            if (reader != null) {
                reader.stopped = true;
                awaitReader(CUT_MILLIS);
            }
            if (reader != null) {
                reader.closesStream = true;
                return;
            }
        }
        closeQuietly();
    }

    private void closeQuietly() {
        try {
            in.close();
        } catch (IOException | RuntimeException e) {
            // All that will be read of it has been read.
        }
    }

    private int next(byte[] array, int offset, int count) throws IOException {
        synchronized (lock) {
            awaitReader(FOR_EVER_MILLIS);
            int waiting = ahead.length - aheadAt;
            if (waiting > 0) {
                int taken = Math.min(count, waiting);
                System.arraycopy(ahead, aheadAt, array, offset, taken);
                aheadAt += taken;
                return taken;
            }
            if (ended) {
                return -1;
            }
            if (failure != null) {
                throw failure;
            }
        }
        int read = in.read(array, offset, count);
        if (read < 0) {
            ended = true;
        } else {
            received += read;
        }
        return read;
    }

    /** Waits until the reader has brought something or is gone; deaf to interrupts, as a read of the socket would be. */
    private void awaitReader(long millis) {
        long deadline = System.nanoTime() + millis * 1_000_000;
        boolean interrupted = false;
        long left = millis;
        while (reader != null && ahead.length == aheadAt && left > 0) {
            try {
                lock.wait(left);
            } catch (InterruptedException e) {
                interrupted = true;
            }
            left = (deadline - System.nanoTime()) / 1_000_000;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void readOnce(int most) {
        if (!enough(1)) {
            byte[] piece = new byte[Math.min(most, PIECE)];
            try {
                append(piece, in.read(piece, 0, piece.length));
            } catch (IOException e) {
                failure = e;
            }
        }
    }

    /** Reads until so many bytes wait for the reader, the body ends, or the time is over. */
    private void readAhead(int wanted, long millis) {
        long deadline = System.nanoTime() + millis * 1_000_000;
        synchronized (lock) {
            if (reader == null) {
                readWhatIsThere(wanted);
                if (enough(wanted) || millis == 0) {
                    return;
                }
                reader = new Reader(wanted);
                reader.start();
            }
            while (reader != null && !enough(wanted)) {
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    slow = true;
                    reader.stopped = true;
                    return;
                }
                try {
                    lock.wait(left);
                } catch (InterruptedException e) {
                    reader.stopped = true;
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    private boolean enough(int wanted) {
        return ended || failure != null || ahead.length - aheadAt >= wanted || received == length;
    }

    private void readWhatIsThere(int wanted) {
        // Without a length there may be a decoder below, which claims to have a byte when it does not know.
        try {
            while (length >= 0 && !enough(wanted) && in.available() > 0) {
                byte[] piece = new byte[Math.min(Math.min(PIECE, in.available()), wanted)];
                append(piece, in.read(piece));
            }
        } catch (IOException e) {
            failure = e;
        }
    }

    private void append(byte[] piece, int count) {
        if (count < 0) {
            ended = true;
            return;
        }
        received += count;
        ByteArrayOutputStream joined = new ByteArrayOutputStream(ahead.length - aheadAt + count);
        joined.write(ahead, aheadAt, ahead.length - aheadAt);
        joined.write(piece, 0, count);
        ahead = joined.toByteArray();
        aheadAt = 0;
    }

    /** Reads on while somebody else keeps the time. */
    private final class Reader extends Thread {

        private final int wanted;
        private boolean stopped;
        private boolean closesStream;

        Reader(int wanted) {
            super("poolswitch-body");
            this.wanted = wanted;
            setDaemon(true);
        }

        @Override
        public void run() {
            byte[] piece = new byte[PIECE];
            boolean more = true;
            while (more) {
                int count = -1;
                IOException broken = null;
                try {
                    count = in.read(piece);
                } catch (IOException e) {
                    broken = e;
                } catch (RuntimeException e) {
                    broken = new IOException(e);
                }
                more = came(piece, count, broken);
            }
        }

        private boolean came(byte[] piece, int count, @Nullable IOException broken) {
            synchronized (lock) {
                if (broken != null) {
                    failure = broken;
                } else {
                    append(piece, count);
                }
                boolean more = !stopped && !closesStream && !enough(wanted);
                if (!more) {
                    reader = null;
                    if (closesStream) {
                        closeQuietly();
                    }
                }
                lock.notifyAll();
                return more;
            }
        }
    }
}
