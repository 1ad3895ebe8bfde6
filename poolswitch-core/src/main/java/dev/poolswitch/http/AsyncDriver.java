package dev.poolswitch.http;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Drives a call on a client that answers through callbacks: send, look, repeat, deliver; nothing blocks. Whatever happens,
 * each answer that is not delivered is discarded and each attempt is ended.
 *
 * <p>One thing is under way at any time: a send, a look into a body, a discard, or a wait. What ends it goes on with the
 * next, so the fields need no lock; the client's callbacks and the futures order the threads. Only a wait can be ended by
 * two, by its time and by the application, and whoever takes it goes on.
 *
 * @param <R> the client's answer
 */
public final class AsyncDriver<R> {

    /** A store that hangs delays a repetition by this and no longer. */
    private static final long DURABLE_MILLIS = 1000;

    private final HttpCall call;
    private final AsyncTransport<R> transport;
    private final AtomicReference<@Nullable Pause> waiting = new AtomicReference<>();
    private @Nullable R held;
    private @Nullable Attempt last;
    private boolean slow;

    /**
     * Starts a call. Its result goes to {@link AsyncTransport#deliver} or {@link AsyncTransport#fail}, perhaps before this
     * method returns.
     */
    public static <R> void start(HttpCall call, AsyncTransport<R> transport) {
        new AsyncDriver<>(call, transport).advance(call.start());
    }

    private AsyncDriver(HttpCall call, AsyncTransport<R> transport) {
        this.call = call;
        this.transport = transport;
    }

    private void advance(Step step) {
        if (step instanceof Attempt attempt) {
            R unwanted = held;
            held = null;
            if (unwanted == null) {
                whenDurable(attempt);
            } else {
                discard(unwanted, attempt);
            }
        } else if (step instanceof Pause pause) {
            await(pause);
        } else if (step instanceof Step.Fail fail) {
            fail(fail.cause());
        } else {
            deliver();
        }
    }

    private void await(Pause pause) {
        waiting.set(pause);
        transport.waiting(this::cancel);
        when(pause.next(), step -> {
            if (waiting.compareAndSet(pause, null)) {
                advance(step);
            }
        });
    }

    private void cancel() {
        Pause pause = waiting.getAndSet(null);
        if (pause != null) {
            pause.abandon();
            fail(transport.cancellation());
        }
    }

    /** Lets the rest of a short body pass, so that its connection can be used again, unless that takes time. */
    private void discard(R unwanted, Attempt next) {
        long length = transport.view(unwanted).contentLength();
        CompletableFuture<Void> passed = transport.drain(unwanted);
        if (passed.isDone() || slow || length > BodyStream.LONGEST_DRAIN) {
            discarded(unwanted, next);
        } else {
            when(
                    passed.copy().completeOnTimeout(null, BodyStream.DRAIN_MILLIS, TimeUnit.MILLISECONDS),
                    done -> discarded(unwanted, next));
        }
    }

    private void discarded(R unwanted, Attempt next) {
        try {
            transport.discard(unwanted);
        } catch (RuntimeException e) {
            next.unsent();
            throw e;
        }
        whenDurable(next);
    }

    private void whenDurable(Attempt attempt) {
        if (call.mustBecomeDurable()) {
            CompletableFuture<Void> durable =
                    call.durable().toCompletableFuture().copy();
            when(durable.completeOnTimeout(null, DURABLE_MILLIS, TimeUnit.MILLISECONDS), done -> send(attempt));
        } else {
            send(attempt);
        }
    }

    private void send(Attempt attempt) {
        last = attempt;
        slow = false;
        if (transport.cancelled()) {
            attempt.cancelled();
            fail(transport.cancellation());
            return;
        }
        try {
            transport.send(attempt, new AsyncTransport.Reply<>() {
                @Override
                public void answered(R answer) {
                    look(attempt, answer);
                }

                @Override
                public void failed(Throwable cause) {
                    AsyncDriver.this.failed(attempt, cause);
                }
            });
        } catch (Exception e) {
            failed(attempt, e);
        } catch (Error e) {
            attempt.cancelled();
            throw e;
        }
    }

    /** Waits for as much of the body as the judgement of this kind of answer may need. */
    private void look(Attempt attempt, R answer) {
        held = answer;
        ResponseView view = transport.view(answer);
        Duration hold = view.fromNetwork() ? call.hold(view) : Duration.ZERO;
        if (!hold.isZero()) {
            holdForEvent(attempt, answer, hold);
            return;
        }
        int bytes = bytesToSee(view);
        CompletableFuture<Void> seen =
                bytes == 0 ? CompletableFuture.completedFuture(null) : transport.gather(answer, bytes);
        if (seen.isDone()) {
            judge(attempt, answer);
            return;
        }
        if (bytes == 1) {
            when(seen, done -> judge(attempt, answer));
            return;
        }
        CompletableFuture<Boolean> late = seen.thenApply(done -> false);
        late.completeOnTimeout(true, TimeUnit.MILLISECONDS.convert(Look.ERROR.patience()), TimeUnit.MILLISECONDS);
        when(late, isLate -> {
            slow = isLate;
            judge(attempt, answer);
        });
    }

    /** Waits until the first event is whole, there is no more to come, or the time is over. */
    private void holdForEvent(Attempt attempt, R answer, Duration hold) {
        CompletableFuture<Boolean> seen = new CompletableFuture<>();
        gatherEvent(answer, new FirstEvent(), 0, seen);
        if (!seen.isDone()) {
            seen.completeOnTimeout(false, TimeUnit.MILLISECONDS.convert(hold), TimeUnit.MILLISECONDS);
        }
        when(seen, inTime -> {
            slow = !inTime;
            if (inTime) {
                judge(attempt, answer);
            } else {
                // The time was kept on a thread that all timeouts of the process share, and a delivery may block.
                BodyReaders.INSTANCE.execute(() -> guarded(late -> judge(attempt, late), answer));
            }
        });
    }

    /** Looks at what has come behind the bytes known, and again when more has, until that is enough. */
    private void gatherEvent(R answer, FirstEvent event, int known, CompletableFuture<Boolean> seen) {
        int looked = known;
        while (!seen.isDone()) {
            CompletableFuture<Void> more = transport.gather(answer, looked + 1);
            if (!more.isDone()) {
                int from = looked;
                when(more, done -> gatherEvent(answer, event, from, seen));
                return;
            }
            byte[] here = transport.view(answer).prefix(ResponseView.LONGEST_PREFIX, Look.FIRST_READ);
            if (here.length == looked
                    || event.accept(here, looked, here.length)
                    || here.length == ResponseView.LONGEST_PREFIX) {
                seen.complete(true);
            }
            looked = here.length;
        }
    }

    /** As {@link ResponseView#bodyPrefix} without asking back; media and events hide no error that we would know. */
    private static int bytesToSee(ResponseView answer) {
        if (!answer.hasBody() || answer.contentLength() == 0 || !answer.fromNetwork()) {
            return 0;
        }
        if (answer.status() >= 400) {
            return ResponseView.LONGEST_PREFIX;
        }
        String type = answer.header("Content-Type");
        boolean text = type == null || type.startsWith("text/") || type.startsWith("application/json");
        return text && !ResponseView.isEventStream(type) ? 1 : 0;
    }

    private void judge(Attempt attempt, R answer) {
        Step step;
        try {
            step = attempt.answered(transport.view(answer));
        } catch (RuntimeException | Error e) {
            attempt.cancelled();
            step = new Step.Fail(e);
        }
        if (step == Step.Deliver.DELIVER && attempt.wasHeld() && transport.cancelled()) {
            attempt.cancelled();
            step = new Step.Fail(transport.cancellation());
        }
        advance(step);
    }

    private void failed(Attempt attempt, Throwable cause) {
        if (transport.cancelled() || !(cause instanceof IOException)) {
            attempt.cancelled();
            fail(cause);
        } else {
            advance(attempt.failed(cause));
        }
    }

    private void deliver() {
        R answer = held;
        Attempt attempt = last;
        held = null;
        if (answer == null || attempt == null) {
            fail(new IllegalStateException("nothing to deliver"));
            return;
        }
        try {
            transport.deliver(answer, attempt);
        } catch (Exception e) {
            attempt.cancelled();
            transport.discard(answer);
            transport.fail(e);
        }
    }

    /** Goes on when something is done; what is thrown then has no caller, so it ends the call. */
    private <T> void when(CompletableFuture<T> done, Consumer<? super T> next) {
        var unused = done.whenComplete((value, never) -> guarded(next, value));
    }

    private <T> void guarded(Consumer<? super T> next, T value) {
        try {
            next.accept(value);
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    private void fail(@Nullable Throwable cause) {
        R unwanted = held;
        held = null;
        if (unwanted != null) {
            transport.discard(unwanted);
        }
        transport.fail(cause == null ? new IllegalStateException("a call failed without a cause") : cause);
    }
}
