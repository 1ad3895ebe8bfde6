package dev.poolswitch.testkit.server;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** What is kept of a request's body; nobody changes the arrays. */
final class RecordedBody {
    private static final byte[] NOTHING = new byte[0];
    static final RecordedBody EMPTY = new RecordedBody(NOTHING, 0, null, true);
    static final RecordedBody UNREAD = new RecordedBody(NOTHING, 0, null, false);

    private final byte[] kept;
    private final long length;
    private final byte @Nullable [] digest;
    private final boolean complete;

    /**
     * Keeps the arrays.
     *
     * @param kept the first bytes
     * @param length how many bytes arrived
     * @param digest the SHA-256 of all of them, {@code null} as long as all are kept
     * @param complete whether the body arrived to its end
     */
    RecordedBody(byte[] kept, long length, byte @Nullable [] digest, boolean complete) {
        this.kept = kept;
        this.length = length;
        this.digest = digest;
        this.complete = complete;
    }

    byte[] kept() {
        return kept;
    }

    long length() {
        return length;
    }

    boolean complete() {
        return complete;
    }

    String sha256() {
        return HexFormat.of().formatHex(digest == null ? newDigest().digest(kept) : digest);
    }

    static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
