package dev.poolswitch.testkit.server;

/** How a provider counts what a limit allows. */
public enum WindowKind {
    /** Windows follow one another from the start of the provider; at each boundary everything is allowed again. */
    FIXED,

    /** Whatever was admitted counts for exactly one window from its admission. */
    SLIDING,

    /** A bucket that is full at the start and refills evenly, the whole of it in one window. */
    TOKEN_BUCKET
}
