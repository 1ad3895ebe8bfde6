package dev.poolswitch.testkit.server;

/** Why a provider refuses or fails a request. */
enum Problem {
    MISSING_KEY,
    UNKNOWN_KEY,
    DEACTIVATED,
    FORBIDDEN_MODEL,
    OUT_OF_QUOTA,
    TOO_LARGE,
    TOO_MANY_REQUESTS,
    TOO_MANY_TOKENS,
    TOO_MANY_AT_ONCE,
    BAD_REQUEST,
    NOT_FOUND,
    SERVER_ERROR,
    OVERLOADED;

    /** Whether the key's limits were reached, so that the request would be welcome later. */
    boolean isOverLimit() {
        return this == TOO_MANY_REQUESTS || this == TOO_MANY_TOKENS || this == TOO_MANY_AT_ONCE;
    }
}
