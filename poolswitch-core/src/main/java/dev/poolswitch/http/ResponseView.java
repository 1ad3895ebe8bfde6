package dev.poolswitch.http;

import dev.poolswitch.Origin;
import dev.poolswitch.verdict.Answer;
import dev.poolswitch.verdict.BytesCopy;
import org.jspecify.annotations.Nullable;

/** A view of an answer as an adapter received it. Valid only until the attempt that is ended with it returns. */
public interface ResponseView extends Answer {

    /** The most that is ever read of a body before it is delivered or discarded. */
    int LONGEST_PREFIX = 64 * 1024;

    /** Whether the answer came over the network; a cache's answer blames and praises nobody. */
    default boolean fromNetwork() {
        return true;
    }

    /** Whether the hop that answered was at this origin; after a redirect to a foreign one the key was not involved. */
    boolean answeredBy(Origin origin);

    /** Whether a body will be read by the caller; if not, the lease ends with the head. */
    boolean hasBody();

    /** How many bytes the caller will read; -1 when unknown. */
    long contentLength();

    /**
     * Shows a test the first bytes of the body, where they lie if that is possible; they stay readable for the caller.
     *
     * @param maxBytes the most bytes to show, never above {@link #LONGEST_PREFIX}
     * @param look how long to wait for so many, or for what
     * @return whether they pass
     */
    boolean prefix(int maxBytes, Look look, BytesTest test);

    /** A copy of the first bytes, as {@link #prefix(int, Look, BytesTest)} shows them. */
    default byte[] prefix(int maxBytes, Look look) {
        BytesCopy copy = new BytesCopy();
        prefix(maxBytes, look, copy);
        return copy.bytes();
    }

    /**
     * Looks into errors at length and into good answers only as far as that cannot hold them back: no further than the
     * first read, and never into a stream of events.
     */
    @Override
    default byte[] bodyPrefix(int maxBytes) {
        Look look = look(maxBytes);
        return look == null ? new byte[0] : prefix(Math.min(maxBytes, LONGEST_PREFIX), look);
    }

    @Override
    default boolean bodyPrefix(int maxBytes, BytesTest test) {
        Look look = look(maxBytes);
        return look == null ? test.passes(new byte[0], 0, 0) : prefix(Math.min(maxBytes, LONGEST_PREFIX), look, test);
    }

    private @Nullable Look look(int maxBytes) {
        if (maxBytes <= 0 || !hasBody() || contentLength() == 0) {
            return null;
        }
        if (status() >= 400) {
            return Look.ERROR;
        }
        return isEventStream(header("Content-Type")) ? null : Look.FIRST_READ;
    }

    /** Whether a content type is that of server-sent events. */
    static boolean isEventStream(@Nullable String contentType) {
        String events = "text/event-stream";
        return contentType != null && contentType.regionMatches(true, 0, events, 0, events.length());
    }
}
