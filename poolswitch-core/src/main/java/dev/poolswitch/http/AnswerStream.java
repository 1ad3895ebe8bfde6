package dev.poolswitch.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer for clients that give it as a blocking stream without a timeout of its own. Before the delivery
 * the exchange looks into it ({@link #prefix}) or gives it back ({@link #discard}), both in bounded time; delivered, it is
 * the stream that the application reads, and it tells the attempt how that goes.
 *
 * <p>Nobody can stop a read that blocks. So a look that must not take long lets another thread read while it waits; if
 * time runs out, that read goes on, and whoever reads next waits for it first. This happens only when no byte is there
 * yet. One thread at a time, as any stream.
 */
public final class AnswerStream extends InputStream {

    /** What becomes of the connection. Called once. */
    public interface Connection {

        /** The answer has been read to its end; the connection can be used again. */
        void giveBack();

        /** The answer will not be read on; waits for no byte, except for a read that another thread is in. */
        void drop();
    }

    private static final Duration DRAIN_PATIENCE = Duration.ofMillis(50);
    private static final int PIECE = 8 * 1024;

    private final InputStream raw;
    private final long length;
    private final Connection connection;
    private final Executor readers;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock. The bytes of head from headEnd on belong to whoever reads the raw stream.
    private byte[] head = new byte[0];
    private int headEnd;
    private int headRead;
    private int wanted;
    private boolean readerActive;
    private boolean ended;
    private @Nullable IOException failure;

    // Of the thread that uses this object.
    private long passed;
    private boolean lookedAt;
    private volatile boolean released;
    private @Nullable Attempt attempt;

    /**
     * A body of which nothing has been read.
     *
     * @param raw the client's stream
     * @param length its length; -1 when unknown
     * @param readers runs reads that block, each on a thread of its own
     * @param connection what to do with the connection in the end
     */
    public AnswerStream(InputStream raw, long length, Executor readers, Connection connection) {
        this.raw = Objects.requireNonNull(raw, "raw");
        this.length = length;
        this.readers = Objects.requireNonNull(readers, "readers");
        this.connection = Objects.requireNonNull(connection, "connection");
    }

    // ---- before the delivery

    /** As {@link ResponseView#prefix}. */
    public byte[] prefix(int maxBytes, @Nullable Duration patience) {
        if (patience == null) {
            lookedAt = true;
            if (headEnd() == 0) {
                readPiece(maxBytes);
            }
        } else {
            look(maxBytes, patience);
            giveBackIfComplete();
        }
        lock.lock();
        try {
            return Arrays.copyOf(head, Math.min(headEnd, maxBytes));
        } finally {
            lock.unlock();
        }
    }

    /** Nobody will read it: its connection is given back if the rest is there or comes soon, else dropped. */
    public void discard() {
        // Some streams swallow an interrupt, and a thread that is interrupted would not wait at all.
        boolean interrupted = Thread.interrupted();
        try {
            if (!readerActive()) {
                look(ResponseView.LONGEST_PREFIX, DRAIN_PATIENCE);
            }
            release();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** From now on the application reads, and the attempt is told. */
    public void deliver(Attempt reader) {
        attempt = reader;
    }

    // ---- after it

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] array, int offset, int count) throws IOException {
        Objects.checkFromIndexSize(offset, count, array.length);
        if (count == 0) {
            return 0;
        }
        try {
            int read = lookedAt ? readHead(array, offset, count) : 0;
            if (read == 0) {
                read = readOn(array, offset, count);
            }
            report(array, offset, read);
            return read;
        } catch (IOException | RuntimeException e) {
            if (attempt != null) {
                attempt.broken(e, released || Thread.currentThread().isInterrupted());
            }
            throw e;
        }
    }

    @Override
    public int available() throws IOException {
        lock.lock();
        try {
            return headEnd - headRead + (readerActive || ended || failure != null ? 0 : raw.available());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        if (attempt != null) {
            attempt.closedEarly();
        }
        release();
    }

    private void report(byte[] array, int offset, int read) {
        if (attempt != null) {
            if (read < 0) {
                attempt.end();
            } else {
                attempt.bytes(array, offset, read);
            }
        }
        if (read < 0) {
            release();
        }
    }

    /** Bytes that were looked at; 0 when there are none left. */
    private int readHead(byte[] array, int offset, int count) throws IOException {
        lock.lock();
        try {
            wanted = 0;
            while (readerActive && headRead == headEnd) {
                changed.await();
            }
            int read = Math.min(count, headEnd - headRead);
            System.arraycopy(head, headRead, array, offset, read);
            headRead += read;
            lookedAt = readerActive || headRead < headEnd;
            return read;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while reading an answer");
        } finally {
            lock.unlock();
        }
    }

    private int readOn(byte[] array, int offset, int count) throws IOException {
        if (failure != null) {
            throw failure;
        }
        if (ended) {
            return -1;
        }
        if (released) {
            throw new IOException("the answer is closed");
        }
        int read = raw.read(array, offset, count);
        ended = read < 0;
        passed += Math.max(0, read);
        return read;
    }

    private void release() {
        if (released) {
            return;
        }
        released = true;
        if (readerActive()) {
            dropAside();
        } else if (ended || restWasHere()) {
            connection.giveBack();
        } else {
            connection.drop();
        }
    }

    /**
     * A refusal is often held while its call waits for another key. Its connection must not be, or in a small pool of
     * connections those who wait for a key keep those who have one from sending.
     */
    private void giveBackIfComplete() {
        if (!released && !readerActive() && (ended || (length >= 0 && headEnd >= length && restWasHere()))) {
            ended = true;
            released = true;
            connection.giveBack();
        }
    }

    /** Streams lock out a close while they are read; whoever gave up does not wait for that. */
    private void dropAside() {
        try {
            readers.execute(connection::drop);
        } catch (RejectedExecutionException e) {
            connection.drop();
        }
    }

    /** Reads the rest, its end included, if that waits for nothing; some clients free a connection only then. */
    private boolean restWasHere() {
        try {
            if (failure != null || length < 0 || length - headEnd - passed > raw.available()) {
                return false;
            }
            byte[] rest = new byte[PIECE];
            while (raw.read(rest) >= 0) {
                // Nobody wants it.
            }
            return true;
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    // ---- looking ahead

    private void look(int upTo, Duration patience) {
        lookedAt = true;
        boolean more = !ended && headEnd() < upTo;
        while (more && bytesAreHere()) {
            more = readPiece(upTo);
        }
        if (more) {
            letAnotherThreadRead(upTo, patience.toNanos());
        }
    }

    private void letAnotherThreadRead(int upTo, long patienceNanos) {
        lock.lock();
        try {
            if (ended || failure != null || headEnd >= upTo || (length >= 0 && headEnd >= length)) {
                return;
            }
            wanted = upTo;
            readers.execute(this::readAhead);
            readerActive = true;
            long left = patienceNanos;
            while (readerActive && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RejectedExecutionException e) {
            // No thread to be had: what has come is all that can be judged.
        } finally {
            wanted = 0;
            lock.unlock();
        }
    }

    private void readAhead() {
        while (readPiece(wanted())) {
            // Until there is enough.
        }
        lock.lock();
        try {
            readerActive = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Reads once, behind what has been read; whether more can come. */
    private boolean readPiece(int upTo) {
        byte[] to;
        int room;
        lock.lock();
        try {
            long left = length < 0 ? PIECE : length - headEnd;
            room = (int) Math.min(left, Math.min(PIECE, upTo - headEnd));
            if (room <= 0 || ended || failure != null) {
                return false;
            }
            if (head.length - headEnd < room) {
                head = Arrays.copyOf(head, Math.max(headEnd + room, 2 * headEnd));
            }
            to = head;
        } finally {
            lock.unlock();
        }
        int read = 0;
        IOException broken = null;
        try {
            read = raw.read(to, headEnd, room);
        } catch (IOException e) {
            broken = e;
        } catch (RuntimeException e) {
            broken = new IOException(e);
        }
        lock.lock();
        try {
            failure = broken;
            ended = read < 0;
            headEnd += Math.max(0, read);
            return read > 0;
        } finally {
            changed.signalAll();
            lock.unlock();
        }
    }

    private boolean bytesAreHere() {
        try {
            return raw.available() > 0;
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    private int headEnd() {
        lock.lock();
        try {
            return headEnd;
        } finally {
            lock.unlock();
        }
    }

    private boolean readerActive() {
        lock.lock();
        try {
            return readerActive;
        } finally {
            lock.unlock();
        }
    }

    private int wanted() {
        lock.lock();
        try {
            return wanted;
        } finally {
            lock.unlock();
        }
    }
}
