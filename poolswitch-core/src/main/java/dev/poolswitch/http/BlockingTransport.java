package dev.poolswitch.http;

import java.io.IOException;

/**
 * The verbs of a client that answers on the thread that asked, over its own type of answer.
 *
 * @param <R> the client's answer
 */
public interface BlockingTransport<R> {

    /**
     * Sends the request with an attempt's key and returns when the answer's head has come.
     *
     * @throws IOException what the client throws
     */
    R send(Attempt attempt) throws IOException;

    /** The answer as the exchange sees it. */
    ResponseView view(R answer);

    /** The answer as the application gets it: its body tapped by the attempt while that {@link Attempt#isOpen()}. */
    R deliver(R answer, Attempt attempt);

    /** Gives an answer back that nobody will read: drained when that is quick, else its connection is dropped. */
    void discard(R answer);

    /**
     * A wait begins, perhaps for a key that another call gives back, and the answer may still be delivered after it. A
     * client whose connections are limited frees this one's if it can, or the two calls could wait for each other.
     */
    default void hold(R answer) {}

    /** Whether the application has given up. Asked often during a wait. */
    boolean cancelled();

    /** What the client throws when the application has given up. */
    IOException cancellation();
}
