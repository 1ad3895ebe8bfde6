package dev.poolswitch.http;

/**
 * What an exchange does next. An adapter that drives the exchange itself switches over the four; most use
 * {@link BlockingDriver}.
 *
 * <ul>
 *   <li>{@link Attempt}: discard the answer that is held, if any, send the request with the attempt's key, then end the
 *       attempt;
 *   <li>{@link Pause}: wait for the step that it promises, holding on to the answer;
 *   <li>{@link Deliver}: give the answer that is held to the application, its body tapped by the attempt;
 *   <li>{@link Fail}: throw the exception.
 * </ul>
 */
public sealed interface Step permits Attempt, Pause, Step.Deliver, Step.Fail {

    /** Give the answer that is held to the application. */
    enum Deliver implements Step {
        /** The one instance. */
        DELIVER
    }

    /**
     * Throw to the application.
     *
     * @param cause what to throw, unchanged: an {@link java.io.IOException} or what the client threw
     */
    record Fail(Throwable cause) implements Step {}
}
