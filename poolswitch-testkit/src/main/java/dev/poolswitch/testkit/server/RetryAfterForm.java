package dev.poolswitch.testkit.server;

/** How a provider tells the wait when a limit is reached. */
public enum RetryAfterForm {
    /** Not at all. */
    NONE,

    /** {@code Retry-After} in seconds, rounded up. */
    SECONDS,

    /** {@code Retry-After} as an IMF-fixdate, rounded up to a second, beside a {@code Date}. */
    HTTP_DATE,

    /** {@code retry-after-ms}, rounded up. */
    MILLIS
}
