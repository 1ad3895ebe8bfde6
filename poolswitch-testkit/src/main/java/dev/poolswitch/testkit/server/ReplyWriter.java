package dev.poolswitch.testkit.server;

import java.io.IOException;
import java.util.Map;

/** Writes replies; what becomes of the connection afterwards is not its business. */
final class ReplyWriter {
    private static final Map<Integer, String> REASONS = Map.ofEntries(
            Map.entry(200, "OK"),
            Map.entry(201, "Created"),
            Map.entry(204, "No Content"),
            Map.entry(301, "Moved Permanently"),
            Map.entry(302, "Found"),
            Map.entry(303, "See Other"),
            Map.entry(304, "Not Modified"),
            Map.entry(307, "Temporary Redirect"),
            Map.entry(308, "Permanent Redirect"),
            Map.entry(400, "Bad Request"),
            Map.entry(401, "Unauthorized"),
            Map.entry(402, "Payment Required"),
            Map.entry(403, "Forbidden"),
            Map.entry(404, "Not Found"),
            Map.entry(405, "Method Not Allowed"),
            Map.entry(408, "Request Timeout"),
            Map.entry(413, "Content Too Large"),
            Map.entry(422, "Unprocessable Content"),
            Map.entry(429, "Too Many Requests"),
            Map.entry(500, "Internal Server Error"),
            Map.entry(502, "Bad Gateway"),
            Map.entry(503, "Service Unavailable"),
            Map.entry(504, "Gateway Timeout"));

    private final WireOutput out;
    private final WireInput in;

    ReplyWriter(WireOutput out, WireInput in) {
        this.out = out;
        this.in = in;
    }

    /**
     * Writes the whole reply.
     *
     * @param announceClose whether the head says that the connection will be closed
     * @param beforeLastBytes run once at least, before the client can know that the reply is complete
     */
    void write(Draft draft, RequestHead request, boolean announceClose, Runnable beforeLastBytes) throws IOException {
        if (draft.raw) {
            draft.content.writeTo(new BodySink(out, in, draft, false, beforeLastBytes));
            out.flush();
            return;
        }
        boolean chunked = draft.framing == Framing.CHUNKED && !request.http10();
        out.text(head(draft, request, announceClose, chunked));
        if (request.method().equals("HEAD") || forbidsBody(draft.status)) {
            beforeLastBytes.run();
        } else {
            body(draft, chunked, beforeLastBytes);
        }
        out.write(draft.garbage, 0, draft.garbage.length);
        out.flush();
    }

    private void body(Draft draft, boolean chunked, Runnable beforeLastBytes) throws IOException {
        if (draft.delayBodyNanos > 0) {
            out.flush();
            in.pause(draft.delayBodyNanos);
            BodySink.awaitGate(draft, in);
        }
        if (draft.content.size() == 0 || draft.cutPosition() == 0) {
            beforeLastBytes.run();
        }
        draft.content.writeTo(new BodySink(out, in, draft, chunked, beforeLastBytes));
        if (chunked) {
            out.text("0\r\n\r\n");
        }
    }

    private static String head(Draft draft, RequestHead request, boolean announceClose, boolean chunked) {
        StringBuilder head = new StringBuilder(256);
        String reason = draft.reason == null ? REASONS.getOrDefault(draft.status, "") : draft.reason;
        head.append("HTTP/1.1 ").append(draft.status).append(' ').append(reason).append("\r\n");
        for (Header header : draft.headers) {
            head.append(header.name()).append(": ").append(header.value()).append("\r\n");
        }
        if (announceClose && !draft.hasHeader("Connection")) {
            head.append("Connection: close\r\n");
        }
        if (request.http10() && !announceClose) {
            head.append("Connection: keep-alive\r\n");
        }
        appendFraming(head, draft, chunked);
        return head.append("\r\n").toString();
    }

    private static void appendFraming(StringBuilder head, Draft draft, boolean chunked) {
        boolean lengthIsOwn = draft.hasHeader("Content-Length") || draft.hasHeader("Transfer-Encoding");
        if (lengthIsOwn || draft.status == 204) {
            return;
        }
        if (chunked) {
            head.append("Transfer-Encoding: chunked\r\n");
        } else if (draft.framing == Framing.CONTENT_LENGTH) {
            long length = draft.declaredLength >= 0 ? draft.declaredLength : draft.content.size();
            // A 304 without a body of its own would otherwise claim that the stored one is empty.
            if (draft.status != 304 || length > 0) {
                head.append("Content-Length: ").append(length).append("\r\n");
            }
        }
    }

    private static boolean forbidsBody(int status) {
        return status == 204 || status == 304;
    }
}
