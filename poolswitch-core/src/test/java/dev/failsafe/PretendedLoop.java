package dev.failsafe;

/** Stands on the stack where the retry loop of a library would. */
public final class PretendedLoop {

    private PretendedLoop() {}

    /** Repeats as a loop without back-off does. */
    public static void times(int attempts, Runnable attempt) {
        for (int i = 0; i < attempts; i++) {
            attempt.run();
        }
    }
}
