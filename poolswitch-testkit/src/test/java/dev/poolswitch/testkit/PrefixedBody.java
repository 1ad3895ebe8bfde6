package dev.poolswitch.testkit;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A body whose beginning can be looked at without being used up; tells when it is over. */
final class PrefixedBody extends FilterInputStream {

    private static final long DRAINING_NANOS = 100_000_000;
    private static final long SLICE_NANOS = 500_000;

    private final InputStream source;
    private final Runnable whenOver;
    private int peeked;
    private boolean over;

    PrefixedBody(InputStream source, Runnable whenOver) {
        super(source);
        this.source = source;
        this.whenOver = whenOver;
    }

    /** What comes within the patience; what the first read brings, without one. */
    byte[] peek(int most, @Nullable Duration patience) {
        byte[] buffer = new byte[most];
        int length = patience == null ? firstRead(buffer) : collect(buffer, patience.toNanos());
        peeked = length;
        in = new SequenceInputStream(new ByteArrayInputStream(buffer, 0, length), source);
        return Arrays.copyOf(buffer, length);
    }

    /** Reads the rest if that is quick. */
    void drain(int length) throws IOException {
        int left = length - peeked;
        if (collect(new byte[left], DRAINING_NANOS) == left) {
            readAllBytes();
        }
    }

    private int firstRead(byte[] buffer) {
        try {
            return Math.max(0, source.read(buffer));
        } catch (IOException e) {
            return 0;
        }
    }

    private int collect(byte[] buffer, long nanos) {
        long deadline = System.nanoTime() + nanos;
        int length = 0;
        try {
            while (length < buffer.length && System.nanoTime() < deadline) {
                if (source.available() == 0) {
                    LockSupport.parkNanos(SLICE_NANOS);
                    continue;
                }
                int count = source.read(buffer, length, buffer.length - length);
                if (count < 0) {
                    break;
                }
                length += count;
            }
        } catch (IOException e) {
            // Whoever reads on will meet it again.
        }
        return length;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = in.read(bytes, offset, length);
        if (count < 0) {
            over();
        }
        return count;
    }

    @Override
    public long skip(long count) throws IOException {
        return readNBytes((int) Math.min(count, 8192)).length;
    }

    @Override
    public void close() throws IOException {
        try {
            source.close();
        } finally {
            over();
        }
    }

    private synchronized void over() {
        if (!over) {
            over = true;
            whenOver.run();
        }
    }
}
