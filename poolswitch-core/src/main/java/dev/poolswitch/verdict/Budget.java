package dev.poolswitch.verdict;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One bucket of a provider's budget headers, as told by an answer. Immutable.
 *
 * @param scope whose budget it is
 * @param unit what is counted
 * @param limit the bucket's size; -1 when not told
 * @param remaining what is left of it; -1 when not told
 * @param reset how long until the bucket is full again, counted from the answer; {@code null} when not told
 */
public record Budget(
        Scope scope,
        Unit unit,
        long limit,
        long remaining,
        @Nullable Duration reset) {

    /** What a budget counts. */
    public enum Unit {
        /** Calls. */
        REQUESTS,
        /** Tokens of input, output or both. */
        TOKENS
    }

    public Budget {
        Objects.requireNonNull(scope, "scope");
        Objects.requireNonNull(unit, "unit");
    }
}
