package dev.poolswitch.testkit;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * A request's body. A repeatable one can be opened any number of times; a one-shot one gives the same stream each time,
 * so that a second sending finds it empty, as it happens with streams of users.
 */
public final class TestBody {

    private final byte[] bytes;
    private final boolean oneShot;
    private final boolean lengthKnown;
    private final String contentType;
    private final InputStream once;

    /** A repeatable body. */
    public static TestBody of(byte[] bytes, String contentType) {
        return new TestBody(bytes, false, true, contentType);
    }

    /** A repeatable JSON body. */
    public static TestBody json(String json) {
        return of(json.getBytes(StandardCharsets.UTF_8), "application/json");
    }

    /** A body that can be read once. */
    public static TestBody oneShot(byte[] bytes, boolean lengthKnown) {
        return new TestBody(bytes, true, lengthKnown, "application/octet-stream");
    }

    private TestBody(byte[] bytes, boolean oneShot, boolean lengthKnown, String contentType) {
        this.bytes = bytes.clone();
        this.oneShot = oneShot;
        this.lengthKnown = lengthKnown;
        this.contentType = contentType;
        this.once = new ByteArrayInputStream(this.bytes);
    }

    /** Whether it can be read only once. */
    public boolean isOneShot() {
        return oneShot;
    }

    /** The number of bytes; -1 when the client must not know it. */
    public long length() {
        return lengthKnown ? bytes.length : -1;
    }

    /** The media type. */
    public String contentType() {
        return contentType;
    }

    /** The bytes, for clients that have a type for bytes; not for a one-shot body. */
    public byte[] bytes() {
        if (oneShot) {
            throw new IllegalStateException("a one-shot body is read through open()");
        }
        return bytes.clone();
    }

    /** The bytes; those that are left, for a one-shot body. */
    public InputStream open() {
        return oneShot ? once : new ByteArrayInputStream(bytes);
    }
}
