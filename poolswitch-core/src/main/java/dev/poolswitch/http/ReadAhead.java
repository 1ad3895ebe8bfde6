package dev.poolswitch.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A blocking stream that can be read ahead of its reader, for no longer than somebody is willing to wait.
 *
 * <p>Nobody can stop a read that blocks. So what is not there yet is read by another thread while the caller keeps the
 * time; if that runs out, the read goes on, and whoever reads next waits for what it brings. At any time one thread at
 * most is in a read of the stream: the other one while {@link #busy}, else the caller. That one alone writes the fields.
 */
final class ReadAhead {

    private final InputStream in;
    private final long length;
    private final AheadBytes ahead = new AheadBytes();
    /** Made when another thread is needed for the first time, which most streams never are. */
    private @Nullable Turns turns;

    private volatile long received;
    private volatile boolean ended;
    private volatile @Nullable IOException failure;
    private boolean late;

    // Written under the lock.
    private volatile boolean busy;
    private int wanted;
    /** What is looked for in the bytes that come; whoever reads shows them to it. */
    private volatile @Nullable FirstEvent event;

    /**
     * A stream of which nothing has been read.
     *
     * @param length how many bytes it has, -1 when unknown
     */
    ReadAhead(InputStream in, long length) {
        this.in = in;
        this.length = length;
    }

    /** Bytes that have been read and not been asked for. */
    AheadBytes ahead() {
        return ahead;
    }

    /** Whether somebody has waited in vain for this stream before. */
    boolean wasLate() {
        return late;
    }

    /** How many bytes are still to come; negative when unknown. */
    long missing() {
        return length - received;
    }

    /** Whether another thread is in a read. */
    boolean busy() {
        return busy;
    }

    // ---- ahead of the reader

    /** Reads once, however long that takes, unless something is ahead already. */
    void once(int most) {
        if (!enough(1)) {
            readOnce(most);
        }
    }

    /** As {@link #fetch}, but no further than the first whole event; a look after one that ran out of time sees no more. */
    void fetchEvent(int bytes, long nanos) {
        if (busy) {
            return;
        }
        FirstEvent first = new FirstEvent();
        byte[] here = ahead.peek(bytes);
        if (!first.accept(here, 0, here.length)) {
            event = first;
            fetch(bytes, nanos);
            event = null;
        }
    }

    /** Reads until so many bytes are ahead, the stream has ended or broken, or the time is over. */
    void fetch(int bytes, long nanos) {
        while (isHere(bytes)) {
            readOnce(bytes);
        }
        if (enough(bytes) || nanos <= 0) {
            return;
        }
        Turns mine = turns();
        mine.lock();
        try {
            if (enough(bytes)) {
                return;
            }
            // The other thread stops by itself when it has brought so many.
            wanted = bytes;
            if (!busy) {
                BodyReaders.INSTANCE.execute(() -> readOn(mine));
                busy = true;
            }
            late |= !idleWithin(mine, nanos);
        } finally {
            wanted = 0;
            mine.unlock();
        }
    }

    /** Whether all has been read from the stream, its end included: some clients free a connection only then. */
    boolean isWhole() {
        if (!ended && !busy && failure == null && received == length) {
            readOnce(1);
        }
        return ended;
    }

    /** Waits until no other thread is in a read; whether that came true in time. */
    boolean awaitIdle(long nanos) {
        if (!busy) {
            return true;
        }
        Turns mine = turns();
        mine.lock();
        try {
            return idleWithin(mine, nanos);
        } finally {
            mine.unlock();
        }
    }

    private boolean idleWithin(Turns mine, long nanos) {
        try {
            long left = nanos;
            while (busy && left > 0) {
                left = mine.changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !busy;
    }

    // ---- the reader

    /** As {@link InputStream#read(byte[], int, int)}. */
    int read(byte[] array, int offset, int count) throws IOException {
        if (busy) {
            awaitBytes();
        }
        int taken = ahead.take(array, offset, count);
        if (taken > 0) {
            return taken;
        }
        IOException broken = failure;
        if (broken != null) {
            throw broken;
        }
        int read = ended ? -1 : in.read(array, offset, count);
        note(read);
        return read;
    }

    int available() throws IOException {
        int here = ahead.size();
        return here > 0 || busy || ended || failure != null ? here : in.available();
    }

    private void awaitBytes() throws IOException {
        Turns mine = turns();
        mine.lock();
        try {
            while (busy && ahead.size() == 0) {
                mine.changed.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while reading an answer");
        } finally {
            mine.unlock();
        }
    }

    private synchronized Turns turns() {
        Turns made = turns;
        if (made == null) {
            made = new Turns();
            turns = made;
        }
        return made;
    }

    /** Where threads wait for each other. A monitor would do, but would hold a virtual thread's carrier. */
    private static final class Turns extends ReentrantLock {

        private static final long serialVersionUID = 1L;

        private final transient Condition changed = newCondition();
    }

    // ---- reading

    private boolean enough(int bytes) {
        FirstEvent first = event;
        return ahead.size() >= bytes
                || ended
                || failure != null
                || received == length
                || (first != null && first.isWhole());
    }

    /** Whether more is needed and a read would not wait. */
    private boolean isHere(int bytes) {
        // Without a length there may be a decoder below, which claims to have a byte when it does not know.
        if (length < 0 || busy || enough(bytes)) {
            return false;
        }
        try {
            return in.available() > 0;
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    private void readOn(Turns turns) {
        boolean more = true;
        while (more) {
            readOnce(Pieces.LONGEST);
            turns.lock();
            try {
                more = !enough(wanted);
                busy = more;
                turns.changed.signalAll();
            } finally {
                turns.unlock();
            }
        }
    }

    private void readOnce(int most) {
        try {
            long left = length < 0 ? comesAtOnce() : Math.max(1, missing());
            int room = (int) Math.min(left, Math.min(most, Pieces.LONGEST));
            byte[] piece = Pieces.SHARED.take(room);
            int count = in.read(piece, 0, room);
            if (count > 0) {
                FirstEvent first = event;
                if (first != null) {
                    first.accept(piece, 0, count);
                }
                ahead.add(piece, count);
            } else {
                Pieces.SHARED.giveBack(piece);
            }
            note(count);
        } catch (IOException e) {
            failure = e;
        } catch (RuntimeException e) {
            failure = new IOException(e);
        }
    }

    /** A decoder says 1 when it does not know. */
    private int comesAtOnce() throws IOException {
        int here = in.available();
        return here > 1 ? here : Pieces.LONGEST;
    }

    private void note(int read) {
        if (read < 0) {
            ended = true;
        } else {
            long before = received;
            received = before + read;
        }
    }
}
