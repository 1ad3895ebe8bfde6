package dev.poolswitch.verdict;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One bucket as the budget headers of an answer describe it.
 *
 * @param unit what is counted; {@code null} when it is neither requests nor tokens
 * @param limit its size; -1 when not told
 * @param remaining what is left; -1 when not told
 * @param reset until it is full again; {@code null} when not told
 * @param window its length; {@code null} when not known
 * @param shared whether it belongs to the project or organisation rather than to the key
 */
record Bucket(
        Budget.@Nullable Unit unit,
        long limit,
        long remaining,
        @Nullable Duration reset,
        @Nullable Duration window,
        boolean shared) {

    /** A provider tells no window but a far reset: then the window is at least that long. */
    boolean spent(Duration minimalWindow) {
        return remaining == 0
                && ((window != null && window.compareTo(minimalWindow) >= 0)
                        || (reset != null && reset.compareTo(minimalWindow) >= 0));
    }
}
