package dev.poolswitch.verdict;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads one rule from the maps and lists that a JSON or YAML parser makes, and says exactly what is wrong with it. */
final class RuleReader {

    private static final Set<String> FIELDS = Set.of(
            "name",
            "status",
            "header",
            "json",
            "body",
            "html",
            "code",
            "message",
            "followedBy",
            "spent",
            "kind",
            "scope",
            "wait",
            "otherKey");
    private static final Set<String> MATCH_FIELDS = Set.of("equals", "prefix", "contains", "present");
    private static final Set<String> WAIT_FIELDS =
            Set.of("header", "json", "prose", "fixed", "atLeast", "otherwise", "midnightOf");

    private final String position;
    private final Map<String, ?> rule;

    RuleReader(String position, Map<String, ?> rule) {
        this.position = position;
        this.rule = rule;
    }

    Rule read() {
        allow("", rule, FIELDS);
        Rule.Builder builder = Rule.builder(constant("kind", VerdictKind.class, required("kind")));
        at("name", rule.get("name"), value -> builder.name(text("name", value)));
        at("status", rule.get("status"), value -> builder.ranges(ranges(value)));
        each(rule.get("header"), value -> builder.with(header(value)));
        each(rule.get("json"), value -> builder.with(json(value)));
        at("body", rule.get("body"), value -> builder.with(new Condition.Body(texts("body", value))));
        at(
                "html",
                rule.get("html"),
                value -> builder.with(
                        new Condition.Html(Boolean.TRUE.equals(value) ? List.of() : texts("html", value))));
        at("code", rule.get("code"), value -> builder.code(texts("code", value).toArray(String[]::new)));
        if (rule.get("message") != null) {
            builder.with(message());
        } else if (rule.get("followedBy") != null) {
            throw wrong("followedBy", rule.get("followedBy"), "only beside message");
        }
        at("spent", rule.get("spent"), value -> builder.with(new Condition.Spent(duration("spent", value))));
        at("scope", rule.get("scope"), value -> builder.scope(constant("scope", Scope.class, value)));
        at("wait", rule.get("wait"), value -> builder.wait(waitRule(value)));
        at("otherKey", rule.get("otherKey"), value -> builder.otherKeyMayServe(flag("otherKey", value)));
        return builder.build();
    }

    private interface Step {
        Object apply(Object value);
    }

    private void at(String field, @Nullable Object value, Step step) {
        if (value != null) {
            try {
                step.apply(value);
            } catch (Refusal e) {
                throw e;
            } catch (IllegalArgumentException e) {
                throw new Refusal(position + "." + field + ": " + e.getMessage());
            }
        }
    }

    private static void each(@Nullable Object value, Step step) {
        if (value instanceof List<?> list) {
            list.forEach(step::apply);
        } else if (value != null) {
            step.apply(value);
        }
    }

    private Object required(String field) {
        Object value = rule.get(field);
        if (value == null) {
            throw new Refusal(position + "." + field + " is missing");
        }
        return value;
    }

    private List<StatusRanges.Range> ranges(Object value) {
        List<StatusRanges.Range> ranges = new ArrayList<>();
        for (String text : texts("status", value)) {
            StatusRanges.Range range = StatusRanges.range(text);
            if (range == null) {
                throw wrong("status", text, "a status (429), a range (500-599) or a class (5xx)");
            }
            ranges.add(range);
        }
        return ranges;
    }

    private Condition header(Object value) {
        Map<?, ?> map = map("header", value);
        allow("header.", map, Set.of("name", "equals", "prefix", "contains", "present"));
        return new Condition.Header(text("header.name", map.get("name")), match("header", map));
    }

    private Condition json(Object value) {
        Map<?, ?> map = map("json", value);
        allow("json.", map, Set.of("path", "equals", "prefix", "contains", "present"));
        String path = text("json.path", map.get("path"));
        if (!path.matches("[^.\\[\\]]*(\\[(\\d+|\\*)])*(\\.[^.\\[\\]]+(\\[(\\d+|\\*)])*)*") || path.isEmpty()) {
            throw wrong("json.path", path, "names with dots and indexes, such as errors[0].code");
        }
        return new Condition.Json(path, match("json", map));
    }

    private Condition.Match match(String field, Map<?, ?> map) {
        if (MATCH_FIELDS.stream().noneMatch(map::containsKey)) {
            throw wrong(field, map, "one of " + sorted(MATCH_FIELDS) + " beside its name");
        }
        Object equal = map.get("equals");
        Object prefix = map.get("prefix");
        Object parts = map.get("contains");
        Object present = map.get("present");
        return new Condition.Match(
                equal == null ? Set.of() : Set.copyOf(texts(field + ".equals", equal)),
                prefix == null ? List.of() : texts(field + ".prefix", prefix),
                parts == null ? List.of() : texts(field + ".contains", parts),
                present == null || flag(field + ".present", present));
    }

    private Condition message() {
        Object markers = rule.get("followedBy");
        return new Condition.Message(
                lower(texts("message", required("message"))),
                markers == null ? List.of() : lower(texts("followedBy", markers)));
    }

    private static List<String> lower(List<String> texts) {
        return texts.stream().map(text -> text.toLowerCase(Locale.ROOT)).toList();
    }

    private WaitRule waitRule(Object value) {
        if (value instanceof String text) {
            return switch (text) {
                case "prose" -> new WaitRule(WaitRule.Source.PROSE, null, Duration.ZERO, null, null);
                case "none" -> WaitRule.NONE;
                default -> fixed(duration("wait", value));
            };
        }
        Map<?, ?> map = map("wait", value);
        allow("wait.", map, WAIT_FIELDS);
        if (map.get("fixed") != null) {
            return fixed(duration("wait.fixed", map.get("fixed")));
        }
        WaitRule.Source source = WaitRule.Source.STATED;
        String name = null;
        if (map.get("header") != null) {
            source = WaitRule.Source.HEADER;
            name = text("wait.header", map.get("header"));
        } else if (map.get("json") != null) {
            source = WaitRule.Source.JSON;
            name = text("wait.json", map.get("json"));
        } else if (map.get("prose") != null && flag("wait.prose", map.get("prose"))) {
            source = WaitRule.Source.PROSE;
        }
        Object atLeast = map.get("atLeast");
        Object otherwise = map.get("otherwise");
        return new WaitRule(
                source,
                name,
                atLeast == null ? Duration.ZERO : duration("wait.atLeast", atLeast),
                otherwise == null ? null : duration("wait.otherwise", otherwise),
                map.get("midnightOf") == null ? null : zone(map.get("midnightOf")));
    }

    private static WaitRule fixed(Duration wait) {
        return new WaitRule(WaitRule.Source.NOWHERE, null, Duration.ZERO, wait, null);
    }

    private ZoneId zone(Object value) {
        try {
            return ZoneId.of(text("wait.midnightOf", value));
        } catch (DateTimeException e) {
            throw wrong("wait.midnightOf", value, "a time zone such as America/Los_Angeles");
        }
    }

    private Duration duration(String field, Object value) {
        String text = text(field, value);
        Duration parsed = WaitText.reset(text, Instant.EPOCH);
        if (parsed == null) {
            try {
                parsed = WaitText.usable(Duration.parse(text));
            } catch (DateTimeException e) {
                parsed = null;
            }
        }
        if (parsed == null) {
            throw wrong(field, value, "prose, none, or a duration from 0 to 31 days such as PT30S or 90s");
        }
        return parsed;
    }

    private <E extends Enum<E>> E constant(String field, Class<E> type, Object value) {
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equalsIgnoreCase(String.valueOf(value))) {
                return constant;
            }
        }
        throw wrong(field, value, "one of " + Arrays.toString(type.getEnumConstants()));
    }

    private boolean flag(String field, @Nullable Object value) {
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw wrong(field, value, "true or false");
    }

    private Map<?, ?> map(String field, Object value) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw wrong(field, value, "an object");
    }

    private List<String> texts(String field, Object value) {
        List<?> list = value instanceof List<?> many ? many : List.of(value);
        if (list.isEmpty()) {
            throw wrong(field, value, "at least one value");
        }
        return list.stream().map(element -> text(field, element)).collect(Collectors.toUnmodifiableList());
    }

    private String text(String field, @Nullable Object value) {
        if (value instanceof String || value instanceof Number || value instanceof Boolean) {
            String text = value.toString();
            if (!text.isBlank()) {
                return text;
            }
        }
        throw wrong(field, value, "a text that is not empty");
    }

    private void allow(String prefix, Map<?, ?> map, Set<String> allowed) {
        for (Object key : map.keySet()) {
            if (!allowed.contains(String.valueOf(key))) {
                throw new Refusal(position + "." + prefix + key + " is not known; allowed are " + sorted(allowed));
            }
        }
    }

    private static Set<String> sorted(Set<String> names) {
        return new TreeSet<>(names);
    }

    private Refusal wrong(String field, @Nullable Object value, String allowed) {
        return new Refusal(position + "." + field + " must be " + allowed + ", but was " + quoted(value));
    }

    private static String quoted(@Nullable Object value) {
        String text = String.valueOf(value);
        return "'" + (text.length() > 80 ? text.substring(0, 80) + "…" : text) + "'";
    }

    /** Says which rule and field it is about. */
    private static final class Refusal extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        Refusal(String message) {
            super(message);
        }
    }
}
