package dev.poolswitch.testkit;

import dev.poolswitch.http.Attempt;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.BooleanSupplier;

/** Tells an attempt what becomes of its answer's body. */
final class TappedBody extends FilterInputStream {

    private final Attempt attempt;
    private final BooleanSupplier cancelled;
    private final boolean countsBytes;

    TappedBody(InputStream body, Attempt attempt, BooleanSupplier cancelled, boolean countsBytes) {
        super(body);
        this.attempt = attempt;
        this.cancelled = cancelled;
        this.countsBytes = countsBytes;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int count;
        try {
            count = in.read(bytes, offset, length);
        } catch (IOException e) {
            attempt.broken(e, cancelled.getAsBoolean());
            throw e;
        }
        if (count < 0) {
            attempt.end();
        } else if (countsBytes) {
            attempt.bytes(bytes, offset, count);
        }
        return count;
    }

    @Override
    public long skip(long count) throws IOException {
        return readNBytes((int) Math.min(count, 8192)).length;
    }

    @Override
    public void close() throws IOException {
        attempt.closedEarly();
        in.close();
    }
}
