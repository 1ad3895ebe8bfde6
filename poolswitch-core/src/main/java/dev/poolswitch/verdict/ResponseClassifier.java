package dev.poolswitch.verdict;

import java.util.List;

/**
 * Decides what an answer means. Implementations are thread-safe and fast: they run on every answer, on the thread that
 * received it. One that throws disturbs no call: the answer is then judged by its bare status.
 *
 * <p>The built-in classifiers are tables of rules, so that an API nobody has met yet needs a {@link Rule} or two and no
 * code:
 *
 * <pre>{@code
 * ResponseClassifier classifier = ResponseClassifier.forUpstream("api.example.com")
 *         .withRules(List.of(Rule.builder(VerdictKind.QUOTA_EXHAUSTED)
 *                 .status(420)
 *                 .waitFromHeader("x-quota-reset")
 *                 .build()));
 * }</pre>
 */
@FunctionalInterface
public interface ResponseClassifier {

    /** The meaning of an answer; {@link Verdict#success()} for one that has no fault. */
    Verdict classify(Answer answer);

    /**
     * The classifier for an upstream that is known by its host, such as {@code api.openai.com}; {@link #generic()} for
     * an unknown one.
     *
     * @param host a host name, with or without scheme, port and path
     */
    static ResponseClassifier forUpstream(String host) {
        return new RuleClassifier(Profiles.forHost(host));
    }

    /**
     * The classifier with a provider's name, such as {@code openai} or {@code brave-search}.
     *
     * @throws IllegalArgumentException if there is none with that name; the message lists the known names
     */
    static ResponseClassifier byName(String name) {
        return new RuleClassifier(Profiles.byName(name));
    }

    /** The classifier for an API about which nothing is known: status, headers, and the common shapes of errors. */
    static ResponseClassifier generic() {
        return new RuleClassifier(Profiles.generic());
    }

    /** Judges by status and {@code Retry-After} alone. */
    static ResponseClassifier byStatus() {
        return StatusClassifier.INSTANCE;
    }

    /** The classifier of a pool that was told none and whose host is not known: {@link #generic()}. */
    static ResponseClassifier standard() {
        return generic();
    }

    /** This classifier after the given rules: the first rule that fits an answer decides, else this classifier. */
    default ResponseClassifier withRules(List<Rule> rules) {
        return new RulesFirst(List.copyOf(rules), this);
    }
}
