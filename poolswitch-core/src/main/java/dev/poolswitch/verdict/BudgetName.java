package dev.poolswitch.verdict;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the name of a budget header says. Providers agree on the words and on nothing else, so the words are read, not a
 * list of names: {@code x-ratelimit-remaining-req-minute}, {@code anthropic-ratelimit-input-tokens-reset},
 * {@code ratelimitbysize-remaining}, {@code RateLimit-Policy}. A name with a word that is not known here is no budget
 * ({@code x-ratelimit-over-limit}, {@code x-ratelimit-remaining-images}).
 *
 * @param role which of a bucket's values the header holds; {@code NONE} for a header that is no budget
 * @param bucket the name without its role: headers of one bucket share it
 * @param unit what is counted; {@code null} when the bucket only gates
 * @param window the bucket's window when the name tells it
 * @param shared whether the bucket belongs to the project or organisation rather than to the key
 */
record BudgetName(
        Role role,
        String bucket,
        Budget.@Nullable Unit unit,
        @Nullable Duration window,
        boolean shared) {

    enum Role {
        NONE,
        LIMIT,
        REMAINING,
        RESET,
        POLICY,
        /** {@code RateLimit} of the IETF draft: a list of whole buckets. */
        ITEMS,
        /** {@code anthropic-ratelimit-unified-status}: {@code allowed}, {@code allowed_warning} or {@code rejected}. */
        STATUS
    }

    static final BudgetName NOTHING = new BudgetName(Role.NONE, "", null, null, false);

    private static final int LONGEST_NAME = 80;
    private static final Duration MONTH = Duration.ofDays(30);

    static BudgetName of(String headerName) {
        if (headerName.length() > LONGEST_NAME) {
            return NOTHING;
        }
        String name = headerName.toLowerCase(Locale.ROOT).replace("rate-limit", "ratelimit");
        if (!name.contains("limit") && !name.contains("endpoint-call") && !name.contains("-priority-")) {
            return NOTHING;
        }
        return new Words().read(name);
    }

    /** The words of one name, read from left to right. */
    private static final class Words {

        private final StringBuilder bucket = new StringBuilder();
        private Role role = Role.NONE;
        private Budget.@Nullable Unit unit = Budget.Unit.REQUESTS;
        private @Nullable Duration window;
        private boolean shared;
        private boolean family;
        private boolean bare = true;

        BudgetName read(String name) {
            for (String word : name.split("-", -1)) {
                if ((!family && isFamily(word)) || isRole(word)) {
                    continue;
                }
                if (!isUnit(word) && !isWindow(word) && !isQualifier(word) && family) {
                    return NOTHING;
                }
                bare &= !family;
                bucket.append('-').append(word);
            }
            if (family && role == Role.NONE && bare && bucket.toString().equals("-ratelimit")) {
                role = Role.ITEMS;
            }
            return family && role != Role.NONE
                    ? new BudgetName(role, bucket.substring(1), unit, window, shared)
                    : NOTHING;
        }

        private boolean isFamily(String word) {
            switch (word) {
                case "ratelimit", "priority", "endpoint" -> family = true;
                case "tokenlimit", "ratelimitbysize" -> {
                    family = true;
                    unit = Budget.Unit.TOKENS;
                }
                default -> {
                    return false;
                }
            }
            bucket.append('-').append(word);
            return true;
        }

        private boolean isRole(String word) {
            Role named = switch (word) {
                case "limit" -> Role.LIMIT;
                case "remaining" -> Role.REMAINING;
                case "reset" -> Role.RESET;
                case "policy" -> Role.POLICY;
                case "status" -> Role.STATUS;
                default -> Role.NONE;
            };
            if (named != Role.NONE) {
                role = named;
            }
            return named != Role.NONE;
        }

        private boolean isUnit(String word) {
            switch (word) {
                case "token", "tokens" -> unit = Budget.Unit.TOKENS;
                case "request", "requests", "req", "call", "calls" -> unit = Budget.Unit.REQUESTS;
                case "unified" -> unit = null;
                default -> {
                    return false;
                }
            }
            return true;
        }

        private boolean isWindow(String word) {
            Duration named = switch (word) {
                case "second", "1s" -> Duration.ofSeconds(1);
                case "minute", "min", "1m" -> Duration.ofMinutes(1);
                case "hour", "hourly", "1h" -> Duration.ofHours(1);
                case "5h" -> Duration.ofHours(5);
                case "day", "daily", "1d" -> Duration.ofDays(1);
                case "7d", "week", "weekly" -> Duration.ofDays(7);
                case "month", "monthly" -> MONTH;
                default -> null;
            };
            if (named != null) {
                window = named;
            }
            return named != null;
        }

        private boolean isQualifier(String word) {
            return switch (word) {
                case "input", "output", "user", "key", "global", "trial" -> true;
                case "project", "organization", "org" -> {
                    shared = true;
                    yield true;
                }
                default -> false;
            };
        }
    }
}
