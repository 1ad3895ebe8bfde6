package dev.poolswitch.testkit.server;

/**
 * How often a provider fails although the key is good. Immutable; each rate is a probability between 0 and 1.
 *
 * @param serverErrors answers with 500
 * @param overloads answers with 503 (Anthropic: 529)
 * @param resets connections reset after the request
 * @param hangs requests that are never answered
 */
public record Faults(double serverErrors, double overloads, double resets, double hangs) {
    /**
     * Checks the rates.
     *
     * @throws IllegalArgumentException if a rate is negative or not a number or they add up to more than 1
     */
    public Faults {
        double sum = serverErrors + overloads + resets + hangs;
        double least = Math.min(Math.min(serverErrors, overloads), Math.min(resets, hangs));
        if (!(least >= 0 && sum <= 1.000_001)) {
            throw new IllegalArgumentException("rates must be 0 or more and add up to 1 at most");
        }
    }

    /** No faults. */
    public static Faults none() {
        return new Faults(0, 0, 0, 0);
    }

    /** With this rate of 500s. */
    public Faults withServerErrors(double rate) {
        return new Faults(rate, overloads, resets, hangs);
    }

    /** With this rate of 503s. */
    public Faults withOverloads(double rate) {
        return new Faults(serverErrors, rate, resets, hangs);
    }

    /** With this rate of resets. */
    public Faults withResets(double rate) {
        return new Faults(serverErrors, overloads, rate, hangs);
    }

    /** With this rate of requests that are never answered. */
    public Faults withHangs(double rate) {
        return new Faults(serverErrors, overloads, resets, rate);
    }
}
