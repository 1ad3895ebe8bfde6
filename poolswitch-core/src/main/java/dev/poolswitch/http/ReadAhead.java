package dev.poolswitch.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Arrays;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A blocking stream that can be read ahead of its reader, for no longer than somebody is willing to wait.
 *
 * <p>Nobody can stop a read that blocks. So what is not there yet is read by another thread while the caller keeps the
 * time; if that runs out, the read goes on, and whoever reads next waits for what it brings. At any time one thread at
 * most is in a read of the stream: the other one while {@link #busy}, else the caller.
 */
final class ReadAhead {

    private static final int PIECE = 8 * 1024;
    private static final byte[] NOTHING = {};

    private final InputStream in;
    private final long length;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private byte[] ahead = NOTHING;
    private int from;
    private int to;
    private long received;
    private int wanted;
    private boolean busy;
    private boolean late;
    private boolean ended;
    private @Nullable IOException failure;

    /**
     * A stream of which nothing has been read.
     *
     * @param length how many bytes it has, -1 when unknown
     */
    ReadAhead(InputStream in, long length) {
        this.in = in;
        this.length = length;
    }

    // ---- ahead of the reader

    /** Reads once, however long that takes, unless something is ahead already. */
    void once(int most) {
        if (!enough(1)) {
            readOnce(new byte[Math.min(most, PIECE)]);
        }
    }

    /** Reads until so many bytes are ahead, the stream has ended or broken, or the time is over. */
    void fetch(int bytes, long nanos) {
        while (isHere(bytes)) {
            readOnce(new byte[Math.min(bytes, PIECE)]);
        }
        lock.lock();
        try {
            if (enough(bytes) || nanos <= 0) {
                return;
            }
            // The other thread stops by itself when it has brought so many.
            wanted = bytes;
            if (!busy) {
                startReading();
            }
            long left = nanos;
            while (busy && left > 0) {
                left = changed.awaitNanos(left);
            }
            late |= busy;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            wanted = 0;
            lock.unlock();
        }
    }

    /** The bytes that are ahead; they stay there. */
    byte[] peek(int most) {
        lock.lock();
        try {
            return Arrays.copyOfRange(ahead, from, from + Math.min(most, to - from));
        } finally {
            lock.unlock();
        }
    }

    /** Nobody wants the bytes that are ahead. */
    void forget() {
        lock.lock();
        try {
            from = to;
        } finally {
            lock.unlock();
        }
    }

    /** Whether somebody has waited in vain for this stream before. */
    boolean wasLate() {
        return late;
    }

    /** How many bytes are still to come; negative when unknown. */
    long missing() {
        lock.lock();
        try {
            return length - received;
        } finally {
            lock.unlock();
        }
    }

    /** Whether all has been read from the stream, its end included: some clients free a connection only then. */
    boolean isWhole() {
        lock.lock();
        try {
            if (ended || busy || failure != null || received != length) {
                return ended;
            }
        } finally {
            lock.unlock();
        }
        readOnce(new byte[1]);
        return ended;
    }

    /** Whether another thread is in a read. */
    boolean busy() {
        lock.lock();
        try {
            return busy;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until no other thread is in a read; whether that came true in time. */
    boolean awaitIdle(long nanos) {
        lock.lock();
        try {
            long left = nanos;
            while (busy && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        return !busy();
    }

    // ---- the reader

    /** As {@link InputStream#read(byte[], int, int)}. */
    int read(byte[] array, int offset, int count) throws IOException {
        lock.lock();
        try {
            while (busy && from == to) {
                changed.await();
            }
            if (from < to) {
                int taken = Math.min(count, to - from);
                System.arraycopy(ahead, from, array, offset, taken);
                from += taken;
                return taken;
            }
            if (failure != null) {
                throw failure;
            }
            if (ended) {
                return -1;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while reading an answer");
        } finally {
            lock.unlock();
        }
        int read = in.read(array, offset, count);
        lock.lock();
        try {
            ended = read < 0;
            received += Math.max(0, read);
        } finally {
            lock.unlock();
        }
        return read;
    }

    int available() throws IOException {
        lock.lock();
        try {
            return from < to || busy || ended || failure != null ? to - from : in.available();
        } finally {
            lock.unlock();
        }
    }

    // ---- reading

    private boolean enough(int bytes) {
        lock.lock();
        try {
            return to - from >= bytes || ended || failure != null || received == length;
        } finally {
            lock.unlock();
        }
    }

    /** Whether more is needed and a read would not wait. */
    private boolean isHere(int bytes) {
        // Without a length there may be a decoder below, which claims to have a byte when it does not know.
        if (length < 0 || busy() || enough(bytes)) {
            return false;
        }
        try {
            return in.available() > 0;
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    private void startReading() {
        Thread thread = new Thread(this::readOn, "poolswitch-body");
        thread.setDaemon(true);
        thread.start();
        busy = true;
    }

    private void readOn() {
        byte[] piece = new byte[PIECE];
        boolean more = true;
        while (more) {
            readOnce(piece);
            lock.lock();
            try {
                more = !enough(wanted);
                busy = more;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private void readOnce(byte[] piece) {
        int count = 0;
        IOException broken = null;
        try {
            count = in.read(piece);
        } catch (IOException e) {
            broken = e;
        } catch (RuntimeException e) {
            broken = new IOException(e);
        }
        lock.lock();
        try {
            failure = broken;
            ended = count < 0;
            append(piece, Math.max(0, count));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void append(byte[] piece, int count) {
        int kept = to - from;
        if (to + count > ahead.length) {
            byte[] larger = kept + count > ahead.length ? new byte[Math.max(kept + count, 2 * kept)] : ahead;
            System.arraycopy(ahead, from, larger, 0, kept);
            ahead = larger;
            from = 0;
            to = kept;
        }
        System.arraycopy(piece, 0, ahead, to, count);
        to += count;
        received += count;
    }
}
