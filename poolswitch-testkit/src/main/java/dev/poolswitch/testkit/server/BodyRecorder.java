package dev.poolswitch.testkit.server;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** Keeps the beginning of a body and counts and digests the rest. */
final class BodyRecorder {
    private final int limit;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream(512);
    private @Nullable MessageDigest digest;
    private long length;

    BodyRecorder(int limit) {
        this.limit = limit;
    }

    void add(byte[] bytes, int offset, int count) {
        int fits = Math.min(count, limit - kept.size());
        if (fits < count && digest == null) {
            digest = RecordedBody.newDigest();
            digest.update(kept.toByteArray());
        }
        if (digest != null) {
            digest.update(bytes, offset, count);
        }
        kept.write(bytes, offset, fits);
        length += count;
    }

    RecordedBody end(boolean complete) {
        return new RecordedBody(kept.toByteArray(), length, digest == null ? null : digest.digest(), complete);
    }
}
