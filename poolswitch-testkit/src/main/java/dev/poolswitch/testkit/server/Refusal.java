package dev.poolswitch.testkit.server;

/**
 * A problem with what an error message tells about it.
 *
 * @param limit the limit that was reached, 0 if none was
 * @param remaining what is left of it
 * @param requested what the request would have needed
 * @param waitNanos how long until it might be admitted, 0 if nobody knows
 */
record Refusal(Problem problem, String model, long limit, long remaining, long requested, long waitNanos) {
    static Refusal of(Problem problem, String model) {
        return new Refusal(problem, model, 0, 0, 0, 0);
    }
}
