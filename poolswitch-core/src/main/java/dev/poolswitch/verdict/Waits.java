package dev.poolswitch.verdict;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the wait that an answer states. The order is the one in which providers mean it: {@code retry-after-ms},
 * {@code Retry-After} (the longest valid value), body fields, google.rpc.RetryInfo, the reset of the bucket that is at
 * 0, prose. An unusable value is passed over for the next source.
 */
final class Waits {

    private static final List<String> MILLIS_HEADERS = List.of("retry-after-ms", "x-ms-retry-after-ms");

    private static final List<String> SECONDS_HEADERS = List.of("retry-after");

    private static final List<String> SECONDS_PATHS = List.of(
            "retry_after",
            "error.retry_after",
            "error.metadata.retry_after",
            "error.metadata.retry_after_seconds",
            "error.metadata.headers.Retry-After",
            "parameters.retry_after",
            "retryAfter",
            "error.retryAfter",
            "retry_after_seconds",
            "detail.retry_after",
            "estimated_time",
            "error.estimated_time",
            "error.metadata.resets_at",
            "error.resets_at",
            "resets_at",
            "error.details[*].retryDelay",
            "error.details[*].retryDelay.seconds",
            "errors[*].extensions.retryAfter");

    private static final List<String> MILLIS_PATHS = List.of("retry_after_ms", "error.retry_after_ms");

    private Waits() {}

    /**
     * The wait that the answer states.
     *
     * @param atLeast shorter waits are not believed, except a date on which access is regained
     */
    static @Nullable Duration stated(Evidence evidence, Duration atLeast) {
        Duration wait = longer(atLeast, ofHeaders(evidence.answer(), MILLIS_HEADERS, evidence.now(), true));
        if (wait == null) {
            wait = longer(atLeast, ofHeaders(evidence.answer(), SECONDS_HEADERS, evidence.now(), false));
        }
        if (wait == null) {
            wait = longer(atLeast, ofBody(evidence));
        }
        if (wait == null) {
            wait = longer(atLeast, ofSpentBuckets(evidence.buckets()));
        }
        if (wait == null) {
            wait = longer(atLeast, ofProse(evidence));
        }
        return wait != null ? wait : regainAccess(evidence);
    }

    private static @Nullable Duration longer(Duration atLeast, @Nullable Duration wait) {
        return wait == null || wait.compareTo(atLeast) < 0 ? null : wait;
    }

    /** {@code retry-after-ms}, else {@code Retry-After}. */
    static @Nullable Duration retryAfter(Answer answer) {
        Instant now = Evidence.clock(answer);
        Duration millis = ofHeaders(answer, MILLIS_HEADERS, now, true);
        return millis != null ? millis : ofHeaders(answer, SECONDS_HEADERS, now, false);
    }

    private static @Nullable Duration ofHeaders(Answer answer, List<String> names, Instant now, boolean millis) {
        Duration longest = null;
        for (String name : names) {
            for (String value : answer.headers(name)) {
                Duration wait = millis ? WaitText.millis(value) : WaitText.retryAfter(value, now);
                if (wait != null && (longest == null || wait.compareTo(longest) > 0)) {
                    longest = wait;
                }
            }
        }
        return longest;
    }

    /** The wait in a header of any format; {@code null} when there is none or it is unusable. */
    static @Nullable Duration ofHeader(Evidence evidence, String name) {
        for (String value : evidence.answer().headers(name)) {
            Duration wait = WaitText.reset(value, evidence.now());
            if (wait != null) {
                return wait;
            }
        }
        return null;
    }

    /** The wait at a path of the body; {@code null} when there is none or it is unusable. */
    static @Nullable Duration ofPath(Evidence evidence, String path) {
        for (FlatJson.Entry entry : evidence.json().entries()) {
            if (entry.value() != null && JsonPath.matches(path, entry.path())) {
                Duration wait = WaitText.reset(entry.value(), evidence.now());
                if (wait != null) {
                    return wait;
                }
            }
        }
        return null;
    }

    private static @Nullable Duration ofBody(Evidence evidence) {
        for (FlatJson.Entry entry : evidence.json().entries()) {
            String value = entry.value();
            if (value != null && MILLIS_PATHS.contains(entry.path())) {
                Duration wait = WaitText.millis(value);
                if (wait != null) {
                    return wait;
                }
            }
        }
        for (String path : SECONDS_PATHS) {
            Duration wait = ofPath(evidence, path);
            if (wait != null) {
                return wait;
            }
        }
        return null;
    }

    private static @Nullable Duration ofSpentBuckets(List<Bucket> buckets) {
        Duration longest = null;
        for (Bucket bucket : buckets) {
            Duration reset = bucket.remaining() == 0 ? bucket.reset() : null;
            if (reset != null && (longest == null || reset.compareTo(longest) > 0)) {
                longest = reset;
            }
        }
        return longest;
    }

    /** The wait that one of the messages speaks of. */
    static @Nullable Duration ofProse(Evidence evidence) {
        for (String message : evidence.messages()) {
            Duration wait = WaitText.prose(message);
            if (wait != null) {
                return wait;
            }
        }
        return null;
    }

    private static @Nullable Duration regainAccess(Evidence evidence) {
        for (String message : evidence.messages()) {
            Duration wait = WaitText.regainAccess(message, evidence.now());
            if (wait != null) {
                return wait;
            }
        }
        return null;
    }

    /** The wait until the next midnight of a zone, where a provider resets its days. */
    static Duration untilMidnight(ZoneId zone, Instant now) {
        ZonedDateTime local = now.atZone(zone);
        return Duration.between(local, local.toLocalDate().plusDays(1).atStartOfDay(zone));
    }
}
