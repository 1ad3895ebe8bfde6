package dev.poolswitch.testkit.server;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** The settings of a {@link Reply}; changed only while the reply that owns them is being made. */
final class Draft {
    static final long NO_CUT = -1;
    static final long CUT_AT_HALF = -2;

    int status = 200;

    @Nullable
    String reason;

    List<Header> headers = List.of();
    Content content = Content.NONE;
    Framing framing = Framing.CONTENT_LENGTH;
    Ending ending = Ending.KEEP;
    long declaredLength = -1;
    long cutAt = NO_CUT;
    long delayHeadNanos;
    long delayBodyNanos;
    int dribbleBytes;
    long dribbleNanos;

    @Nullable
    CountDownLatch gate;

    byte[] garbage = new byte[0];
    boolean early;
    boolean drainsAfterEarly;
    boolean unanswered;
    boolean raw;
    boolean webSocket;

    @Nullable
    Runnable whenOver;

    Draft() {}

    Draft(Draft other) {
        status = other.status;
        reason = other.reason;
        headers = other.headers;
        content = other.content;
        framing = other.framing;
        ending = other.ending;
        declaredLength = other.declaredLength;
        cutAt = other.cutAt;
        delayHeadNanos = other.delayHeadNanos;
        delayBodyNanos = other.delayBodyNanos;
        dribbleBytes = other.dribbleBytes;
        dribbleNanos = other.dribbleNanos;
        gate = other.gate;
        garbage = other.garbage;
        early = other.early;
        drainsAfterEarly = other.drainsAfterEarly;
        unanswered = other.unanswered;
        raw = other.raw;
        webSocket = other.webSocket;
        whenOver = other.whenOver;
    }

    /** The number of body bytes after which the connection breaks, or a negative number. */
    long cutPosition() {
        return cutAt == CUT_AT_HALF ? content.size() / 2 : cutAt;
    }

    boolean hasHeader(String name) {
        for (Header header : headers) {
            if (header.is(name)) {
                return true;
            }
        }
        return false;
    }

    /** A non-negative duration in nanoseconds. */
    static long nanos(String what, Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException(what + " must not be negative: " + duration);
        }
        return duration.toNanos();
    }
}
