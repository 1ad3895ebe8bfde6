package dev.poolswitch.verdict;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The lists of the IETF's RateLimit fields (draft-ietf-httpapi-ratelimit-headers): {@code RateLimit: "burst";r=50;t=30}
 * with {@code RateLimit-Policy: "burst";q=100;w=60}, the dictionary of draft 07 ({@code limit=100, remaining=42,
 * reset=30}) and the windows that older drafts appended to a limit ({@code 100, 100;w=60, 10000;w=86400}). Lenient:
 * members that are malformed are left out, as the draft demands.
 */
final class RateLimitFields {

    private static final int MOST_MEMBERS = 16;

    /** A limit with its window. */
    record Window(long count, @Nullable Duration length) {}

    /** A member of a structured list. A repeated string wins: Hugging Face sends {@code "fixed window";"api";q=500}. */
    private record Member(String name, List<String> parameters) {

        @Nullable
        String value(String key) {
            for (String parameter : parameters) {
                if (parameter.startsWith(key) && parameter.startsWith("=", key.length())) {
                    return unquoted(parameter.substring(key.length() + 1));
                }
            }
            return null;
        }

        long number(String key) {
            String value = value(key);
            return value == null ? -1 : Digits.count(value);
        }
    }

    private RateLimitFields() {}

    /** The buckets that a {@code RateLimit} field and its policy describe. */
    static List<Bucket> buckets(String items, @Nullable String policy, Instant now) {
        List<Member> members = members(items);
        List<Member> policies = policy == null ? List.of() : members(policy);
        List<Bucket> buckets = new ArrayList<>();
        for (Member member : members) {
            long remaining = member.number("r");
            if (remaining >= 0) {
                buckets.add(bucket(member, remaining, policies, now));
            }
        }
        if (buckets.isEmpty()) {
            addDictionary(members, policies, buckets, now);
        }
        return buckets;
    }

    private static Bucket bucket(Member member, long remaining, List<Member> policies, Instant now) {
        Member policy = null;
        for (Member candidate : policies) {
            if (candidate.name.equals(member.name)) {
                policy = candidate;
            }
        }
        if (policy == null && policies.size() == 1) {
            policy = policies.get(0);
        }
        String t = member.value("t");
        Duration reset = t == null ? null : WaitText.reset(t, now);
        Duration window = policy == null ? null : seconds(policy.number("w"));
        if (window == null && (member.name.equals("daily") || member.name.equals("day"))) {
            window = Duration.ofDays(1);
        }
        return new Bucket(unit(policy), policy == null ? -1 : policy.number("q"), remaining, reset, window, false);
    }

    private static Budget.@Nullable Unit unit(@Nullable Member policy) {
        String unit = policy == null ? null : policy.value("qu");
        if (unit == null || unit.equals("requests")) {
            return Budget.Unit.REQUESTS;
        }
        return unit.equals("tokens") ? Budget.Unit.TOKENS : null;
    }

    private static void addDictionary(List<Member> members, List<Member> policies, List<Bucket> buckets, Instant now) {
        long limit = -1;
        long remaining = -1;
        Duration reset = null;
        for (Member member : members) {
            int equals = member.name.indexOf('=');
            if (equals > 0) {
                String value = member.name.substring(equals + 1);
                switch (member.name.substring(0, equals)) {
                    case "limit" -> limit = Digits.count(value);
                    case "remaining" -> remaining = Digits.count(value);
                    case "reset" -> reset = WaitText.reset(value, now);
                    default -> {}
                }
            }
        }
        if (remaining >= 0) {
            Duration window = policies.size() == 1 ? seconds(policies.get(0).number("w")) : null;
            buckets.add(new Bucket(Budget.Unit.REQUESTS, limit, remaining, reset, window, false));
        }
    }

    /** The limits of {@code 100, 100;w=60, 10000;w=86400} or of a policy; a single one may have thousands commas. */
    static List<Window> windows(@Nullable String text) {
        if (text == null) {
            return List.of();
        }
        long single = Digits.count(text);
        if (single >= 0) {
            return List.of(new Window(single, null));
        }
        List<Window> windows = new ArrayList<>();
        for (Member member : members(text)) {
            long count = Digits.count(member.name);
            long length = Math.max(member.number("w"), member.number("window"));
            if (count >= 0) {
                windows.add(new Window(count, seconds(length)));
            }
        }
        return windows;
    }

    /** Of several windows the one that a single reset must belong to: the shortest that is not shorter than it. */
    static @Nullable Duration windowOf(List<Window> windows, @Nullable Duration reset) {
        Duration fitting = null;
        for (Window window : windows) {
            Duration length = window.length;
            if (length != null
                    && (reset == null || length.compareTo(reset) >= 0)
                    && (fitting == null || length.compareTo(fitting) < 0)) {
                fitting = length;
            }
        }
        return fitting;
    }

    private static @Nullable Duration seconds(long count) {
        return count <= 0 ? null : Duration.ofSeconds(count);
    }

    private static List<Member> members(String text) {
        List<Member> members = new ArrayList<>();
        for (String member : split(text, ',')) {
            List<String> parts = split(member, ';');
            String name = "";
            List<String> parameters = new ArrayList<>();
            for (int i = 0; i < parts.size(); i++) {
                String part = parts.get(i);
                if (i == 0 || part.startsWith("\"")) {
                    name = unquoted(part);
                } else {
                    parameters.add(part);
                }
            }
            members.add(new Member(name.toLowerCase(Locale.ROOT), parameters));
        }
        return members;
    }

    private static String unquoted(String text) {
        return text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")
                ? text.substring(1, text.length() - 1)
                : text;
    }

    private static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        boolean quoted = false;
        int from = 0;
        for (int i = 0; i < text.length() && parts.size() < MOST_MEMBERS; i++) {
            char c = text.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == separator && !quoted) {
                parts.add(text.substring(from, i).trim());
                from = i + 1;
            }
        }
        parts.add(text.substring(from).trim());
        return parts;
    }
}
