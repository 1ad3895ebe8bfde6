package dev.poolswitch.testkit.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * An immutable description of how to answer one request, or how to fail it.
 *
 * <p>Each method returns a changed copy; a reply may be used any number of times and by several threads. Delays are
 * real time. During a delay the server notices when the client goes away (a half-closed connection counts as gone).
 *
 * <pre>{@code
 * Reply limited = Reply.json(429, "{\"error\":\"slow down\"}").retryAfter(Duration.ofSeconds(2));
 * Reply broken = Reply.ok("a body of which only half arrives").halfThenReset();
 * }</pre>
 */
public final class Reply implements Handler {
    private final Draft draft;

    /** An answer with this status and no body. */
    public static Reply status(int status) {
        if (status < 200 || status > 999) {
            throw new IllegalArgumentException("status must be between 200 and 999: " + status);
        }
        return new Reply(new Draft()).with(d -> d.status = status);
    }

    /** Status 200 with a plain text. */
    public static Reply ok(String text) {
        return status(200).header("Content-Type", "text/plain; charset=utf-8").body(text);
    }

    /** An answer with a JSON body. */
    public static Reply json(int status, String json) {
        return status(status).header("Content-Type", "application/json").body(json);
    }

    /** A redirect; the location may be relative. */
    public static Reply redirect(String location, int status) {
        return status(status).header("Location", location);
    }

    /** A stream of server-sent events, one {@code data:} event for each text; the first leaves at once. */
    public static Reply sse(List<String> data, Duration interval) {
        return sseBlocks(data.stream().map(Reply::dataEvent).toList(), interval);
    }

    private static String dataEvent(String data) {
        return "data: " + data.replace("\n", "\ndata: ") + "\n\n";
    }

    /** A stream of server-sent events whose blocks are written as they are, each in a chunk of its own. */
    public static Reply sseBlocks(List<String> blocks, Duration interval) {
        Draft.nanos("interval", interval);
        List<byte[]> bytes =
                blocks.stream().map(b -> b.getBytes(StandardCharsets.UTF_8)).toList();
        return status(200)
                .header("Content-Type", "text/event-stream")
                .with(d -> d.content = new Content.Events(bytes, interval))
                .chunked();
    }

    /** Accepts a web socket and echoes its messages until the client closes it. */
    public static Reply webSocketEcho() {
        return status(200).with(d -> d.webSocket = true);
    }

    /** Exactly these bytes (Latin-1) instead of an HTTP answer, then the end of the connection. */
    public static Reply raw(String bytes) {
        return status(200).with(d -> {
            d.raw = true;
            d.content = new Content.Bytes(bytes.getBytes(StandardCharsets.ISO_8859_1));
            d.ending = Ending.SILENT_CLOSE;
        });
    }

    /** Reads the whole request and never answers; the connection stays open until one side goes away. */
    public static Reply hang() {
        return unanswered(Ending.HANG);
    }

    /** Resets the connection (RST) as soon as the head is known; nothing of the body is read. */
    public static Reply resetBeforeReading() {
        return unanswered(Ending.RESET).with(d -> d.early = true);
    }

    /** Reads the whole request, then resets the connection (RST). */
    public static Reply resetAfterRequest() {
        return unanswered(Ending.RESET);
    }

    /** Reads the whole request, then closes the connection in order (FIN) without an answer. */
    public static Reply closeAfterRequest() {
        return unanswered(Ending.SILENT_CLOSE);
    }

    private static Reply unanswered(Ending ending) {
        return status(200).with(d -> {
            d.unanswered = true;
            d.ending = ending;
        });
    }

    private Reply(Draft draft) {
        this.draft = draft;
    }

    /** The reason phrase; the default is that of the status, or nothing for an unusual status. */
    public Reply reason(String reason) {
        return with(d -> d.reason = new Header("reason", reason).value());
    }

    /** Adds a header line, also if there is one of that name. */
    public Reply header(String name, String value) {
        Header header = new Header(name, value);
        return with(d -> {
            List<Header> headers = new ArrayList<>(d.headers);
            headers.add(header);
            d.headers = List.copyOf(headers);
        });
    }

    /** Replaces all header lines of that name. */
    public Reply setHeader(String name, String value) {
        return with(d -> d.headers =
                        d.headers.stream().filter(header -> !header.is(name)).toList())
                .header(name, value);
    }

    /** A body in UTF-8. */
    public Reply body(String text) {
        return body(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A body of these bytes, which are copied. */
    public Reply body(byte[] bytes) {
        byte[] copy = bytes.clone();
        return with(d -> d.content = new Content.Bytes(copy));
    }

    /** A body of that many bytes, the letters a to z over and over; it is made while it is sent. */
    public Reply generatedBody(long size) {
        if (size < 0) {
            throw new IllegalArgumentException("size must not be negative: " + size);
        }
        return with(d -> d.content = new Content.Alphabet(size));
    }

    /**
     * Compresses the body that was set before and says so.
     *
     * @throws IllegalStateException if the body is generated or a stream of events
     */
    public Reply gzip() {
        if (!(draft.content instanceof Content.Bytes plain)) {
            throw new IllegalStateException("only a body that is held can be compressed");
        }
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(plain.bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return body(compressed.toByteArray()).header("Content-Encoding", "gzip");
    }

    /** Sends the body in chunks instead of telling its length. */
    public Reply chunked() {
        return with(d -> d.framing = Framing.CHUNKED);
    }

    /** Tells neither length nor chunks: the body ends with the connection. */
    public Reply untilClose() {
        return with(d -> d.framing = Framing.UNTIL_CLOSE);
    }

    /** Lies about the length. If it promises more than there is, the connection is closed after the body. */
    public Reply declaredLength(long length) {
        return with(d -> d.declaredLength = length);
    }

    /** Waits before the status line. */
    public Reply delayHead(Duration delay) {
        long nanos = Draft.nanos("delay", delay);
        return with(d -> d.delayHeadNanos = nanos);
    }

    /** Sends the head, then waits before the body. */
    public Reply delayBody(Duration delay) {
        long nanos = Draft.nanos("delay", delay);
        return with(d -> d.delayBodyNanos = nanos);
    }

    /** Sends the body in pieces of that many bytes, with a pause after each but the last. */
    public Reply dribble(int bytes, Duration every) {
        if (bytes < 1) {
            throw new IllegalArgumentException("a piece must have at least one byte: " + bytes);
        }
        long nanos = Draft.nanos("pause", every);
        return with(d -> {
            d.dribbleBytes = bytes;
            d.dribbleNanos = nanos;
        });
    }

    /** Sends a generated body in pieces of that many bytes, about {@code total} long. */
    public Reply dribble(int bytes, Duration every, Duration total) {
        if (every.isZero()) {
            throw new IllegalArgumentException("the pause must not be zero");
        }
        long pieces = total.toNanos() / every.toNanos() + 1;
        return generatedBody(pieces * bytes).dribble(bytes, every);
    }

    /**
     * Holds back all but the first event, or all but the first piece of a dribbled body, until the latch is open; so a
     * test can look at the first one before there is a second one. With {@link #delayBody} the whole body is held back.
     */
    public Reply heldBackUntil(CountDownLatch open) {
        return with(d -> d.gate = open);
    }

    /** Sends half of the body, then resets the connection (RST). */
    public Reply halfThenReset() {
        return cut(Draft.CUT_AT_HALF, Ending.RESET);
    }

    /** Sends half of the body, then closes the connection in order (FIN). */
    public Reply halfThenClose() {
        return cut(Draft.CUT_AT_HALF, Ending.SILENT_CLOSE);
    }

    /** Sends that many bytes of the body, then resets the connection; 0 sends the head alone. */
    public Reply resetAfter(long bodyBytes) {
        return cut(requireNotNegative(bodyBytes), Ending.RESET);
    }

    /** Sends that many bytes of the body, then closes the connection; 0 sends the head alone. */
    public Reply closeAfter(long bodyBytes) {
        return cut(requireNotNegative(bodyBytes), Ending.SILENT_CLOSE);
    }

    private static long requireNotNegative(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("the number of bytes must not be negative: " + bytes);
        }
        return bytes;
    }

    private Reply cut(long position, Ending ending) {
        return with(d -> {
            d.cutAt = position;
            d.ending = ending;
        });
    }

    /** Closes the connection after the whole answer without having announced it: a stale connection. */
    public Reply closeSilently() {
        return with(d -> d.ending = Ending.SILENT_CLOSE);
    }

    /** Closes the connection after the whole answer, announced by {@code Connection: close}. */
    public Reply closeAnnounced() {
        return with(d -> d.ending = Ending.ANNOUNCED_CLOSE);
    }

    /** Resets the connection after the whole answer. */
    public Reply thenReset() {
        return with(d -> d.ending = Ending.RESET);
    }

    /**
     * Answers as soon as the head is known, without {@code 100 Continue} and without reading the body. The connection
     * is closed, and what still arrives is thrown away for a while so that the answer is not lost in a reset. This
     * needs the reply itself as the handler; one that is chosen by a lambda comes after the body, unless its handler
     * implements {@link Handler#beforeBody}.
     */
    public Reply answerEarly() {
        return with(d -> d.early = true);
    }

    /** Like {@link #answerEarly}, but reads the rest of the body afterwards and keeps the connection. */
    public Reply answerEarlyThenDrain() {
        return answerEarly().with(d -> d.drainsAfterEarly = true);
    }

    /** Bytes (Latin-1) after the end of the answer, where the client expects nothing or the next answer. */
    public Reply trailingGarbage(String bytes) {
        byte[] latin = bytes.getBytes(StandardCharsets.ISO_8859_1);
        return with(d -> d.garbage = latin);
    }

    /** {@code Retry-After} in seconds, rounded up. */
    public Reply retryAfter(Duration wait) {
        long nanos = Draft.nanos("wait", wait);
        return setHeader("Retry-After", Long.toString((nanos + 999_999_999L) / 1_000_000_000L));
    }

    /** {@code Retry-After} as a date. */
    public Reply retryAfter(Instant instant, HttpDate form) {
        return setHeader("Retry-After", form.format(instant));
    }

    /** {@code retry-after-ms}, which some providers send beside or instead of {@code Retry-After}. */
    public Reply retryAfterMillis(long millis) {
        return setHeader("retry-after-ms", Long.toString(millis));
    }

    /** The {@code Date} of the answer, against which a date in {@code Retry-After} is measured. */
    public Reply date(Instant instant) {
        return setHeader("Date", HttpDate.IMF_FIXDATE.format(instant));
    }

    /** Runs the action once, just before the last byte leaves or when the exchange fails earlier. */
    Reply whenOver(Runnable action) {
        return with(d -> d.whenOver = action);
    }

    @Override
    public Reply reply(RecordedRequest request) {
        return this;
    }

    /** This reply if it does not wait for the body, else {@code null}. */
    @Override
    public @Nullable Reply beforeBody(RecordedRequest head) {
        return draft.early ? this : null;
    }

    Draft draft() {
        return draft;
    }

    private Reply with(Consumer<Draft> change) {
        Draft copy = new Draft(draft);
        change.accept(copy);
        return new Reply(copy);
    }

    @Override
    public String toString() {
        return draft.unanswered ? "Reply[" + draft.ending + "]" : "Reply[" + draft.status + "]";
    }
}
