package dev.poolswitch.http;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Drives a call on the caller's thread: send, look, repeat, deliver. Whatever happens, each answer that is not delivered
 * is discarded and each attempt is ended.
 */
public final class BlockingDriver {

    /** Clients that cannot call back when a call is cancelled are asked this often. */
    private static final long CANCEL_POLL_MILLIS = 25;
    /** A store that hangs delays a repetition by this and no longer. */
    private static final long DURABLE_MILLIS = 1000;

    private BlockingDriver() {}

    /**
     * Runs a call to its end.
     *
     * @return the answer, its body tapped
     * @throws IOException what the client threw last, {@link dev.poolswitch.NoKeyAvailableException} when no key could
     *     be had, {@link InterruptedIOException} when the thread was interrupted during a wait (its flag stays set)
     */
    public static <R> R run(HttpCall call, BlockingTransport<R> transport) throws IOException {
        R held = null;
        boolean handedOver = false;
        try {
            Attempt last = null;
            Step step = call.start();
            while (true) {
                if (step instanceof Attempt attempt) {
                    if (held != null) {
                        R discarded = held;
                        held = null;
                        discard(transport, discarded, attempt);
                        ensureDurable(call, attempt);
                    }
                    last = attempt;
                    if (transport.cancelled()) {
                        attempt.cancelled();
                        throw transport.cancellation();
                    }
                    try {
                        held = transport.send(attempt);
                    } catch (IOException | RuntimeException e) {
                        step = failed(attempt, e, transport);
                        continue;
                    } catch (Error e) {
                        attempt.cancelled();
                        throw e;
                    }
                    step = answered(attempt, transport.view(held));
                    if (step == Step.Deliver.DELIVER && attempt.wasHeld()) {
                        ensureWanted(attempt, transport);
                    }
                } else if (step instanceof Pause pause) {
                    hold(transport, held, pause);
                    step = await(pause, transport);
                } else if (step instanceof Step.Fail fail) {
                    throw thrown(fail.cause());
                } else if (held != null && last != null) {
                    R delivered = transport.deliver(held, last);
                    handedOver = true;
                    return delivered;
                } else {
                    throw new IllegalStateException("nothing to deliver");
                }
            }
        } finally {
            if (held != null && !handedOver) {
                transport.discard(held);
            }
        }
    }

    private static <R> void discard(BlockingTransport<R> transport, R answer, Attempt next) {
        try {
            transport.discard(answer);
        } catch (RuntimeException e) {
            next.unsent();
            throw e;
        }
    }

    private static <R> void hold(BlockingTransport<R> transport, @Nullable R answer, Pause pause) {
        if (answer != null) {
            try {
                transport.hold(answer);
            } catch (RuntimeException e) {
                pause.abandon();
                throw e;
            }
        }
    }

    private static Step answered(Attempt attempt, ResponseView view) {
        try {
            return attempt.answered(view);
        } catch (RuntimeException | Error e) {
            attempt.cancelled();
            throw e;
        }
    }

    private static Step failed(Attempt attempt, Exception failure, BlockingTransport<?> transport) {
        if (transport.cancelled() || !(failure instanceof IOException)) {
            attempt.cancelled();
            return new Step.Fail(failure);
        }
        return attempt.failed(failure);
    }

    private static Step await(Pause pause, BlockingTransport<?> transport) throws IOException {
        while (true) {
            if (transport.cancelled()) {
                pause.abandon();
                throw transport.cancellation();
            }
            try {
                return pause.next().get(CANCEL_POLL_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                // Time to ask again whether the application still waits.
            } catch (InterruptedException e) {
                pause.abandon();
                Thread.currentThread().interrupt();
                throw interrupted();
            } catch (ExecutionException e) {
                throw new IllegalStateException("a pause never fails", e);
            }
        }
    }

    /** While an answer was held back, the application may have given up. */
    private static void ensureWanted(Attempt attempt, BlockingTransport<?> transport) throws IOException {
        if (transport.cancelled()) {
            attempt.cancelled();
            throw transport.cancellation();
        }
        if (Thread.currentThread().isInterrupted()) {
            attempt.cancelled();
            throw new InterruptedIOException("interrupted while an answer was held back for its first event");
        }
    }

    private static void ensureDurable(HttpCall call, Attempt next) throws IOException {
        if (!call.mustBecomeDurable()) {
            return;
        }
        CompletableFuture<Void> durable = call.durable().toCompletableFuture();
        try {
            durable.get(DURABLE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            System.getLogger("dev.poolswitch")
                    .log(System.Logger.Level.DEBUG, "the store hangs; the call goes on without it");
        } catch (InterruptedException e) {
            next.unsent();
            Thread.currentThread().interrupt();
            throw interrupted();
        } catch (ExecutionException e) {
            next.unsent();
            throw new IllegalStateException("a commit never fails", e);
        }
    }

    private static InterruptedIOException interrupted() {
        return new InterruptedIOException("interrupted while waiting to repeat a call");
    }

    private static IOException thrown(@Nullable Throwable cause) {
        if (cause instanceof IOException io) {
            return io;
        }
        if (cause instanceof RuntimeException runtime) {
            throw runtime;
        }
        if (cause instanceof Error error) {
            throw error;
        }
        return new IOException(cause);
    }
}
