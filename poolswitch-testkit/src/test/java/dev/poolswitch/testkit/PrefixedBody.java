package dev.poolswitch.testkit;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/** A body whose beginning can be looked at without being used up; tells when it is over. */
final class PrefixedBody extends FilterInputStream {

    private static final long PATIENCE_NANOS = 200_000_000;
    private static final long SLICE_NANOS = 500_000;

    private final InputStream source;
    private final Runnable whenOver;
    private boolean over;

    PrefixedBody(InputStream source, Runnable whenOver) {
        super(source);
        this.source = source;
        this.whenOver = whenOver;
    }

    /** What comes within a fifth of a second. */
    byte[] peek(int most) {
        byte[] buffer = new byte[most];
        int length = collect(buffer);
        in = new SequenceInputStream(new ByteArrayInputStream(buffer, 0, length), source);
        return Arrays.copyOf(buffer, length);
    }

    /** Reads the rest if that is quick; returns whether the end was reached. */
    boolean drained(int length) throws IOException {
        return collect(new byte[length]) == length && read() < 0;
    }

    private int collect(byte[] buffer) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
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
