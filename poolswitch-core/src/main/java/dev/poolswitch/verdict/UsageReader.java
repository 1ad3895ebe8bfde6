package dev.poolswitch.verdict;

import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Learns how many tokens a call has used from the bytes of its answer as they pass by. Nothing is parsed but the few
 * numbers of a usage report; whatever comes, it neither throws nor holds the bytes back. It knows the reports of OpenAI
 * (chat, responses, streamed or not), Anthropic (whose streamed numbers are cumulative), Gemini, Cohere, Bedrock and
 * Ollama, and those that look like them.
 *
 * <p>All of them stand at the beginning or at the end of a body. So the first 2 KiB are searched and the last 8 KiB; where
 * the end is not announced, a copy of the last 8 to 16 KiB is kept meanwhile (of at least the last KiB where the stream fills
 * buffers of 8 KiB, faster than it can be read). What lies between costs next to nothing.
 *
 * <p>Not thread-safe: one body, one reader.
 *
 * <pre>{@code
 * try (UsageReader usage = UsageReader.of(answer)) {
 *     body.forEachPiece(piece -> usage.accept(piece.array(), piece.offset(), piece.length()));
 *     long tokens = usage.totalTokens(); // -1 when the answer told nothing
 * }
 * }</pre>
 */
public final class UsageReader implements AutoCloseable {

    /** Beyond it a compressed body is given up: a bomb, or nothing that tokens were paid for. */
    private static final long MOST_INFLATED = 64L << 20;
    /** Streams of events shrink to a thirtieth or, with few words, to a hundredth; what shrinks further is made for it. */
    private static final long HIGHEST_RATIO = 200;

    private static final long ANY_RATIO = 64 << 10;
    private static final long HEAD = 2 << 10;
    private static final long TAIL = 8 << 10;

    private final UsageScanner scanner = new UsageScanner();
    private final boolean blind;
    private final long fromHeaders;
    private final @Nullable Gunzip gzip;
    private final long length;
    private @Nullable PassingTail tail;
    private long passed;
    private long inflated;
    private long compressed;
    private boolean givenUp;

    private UsageReader(boolean mayBeGzip, boolean blind, long length, long fromHeaders) {
        this.gzip = mayBeGzip ? new Gunzip(this::takeInflated) : null;
        this.length = length;
        this.blind = blind;
        this.fromHeaders = fromHeaders;
    }

    /** A reader of a body that is not compressed. */
    public static UsageReader plain() {
        return new UsageReader(false, false, -1, -1);
    }

    /** A reader of the body of this answer; it looks at the answer's headers now and does not keep the answer. */
    public static UsageReader of(Answer answer) {
        String encoding = answer.header("content-encoding");
        String lower = encoding == null ? "" : encoding.trim().toLowerCase(Locale.ROOT);
        boolean gzip = lower.equals("gzip") || lower.equals("x-gzip");
        boolean blind = !gzip && !lower.isEmpty() && !lower.equals("identity");
        String length = gzip ? null : answer.header("content-length");
        return new UsageReader(gzip, blind, length == null ? -1 : Digits.count(length.trim()), ofHeaders(answer));
    }

    /** Bedrock's InvokeModel tells the counts in headers, whatever the model's body looks like. */
    private static long ofHeaders(Answer answer) {
        String input = answer.header("x-amzn-bedrock-input-token-count");
        String output = answer.header("x-amzn-bedrock-output-token-count");
        long sum = -1;
        for (String text : new @Nullable String[] {input, output}) {
            long count = text == null ? -1 : Digits.count(text);
            if (count >= 0) {
                sum = Math.max(sum, 0) + count;
            }
        }
        return sum;
    }

    /**
     * Takes the next piece of the body. The array is not kept and not changed.
     *
     * @throws IndexOutOfBoundsException if the piece leaves the array
     */
    public void accept(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (blind || givenUp || length == 0) {
            return;
        }
        if (gzip == null) {
            scan(bytes, offset, offset + length);
            return;
        }
        compressed += length;
        gzip.accept(bytes, offset, offset + length);
        if (gzip.ended()) {
            close();
        }
    }

    private boolean takeInflated(byte[] bytes, int from, int to) {
        inflated += to - from;
        scan(bytes, from, to);
        return inflated <= Math.min(MOST_INFLATED, ANY_RATIO + HIGHEST_RATIO * compressed);
    }

    /** Usage stands at the beginning or at the end: of a body that is long what lies between is not searched. */
    private void scan(byte[] bytes, int from, int to) {
        int at = from + (int) Math.max(0, Math.min(HEAD - passed, to - from));
        scanner.accept(bytes, from, at);
        if (!scanner.isBetweenReports()) {
            scanner.accept(bytes, at, to);
            at = to;
        }
        passed += to - from;
        if (at < to && length >= 0) {
            scanEnd(bytes, at, to);
        } else if (at < to) {
            tail = tail == null ? new PassingTail() : tail;
            tail.accept(bytes, at, to);
        }
    }

    private void scanEnd(byte[] bytes, int from, int to) {
        long early = length - TAIL - (passed - (to - from));
        int at = from + (int) Math.max(0, Math.min(early, to - from));
        if (at > from) {
            scanner.skip();
        }
        scanner.accept(bytes, at, to);
    }

    /** The tokens that the body has reported so far, input and output together; -1 when it has reported none. */
    public long totalTokens() {
        if (tail != null) {
            tail.drainTo(scanner);
        }
        long total = scanner.totalTokens();
        return total >= 0 ? total : fromHeaders;
    }

    /** Frees what inflating holds; the total can still be asked for. Idempotent. */
    @Override
    public void close() {
        givenUp = true;
        if (gzip != null) {
            gzip.close();
        }
    }
}
