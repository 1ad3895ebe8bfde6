package dev.poolswitch.testkit.server;

import java.io.IOException;
import java.net.ProtocolException;
import java.net.Socket;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Serves the requests of one connection, one after the other, on a thread of its own. */
final class Connection implements Runnable {
    private static final long LINGER_NANOS = Duration.ofSeconds(2).toNanos();
    private static final long LINGER_BYTES = 256L << 20;

    private final Socket socket;
    private final int id;
    private final ServerContext context;
    private final WireInput in;
    private final WireOutput out;
    private final RequestReader reader;
    private final ReplyWriter writer;
    private int requests;

    Connection(Socket socket, int id, ServerContext context) throws IOException {
        this.socket = socket;
        this.id = id;
        this.context = context;
        this.in = new WireInput(socket);
        this.out = new WireOutput(socket.getOutputStream());
        this.reader = new RequestReader(in);
        this.writer = new ReplyWriter(out, in);
    }

    @Override
    public void run() {
        try {
            boolean open = true;
            while (open) {
                open = serveOne();
            }
        } catch (ProtocolException e) {
            refuse(e);
        } catch (IOException e) {
            // The client or the server went away; there is nobody to tell.
        }
    }

    private void refuse(ProtocolException reason) {
        try {
            out.text("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
            out.flush();
            socket.shutdownOutput();
            in.drain(LINGER_BYTES, LINGER_NANOS);
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    private boolean serveOne() throws IOException {
        RequestHead head = reader.head();
        if (head == null) {
            return false;
        }
        RecordedRequest request =
                new RecordedRequest(head, context.keys().find(head), id, ++requests, 0, RecordedBody.EMPTY);
        Handler handler = context.rules().choose(request);
        Reply reply = early(handler, request);
        boolean unread = reply != null && head.hasBody();
        if (unread) {
            request = request.with(RecordedBody.UNREAD);
        } else if (head.hasBody()) {
            request = request.with(readBody(request));
        }
        request = context.recorder().record(request);
        return answer(reply == null ? ask(handler, request) : reply, request, unread);
    }

    private static @Nullable Reply early(Handler handler, RecordedRequest request) {
        try {
            return handler.beforeBody(request);
        } catch (RuntimeException e) {
            return failure(e);
        }
    }

    private static Reply ask(Handler handler, RecordedRequest request) {
        try {
            return handler.reply(request);
        } catch (RuntimeException | AssertionError e) {
            return failure(e);
        }
    }

    private static Reply failure(Throwable e) {
        return Reply.status(500).body("the handler failed: " + e.getClass().getName());
    }

    private RecordedBody readBody(RecordedRequest request) throws IOException {
        if (request.head().expectsContinue()) {
            out.text("HTTP/1.1 100 Continue\r\n\r\n");
            out.flush();
        }
        BodyRecorder body = new BodyRecorder(context.maxRecordedBody());
        try {
            reader.body(request.head(), body);
            return body.end(true);
        } catch (IOException e) {
            context.recorder().record(request.with(body.end(false)));
            throw e;
        }
    }

    private boolean answer(Reply reply, RecordedRequest request, boolean unread) throws IOException {
        Draft draft = reply.draft();
        Once over = new Once(draft.whenOver);
        try {
            in.pause(draft.delayHeadNanos);
            if (draft.webSocket) {
                new WebSocketEcho(in, out).run(request.head(), draft);
                return false;
            }
            boolean drains = unread && draft.drainsAfterEarly && !request.head().expectsContinue();
            boolean lost = unread && !drains;
            boolean announce = draft.ending == Ending.ANNOUNCED_CLOSE
                    || request.head().wantsClose()
                    || (lost && draft.ending == Ending.KEEP);
            if (!draft.unanswered) {
                writer.write(draft, request.head(), announce, over);
            }
            if (drains) {
                reader.body(request.head(), new BodyRecorder(0));
            }
            return end(draft, announce, lost);
        } catch (BodySink.CutOff e) {
            return end(draft, false, unread);
        } finally {
            over.run();
        }
    }

    private boolean end(Draft draft, boolean announced, boolean unread) throws IOException {
        switch (draft.ending) {
            case RESET -> socket.setSoLinger(true, 0);
            case HANG -> in.awaitEnd();
            case SILENT_CLOSE, ANNOUNCED_CLOSE, KEEP -> {
                boolean promisesMore = draft.declaredLength > draft.content.size();
                boolean closes = announced || promisesMore || draft.framing == Framing.UNTIL_CLOSE;
                if (draft.ending == Ending.KEEP && !closes && !unread) {
                    return true;
                }
                if (unread) {
                    socket.shutdownOutput();
                    in.drain(LINGER_BYTES, LINGER_NANOS);
                }
            }
        }
        return false;
    }

    /** Runs an action once, on the connection's thread. */
    private static final class Once implements Runnable {
        private @Nullable Runnable action;

        Once(@Nullable Runnable action) {
            this.action = action;
        }

        @Override
        public void run() {
            Runnable taken = action;
            action = null;
            if (taken != null) {
                taken.run();
            }
        }
    }
}
