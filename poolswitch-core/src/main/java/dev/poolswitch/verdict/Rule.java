package dev.poolswitch.verdict;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One declarative rule of classification: when an answer has this status, this header, this value in its JSON body or
 * this beginning of its body, then it means this. All conditions must hold. Immutable.
 *
 * <p>The same rule in a configuration file, where {@link #parse(List)} reads it:
 *
 * <pre>{@code
 * {"name": "plan-spent", "status": ["420", "500-599"], "header": {"name": "x-plan", "prefix": "free"},
 *  "json": {"path": "errors[0].kind", "equals": ["quota", "plan"]},
 *  "kind": "QUOTA_EXHAUSTED", "scope": "GROUP", "wait": {"header": "x-plan-reset"}}
 * }</pre>
 */
public final class Rule {

    private final String name;
    private final StatusRanges statuses;
    private final List<Condition> conditions;
    private final VerdictKind kind;
    private final @Nullable Scope scope;
    private final WaitRule wait;
    private final @Nullable Boolean otherKey;

    private Rule(Builder builder) {
        this.name = builder.name;
        this.statuses = builder.ranges.isEmpty() ? StatusRanges.ALL : new StatusRanges(List.copyOf(builder.ranges));
        this.conditions = List.copyOf(builder.conditions);
        this.kind = builder.kind;
        this.scope = builder.scope;
        this.wait = builder.wait;
        this.otherKey = builder.otherKey;
    }

    /** A rule that concludes the given kind; without conditions it fits every answer. */
    public static Builder builder(VerdictKind kind) {
        return new Builder(kind);
    }

    /**
     * Reads rules as configuration files write them.
     *
     * @param rules maps with the fields {@code name}, {@code status}, {@code header}, {@code json}, {@code body},
     *     {@code code}, {@code message}, {@code kind}, {@code scope}, {@code wait}, {@code otherKey}
     * @throws IllegalArgumentException if a rule is wrong; the message names its position, the field, the value and
     *     what is allowed there
     */
    public static List<Rule> parse(List<? extends Map<String, ?>> rules) {
        List<Rule> parsed = new ArrayList<>(rules.size());
        for (int i = 0; i < rules.size(); i++) {
            parsed.add(new RuleReader("rules[" + i + "]", rules.get(i)).read());
        }
        return List.copyOf(parsed);
    }

    /** The rule's name; what its verdicts show as their code. */
    public String name() {
        return name;
    }

    /** The kind of verdict that it concludes. */
    public VerdictKind kind() {
        return kind;
    }

    boolean acceptsStatus(int status) {
        return statuses.contains(status);
    }

    /**
     * Whether it names 2xx among its statuses, so that it may speak where no error is told in the usual places. A code
     * alone makes no error of such an answer: the description of a job that failed has codes too.
     */
    boolean appliesToDelivered() {
        return !statuses.equals(StatusRanges.ALL)
                && statuses.contains(200)
                && conditions.stream().noneMatch(Condition.Code.class::isInstance);
    }

    boolean readsBody() {
        return conditions.stream().anyMatch(Condition::readsBody)
                || wait.source() == WaitRule.Source.JSON
                || wait.source() == WaitRule.Source.PROSE;
    }

    List<Condition> conditions() {
        return conditions;
    }

    boolean fits(Evidence evidence) {
        if (!statuses.contains(evidence.status())
                && !statuses.contains(evidence.answer().status())) {
            return false;
        }
        for (Condition condition : conditions) {
            if (!condition.holds(evidence)) {
                return false;
            }
        }
        return true;
    }

    /** The verdict on an answer that fits. */
    Verdict verdict(Evidence evidence, Map<VerdictKind, Scope> scopes, List<Budget> budgets) {
        Scope whose = scope != null ? scope : scopes.getOrDefault(kind, Scope.KEY);
        Verdict verdict = new Verdict(kind, whose, waitFor(evidence), code(evidence), budgets);
        return otherKey == null || otherKey == verdict.otherKeyMayServe()
                ? verdict
                : new Verdict(kind, whose, verdict.waitFor(), verdict.code(), budgets, otherKey);
    }

    private @Nullable Duration waitFor(Evidence evidence) {
        return switch (kind) {
            case RATE_LIMITED, QUOTA_EXHAUSTED, OVERLOADED, UPSTREAM_ERROR -> wait.of(evidence);
            default -> wait.equals(WaitRule.STATED) ? null : wait.of(evidence);
        };
    }

    /** Only words of our own tables are quoted, never the answer's. */
    private String code(Evidence evidence) {
        if (kind == VerdictKind.SUCCESS) {
            return "";
        }
        for (Condition condition : conditions) {
            String seen = condition instanceof Condition.Code code ? code.seen(evidence) : null;
            if (seen != null) {
                return evidence.status() + " " + seen;
            }
        }
        return evidence.status() + " " + name;
    }

    @Override
    public String toString() {
        return "Rule[" + name + " -> " + kind + (scope == null ? "" : " " + scope) + "]";
    }

    /** Collects a rule. Not thread-safe. */
    public static final class Builder {

        private static final int LONGEST_NAME = 48;

        private final VerdictKind kind;
        private final List<StatusRanges.Range> ranges = new ArrayList<>();
        private final List<Condition> conditions = new ArrayList<>();
        private String name = "rule";
        private @Nullable Scope scope;
        private WaitRule wait = WaitRule.STATED;
        private @Nullable Boolean otherKey;

        private Builder(VerdictKind kind) {
            this.kind = Objects.requireNonNull(kind, "kind");
        }

        /**
         * Names the rule; default {@code rule}. The name is shown and stored as the evidence of its verdicts.
         *
         * @throws IllegalArgumentException if it is not 1 to 48 letters, digits, {@code _}, {@code .} or {@code -}
         */
        public Builder name(String newName) {
            if (!newName.matches("[A-Za-z0-9_.-]{1," + LONGEST_NAME + "}")) {
                throw new IllegalArgumentException(
                        "name must be 1 to " + LONGEST_NAME + " of A-Z a-z 0-9 _ . -, but was '" + newName + "'");
            }
            this.name = newName;
            return this;
        }

        /** Demands one of these statuses; several calls add up. Without any, every status fits. */
        public Builder status(int... allowed) {
            for (int status : allowed) {
                statusRange(status, status);
            }
            return this;
        }

        /**
         * Demands a status in a range, both ends included; several calls add up.
         *
         * @throws IllegalArgumentException if the range is empty or leaves 100 to 999
         */
        public Builder statusRange(int from, int to) {
            if (from < 100 || to > 999 || to < from) {
                throw new IllegalArgumentException("status must lie in 100-999, but was " + from + "-" + to);
            }
            ranges.add(new StatusRanges.Range(from, to));
            return this;
        }

        /** Demands that a header is there. */
        public Builder headerPresent(String header) {
            return with(new Condition.Header(header, Condition.Match.PRESENT));
        }

        /** Demands that a header has one of these values. */
        public Builder headerEquals(String header, String... values) {
            return with(new Condition.Header(header, Condition.Match.equal(values)));
        }

        /** Demands that a header's value begins so. */
        public Builder headerPrefix(String header, String prefix) {
            return with(new Condition.Header(header, Condition.Match.prefix(prefix)));
        }

        /** Demands that there is something at a path of the JSON body, such as {@code errors[0].kind}. */
        public Builder jsonPresent(String path) {
            return with(new Condition.Json(path, Condition.Match.PRESENT));
        }

        /** Demands one of these values at a path of the JSON body; numbers and booleans as JSON writes them. */
        public Builder jsonEquals(String path, String... values) {
            return with(new Condition.Json(path, Condition.Match.equal(values)));
        }

        /** Demands that the value at a path of the JSON body begins so. */
        public Builder jsonPrefix(String path, String prefix) {
            return with(new Condition.Json(path, Condition.Match.prefix(prefix)));
        }

        /** Demands that the body begins with one of these texts; white space ahead is skipped. */
        public Builder bodyPrefix(String... prefixes) {
            return with(new Condition.Body(List.of(prefixes)));
        }

        /** Demands one of these machine words in the usual places of an error body ({@code error.code}, …). */
        public Builder code(String... codes) {
            return with(new Condition.Code(
                    List.of(codes).stream().map(Rule::lower).collect(Collectors.toUnmodifiableSet())));
        }

        /** Demands a message, in the usual places of an error body, that begins with one of these texts; case apart. */
        public Builder messagePrefix(String... prefixes) {
            List<String> lower = List.of(prefixes).stream().map(Rule::lower).toList();
            return with(new Condition.Message(lower, List.of()));
        }

        /** Sets whom the verdict is about; default is what the upstream's profile says, else the key. */
        public Builder scope(Scope newScope) {
            this.scope = newScope;
            return this;
        }

        /** Takes the wait from a header of any format, else from where answers usually state it. */
        public Builder waitFromHeader(String header) {
            return wait(new WaitRule(WaitRule.Source.HEADER, header, Duration.ZERO, null, null));
        }

        /** Takes the wait from a path of the JSON body, else from where answers usually state it. */
        public Builder waitFromJson(String path) {
            return wait(new WaitRule(WaitRule.Source.JSON, path, Duration.ZERO, null, null));
        }

        /** Takes the wait from the message's text, else from where answers usually state it. */
        public Builder waitFromProse() {
            return wait(new WaitRule(WaitRule.Source.PROSE, null, Duration.ZERO, null, null));
        }

        /**
         * Sets the wait, whatever the answer states.
         *
         * @throws IllegalArgumentException if it is negative or longer than 31 days
         */
        public Builder waitFor(Duration fixed) {
            if (WaitText.usable(fixed) == null) {
                throw new IllegalArgumentException("wait must lie between 0 and 31 days, but was " + fixed);
            }
            return wait(new WaitRule(WaitRule.Source.NOWHERE, null, Duration.ZERO, fixed, null));
        }

        /** Sets whether a key outside the scope could serve; default is what kind and scope say. */
        public Builder otherKeyMayServe(boolean may) {
            this.otherKey = may;
            return this;
        }

        Builder with(Condition condition) {
            conditions.add(condition);
            return this;
        }

        Builder wait(WaitRule newWait) {
            this.wait = newWait;
            return this;
        }

        Builder ranges(List<StatusRanges.Range> more) {
            ranges.addAll(more);
            return this;
        }

        /** The rule. */
        public Rule build() {
            return new Rule(this);
        }
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
