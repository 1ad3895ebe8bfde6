package dev.poolswitch.http;

import dev.poolswitch.verdict.Answer;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of a body on a client that pushes it, until it is decided who gets it. What the client shows is looked at
 * where it lies; only if nothing has been decided when the client wants its buffer back must it be kept. Not thread-safe.
 */
public final class PushedBytes {

    private static final byte[] NOTHING = {};

    private byte[] kept = NOTHING;
    private @Nullable ByteBuffer shown;

    /** Nothing yet. */
    public PushedBytes() {}

    /** How many bytes are there. */
    public int size() {
        return kept.length + (shown == null ? 0 : shown.remaining());
    }

    /** The client shows the bytes that follow, until {@link #hide()}. */
    public void show(ByteBuffer source) {
        shown = source;
    }

    /** The client takes its buffer back. */
    public void hide() {
        shown = null;
    }

    /** Keeps bytes behind those that are kept already. */
    public void keep(ByteBuffer source) {
        int before = kept.length;
        kept = Arrays.copyOf(kept, before + source.remaining());
        source.get(kept, before, source.remaining());
    }

    /** Hands over the bytes that are kept, and forgets them. */
    public ByteBuffer take() {
        ByteBuffer taken = ByteBuffer.wrap(kept);
        kept = NOTHING;
        return taken;
    }

    /** Whether the first bytes pass a test, as {@link ResponseView#prefix(int, Look, Answer.BytesTest)}. */
    public boolean pass(int maxBytes, Answer.BytesTest test) {
        ByteBuffer source = shown;
        int length = Math.min(maxBytes, size());
        if (source != null && source.hasArray() && kept.length == 0) {
            return test.passes(source.array(), source.arrayOffset() + source.position(), length);
        }
        byte[] first = Arrays.copyOf(kept, length);
        if (source != null && length > kept.length) {
            source.duplicate().get(first, kept.length, length - kept.length);
        }
        return test.passes(first, 0, length);
    }
}
