package dev.poolswitch.http;

import dev.poolswitch.verdict.UsageReader;
import dev.poolswitch.verdict.Verdict;
import java.lang.System.Logger;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a delivered body while the application reads it: for the tokens that it reports, where the pool has limits on
 * tokens, and for an error at the beginning of a stream of events, which comes too late for another key but not for the
 * key's record. Whatever it meets, the body passes undisturbed.
 */
final class BodyWatch {

    private static final Logger LOG = System.getLogger("dev.poolswitch");
    private static final int STREAM_BEGINNING = 4 * 1024;

    private final HttpCall call;
    private final @Nullable UsageReader usage;
    private final @Nullable HeadCopy head;
    private byte[] beginning = new byte[0];
    private int seen;

    private BodyWatch(HttpCall call, @Nullable UsageReader usage, @Nullable HeadCopy head) {
        this.call = call;
        this.usage = usage;
        this.head = head;
    }

    /** A watch over an answer that is about to be delivered; {@code null} when there is nothing to look for. */
    static @Nullable BodyWatch of(HttpCall call, ResponseView answer) {
        boolean tokens = call.pool().asksForTokens();
        boolean events = ResponseView.isEventStream(answer.header("Content-Type"));
        if (!tokens && !events) {
            return null;
        }
        return new BodyWatch(call, tokens ? UsageReader.of(answer) : null, events ? HeadCopy.of(answer) : null);
    }

    void accept(byte[] bytes, int offset, int length) {
        if (usage != null) {
            try {
                usage.accept(bytes, offset, length);
            } catch (RuntimeException e) {
                LOG.log(Logger.Level.WARNING, "reading the usage of an answer failed", e);
            }
        }
        if (head != null && seen < STREAM_BEGINNING) {
            int count = Math.min(length, STREAM_BEGINNING - seen);
            if (seen + count > beginning.length) {
                beginning = Arrays.copyOf(beginning, Math.min(STREAM_BEGINNING, Math.max(512, 2 * (seen + count))));
            }
            System.arraycopy(bytes, offset, beginning, seen, count);
            seen += count;
        }
    }

    /** What the answer meant after all, given what it meant when it was delivered. */
    Verdict verdict(Verdict delivered) {
        return head == null || seen == 0 ? delivered : call.classify(head.withBody(Arrays.copyOf(beginning, seen)));
    }

    /** The tokens that the body has reported; -1 when it has reported none. */
    long tokens() {
        if (usage == null) {
            return -1;
        }
        usage.close();
        return usage.totalTokens();
    }
}
