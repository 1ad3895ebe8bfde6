package dev.poolswitch.verdict;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A set of status codes: single ones, ranges and classes. The empty set stands for all. Immutable. */
record StatusRanges(List<Range> ranges) {

    static final StatusRanges ALL = new StatusRanges(List.of());

    record Range(int from, int to) {}

    boolean contains(int status) {
        if (ranges.isEmpty()) {
            return true;
        }
        for (Range range : ranges) {
            if (status >= range.from && status <= range.to) {
                return true;
            }
        }
        return false;
    }

    /** Reads {@code 429}, {@code 500-599} or {@code 5xx}; {@code null} for anything else. */
    static @Nullable Range range(String text) {
        if (text.length() == 3 && text.endsWith("xx") && text.charAt(0) >= '1' && text.charAt(0) <= '5') {
            int first = (text.charAt(0) - '0') * 100;
            return new Range(first, first + 99);
        }
        int dash = text.indexOf('-');
        int from = Digits.small(dash < 0 ? text : text.substring(0, dash).trim());
        int to = dash < 0 ? from : Digits.small(text.substring(dash + 1).trim());
        return from < 100 || to > 999 || to < from ? null : new Range(from, to);
    }
}
