package dev.poolswitch.testkit.server;

/** In whose shape a provider reports errors and budgets. */
public enum Dialect {
    /** {@code {"error":{"message","type","param","code"}}} and {@code x-ratelimit-*} headers. */
    OPENAI,

    /** {@code {"type":"error","error":{"type","message"}}} and {@code anthropic-ratelimit-*} headers. */
    ANTHROPIC,

    /** {@code {"error":{"code","message","status","details"}}} with the wait in {@code RetryInfo}; no headers. */
    GOOGLE
}
