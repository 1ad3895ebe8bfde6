package dev.poolswitch.http;

import java.util.concurrent.CompletableFuture;

/**
 * The verbs of a client that answers through callbacks, over its own type of answer. None of them blocks. The driver uses
 * them one after the other, though not on one thread.
 *
 * @param <R> the client's answer, from its head on
 */
public interface AsyncTransport<R> {

    /**
     * Sends the request with an attempt's key. Exactly one of the reply's methods is called, on any thread, also on this
     * one. What is thrown counts as a failure.
     *
     * @throws Exception what the client throws
     */
    void send(Attempt attempt, Reply<R> reply) throws Exception;

    /** The answer as the exchange sees it. Its body's prefix is what {@link #gather} has gathered by then. */
    ResponseView view(R answer);

    /**
     * Keeps the beginning of the body; the application will get it all the same. May be asked again, for more.
     *
     * @return completes, never with a failure, when so many bytes are there, the body is complete, or it broke off
     */
    CompletableFuture<Void> gather(R answer, int bytes);

    /** Completes, never with a failure, when the body has passed to its end, so that the connection can be used again. */
    CompletableFuture<Void> drain(R answer);

    /** Drops an answer that nobody will read; the connection with it, unless the body has passed. */
    void discard(R answer);

    /**
     * Gives the answer to the application, its body tapped by the attempt while that {@link Attempt#isOpen()}.
     *
     * @throws Exception what the application's callbacks throw
     */
    void deliver(R answer, Attempt attempt) throws Exception;

    /**
     * A wait begins, during which nothing is sent. When the application gives up, or has done so already, {@code cancel} is
     * to be run, on any thread; later it does nothing.
     */
    void waiting(Runnable cancel);

    /** Ends the call with a failure. */
    void fail(Throwable cause);

    /** Whether the application has given up. */
    boolean cancelled();

    /** What the client reports when the application has given up. */
    Throwable cancellation();

    /**
     * How a send ended.
     *
     * @param <R> the client's answer
     */
    interface Reply<R> {

        /** The answer's head has come. */
        void answered(R answer);

        /** No answer came. */
        void failed(Throwable cause);
    }
}
