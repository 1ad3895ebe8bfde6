package dev.poolswitch.httpclient5;

import dev.poolswitch.http.AsyncTransport;
import dev.poolswitch.http.Attempt;
import dev.poolswitch.http.Look;
import dev.poolswitch.http.PushedBytes;
import dev.poolswitch.verdict.Answer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.apache.hc.client5.http.async.AsyncExecCallback;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.nio.AsyncDataConsumer;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.jspecify.annotations.Nullable;

/**
 * One send and its answer: what the client reports about it. Held back until the exchange has decided, then passed on and
 * tapped, or dropped. The client reports on its I/O threads and decisions come from any thread, so all of it is guarded by
 * this object; nothing that is called under it waits.
 */
final class AsyncAnswer implements AsyncExecCallback, AsyncDataConsumer, AnswerView.Prefix {

    private enum State {
        HELD,
        DRAINING,
        DELIVERED,
        OVER,
        DROPPED
    }

    private final AsyncPooledCall call;
    private final Attempt attempt;
    private final AsyncTransport.Reply<AsyncAnswer> reply;
    private final PushedBytes ahead = new PushedBytes();
    private volatile @Nullable CompletableFuture<Void> gathered;
    private volatile @Nullable CompletableFuture<Void> passed;
    private State state = State.HELD;
    private @Nullable EntityDetails details;
    private volatile @Nullable AnswerView view;
    private @Nullable CapacityChannel capacity;
    private @Nullable AsyncDataConsumer application;
    private int wanted = Integer.MAX_VALUE;
    private @Nullable List<? extends Header> trailers;
    private boolean ended;
    private boolean completed;
    private boolean callersFault;
    private @Nullable Exception failure;

    AsyncAnswer(AsyncPooledCall call, Attempt attempt, AsyncTransport.Reply<AsyncAnswer> reply) {
        this.call = call;
        this.attempt = attempt;
        this.reply = reply;
    }

    // ---- what the exchange asks for

    AnswerView view() {
        return Objects.requireNonNull(view, "no answer yet");
    }

    @Override
    public synchronized boolean prefix(int maxBytes, Look look, Answer.BytesTest test) {
        return ahead.pass(maxBytes, test);
    }

    synchronized CompletableFuture<Void> gather(int bytes) {
        wanted = bytes;
        CompletableFuture<Void> enough = new CompletableFuture<>();
        gathered = enough;
        if (ended || failure != null || ahead.size() >= bytes) {
            enough.complete(null);
        }
        return enough;
    }

    synchronized CompletableFuture<Void> drain() throws IOException {
        state = State.DRAINING;
        ahead.take();
        CompletableFuture<Void> rest = new CompletableFuture<>();
        passed = rest;
        if (completed || failure != null) {
            rest.complete(null);
        } else if (capacity != null) {
            capacity.update(Integer.MAX_VALUE);
        }
        return rest;
    }

    /** Whether the connection is free for the next send; if not, it must be cut. */
    synchronized boolean drop() {
        state = State.DROPPED;
        return completed;
    }

    /** Whether this was the first to say that nobody waits for an answer any more. */
    synchronized boolean give() {
        boolean first = state == State.HELD;
        state = State.DROPPED;
        return first;
    }

    /** Passes on what has come so far; what comes later follows by itself. */
    void deliver(AsyncExecCallback callback) throws HttpException, IOException {
        boolean wasCompleted;
        Exception hadFailed;
        synchronized (this) {
            wasCompleted = completed;
            hadFailed = failure;
            state = State.DELIVERED;
            application = callback.handleResponse(view().head(), details);
            if (capacity != null) {
                updateCapacity(capacity);
            }
            ByteBuffer first = ahead.take();
            if (first.hasRemaining()) {
                pass(first);
            }
            if (ended) {
                end(trailers);
            }
        }
        if (wasCompleted) {
            completed();
        } else if (hadFailed != null) {
            failed(hadFailed);
        }
    }

    // ---- what the client reports

    @Override
    public @Nullable AsyncDataConsumer handleResponse(HttpResponse head, @Nullable EntityDetails body) {
        synchronized (this) {
            if (state != State.HELD) {
                return null;
            }
            details = body;
            view = call.view(head, body == null ? 0 : body.getContentLength(), body == null ? null : this);
        }
        reply.answered(this);
        return body == null ? null : this;
    }

    @Override
    public void handleInformationResponse(HttpResponse information) throws HttpException, IOException {
        call.application().handleInformationResponse(information);
    }

    @Override
    public synchronized void updateCapacity(CapacityChannel channel) throws IOException {
        capacity = channel;
        if (state == State.DELIVERED && application != null) {
            application.updateCapacity(channel);
        } else if (state != State.HELD || ahead.size() < AsyncPooledCall.LONGEST_AHEAD) {
            channel.update(state == State.HELD ? AsyncPooledCall.LONGEST_AHEAD : Integer.MAX_VALUE);
        }
    }

    @Override
    public void consume(ByteBuffer source) throws IOException {
        if (show(source)) {
            complete(gathered);
        }
        takeIn(source);
    }

    /** What is decided while the bytes lie where the client has them needs no copy of them. */
    private synchronized boolean show(ByteBuffer source) {
        ahead.show(source);
        return ahead.size() >= wanted;
    }

    private synchronized void takeIn(ByteBuffer source) throws IOException {
        ahead.hide();
        if (state == State.DELIVERED) {
            pass(source);
        } else if (state == State.HELD) {
            ahead.keep(source);
        } else {
            source.position(source.limit());
        }
    }

    @Override
    public void streamEnd(@Nullable List<? extends Header> lines) throws HttpException, IOException {
        synchronized (this) {
            ended = true;
            trailers = lines;
            if (state == State.DELIVERED) {
                end(lines);
            }
        }
        complete(gathered);
    }

    @Override
    public void completed() {
        if (passOn(true, null)) {
            attempt.closedEarly();
            call.over();
            call.application().completed();
        } else {
            if (undecided()) {
                // Nobody needs the connection while the exchange waits for what comes next.
                call.release();
            }
            complete(gathered);
            complete(passed);
        }
    }

    @Override
    public void failed(Exception cause) {
        if (passOn(false, cause)) {
            attempt.broken(cause, callersFault || call.cancelled());
            call.application().failed(cause);
        } else if (view != null) {
            complete(gathered);
            complete(passed);
        } else if (call.cut(this)) {
            reply.failed(cause);
        }
    }

    /** Whether the application is to be told, once, how it ended. */
    private synchronized boolean passOn(boolean whole, @Nullable Exception cause) {
        completed |= whole;
        failure = cause == null ? failure : cause;
        boolean tells = state == State.DELIVERED;
        if (tells) {
            state = State.OVER;
        }
        return tells;
    }

    /** Once dropped, another send may own the connection that a late report speaks of. */
    private synchronized boolean undecided() {
        return state == State.HELD || state == State.DRAINING;
    }

    /** Comes before a failure is reported as well as after the end, so it tells nothing. */
    @Override
    public void releaseResources() {
        AsyncDataConsumer consumer;
        synchronized (this) {
            consumer = state == State.DELIVERED || state == State.OVER ? application : null;
        }
        if (consumer != null) {
            consumer.releaseResources();
        }
    }

    private static void complete(@Nullable CompletableFuture<Void> awaited) {
        if (awaited != null) {
            awaited.complete(null);
        }
    }

    // ---- to the application

    /** The attempt comes first: an application that has all bytes may ask for the key at once. */
    private void pass(ByteBuffer source) throws IOException {
        if (!attempt.wantsBytes()) {
            attempt.passed(source.remaining());
        } else if (source.hasArray()) {
            attempt.bytes(source.array(), source.arrayOffset() + source.position(), source.remaining());
        } else {
            byte[] bytes = new byte[source.remaining()];
            source.duplicate().get(bytes);
            attempt.bytes(bytes, 0, bytes.length);
        }
        if (application == null) {
            source.position(source.limit());
            return;
        }
        try {
            application.consume(source);
        } catch (IOException | RuntimeException e) {
            callersFault = true;
            throw e;
        }
    }

    private void end(@Nullable List<? extends Header> lines) throws HttpException, IOException {
        attempt.end();
        if (application != null) {
            application.streamEnd(lines);
        }
    }
}
