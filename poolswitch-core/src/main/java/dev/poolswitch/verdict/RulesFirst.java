package dev.poolswitch.verdict;

import java.util.List;
import java.util.Map;

/** Rules of the user in front of a classifier: the first that fits decides. A body is read only if a rule needs it. */
final class RulesFirst implements ResponseClassifier {

    private static final int ERROR_PREFIX = 64 * 1024;
    private static final byte[] NOTHING = {};

    private final List<Rule> rules;
    private final ResponseClassifier next;

    RulesFirst(List<Rule> rules, ResponseClassifier next) {
        this.rules = rules;
        this.next = next;
    }

    @Override
    public Verdict classify(Answer answer) {
        int status = answer.status();
        Evidence withoutBody = null;
        Evidence whole = null;
        for (Rule rule : rules) {
            if (!rule.acceptsStatus(status)) {
                continue;
            }
            Evidence evidence;
            if (rule.readsBody()) {
                whole = whole != null ? whole : evidence(answer, true);
                evidence = whole;
            } else {
                withoutBody = withoutBody != null ? withoutBody : evidence(answer, false);
                evidence = withoutBody;
            }
            if (rule.fits(evidence)) {
                return rule.verdict(evidence, Map.of(), budgets(answer));
            }
        }
        return next.classify(answer);
    }

    private Evidence evidence(Answer answer, boolean body) {
        int most = answer.status() < 300 ? Suspicion.DOCUMENT_PREFIX : ERROR_PREFIX;
        byte[] prefix = body ? BodyText.plain(answer.bodyPrefix(most)) : NOTHING;
        List<Bucket> buckets =
                next instanceof RuleClassifier builtIn ? builtIn.buckets(answer, Evidence.clock(answer)) : List.of();
        return Evidence.of(answer, prefix, buckets, Evidence.clock(answer));
    }

    private List<Budget> budgets(Answer answer) {
        return next instanceof RuleClassifier builtIn
                ? builtIn.budgets(builtIn.buckets(answer, Evidence.clock(answer)))
                : List.of();
    }
}
