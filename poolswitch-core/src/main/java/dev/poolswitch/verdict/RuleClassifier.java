package dev.poolswitch.verdict;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Judges answers by the rules of a profile.
 *
 * <p>Implementation note. An answer below 400 is the common case and must cost next to nothing: its headers are looked
 * at once for budgets, its content type decides whether the body can hold an error, and the body's first bytes are
 * searched for the member names of such errors. Only when one is found is anything parsed. All other answers go through
 * the ordered list of rules; the last rule fits everything.
 */
final class RuleClassifier implements ResponseClassifier {

    private static final int ERROR_PREFIX = 64 * 1024;

    private final Profile profile;
    private final BudgetHeaders.Names names = new BudgetHeaders.Names();

    RuleClassifier(Profile profile) {
        this.profile = profile;
    }

    @Override
    public Verdict classify(Answer answer) {
        int status = answer.status();
        BudgetHeaders headers = headers(answer);
        if (status >= 400) {
            return judge(answer, headers, BodyText.plain(answer.bodyPrefix(ERROR_PREFIX)));
        }
        if (status >= 200 && status < 300 && status != 204 && status != 205) {
            int look = Suspicion.prefixToLookAt(answer.header("content-type"));
            if (look > 0) {
                if (answer.bodyPrefix(look, Suspicious.TEST)) {
                    return judge(answer, headers, BodyText.plain(answer.bodyPrefix(look)));
                }
            }
        }
        return headers.isEmpty() ? Verdict.success() : success(budgets(headers.buckets(Evidence.clock(answer))));
    }

    /** Whether the beginning of a good answer may hold an error. */
    static final class Suspicious implements Answer.BytesTest {

        private static final Suspicious TEST = new Suspicious();

        private Suspicious() {}

        @Override
        public boolean passes(byte[] body, int offset, int length) {
            return BodyText.isGzip(body, offset, length)
                    ? Suspicion.of(BodyText.plain(Arrays.copyOfRange(body, offset, offset + length)))
                    : Suspicion.of(body, offset, length);
        }
    }

    private Verdict judge(Answer answer, BudgetHeaders headers, byte[] body) {
        Instant now = Evidence.clock(answer);
        List<Bucket> buckets = headers.buckets(now);
        Evidence evidence = Evidence.of(answer, body, buckets, now);
        List<Budget> budgets = budgets(buckets);
        boolean delivered = answer.status() < 300 && !evidence.errorInside();
        for (Rule rule : profile.rules()) {
            if ((!delivered || rule.appliesToDelivered()) && rule.fits(evidence)) {
                return rule.verdict(evidence, profile.scopes(), budgets);
            }
        }
        return success(budgets);
    }

    private static Verdict success(List<Budget> budgets) {
        return budgets.isEmpty() ? Verdict.success() : new Verdict(VerdictKind.SUCCESS, Scope.KEY, null, "", budgets);
    }

    private BudgetHeaders headers(Answer answer) {
        BudgetHeaders headers = new BudgetHeaders(names, profile.windows());
        answer.forEachHeader(headers, headers);
        return headers;
    }

    List<Bucket> buckets(Answer answer, Instant now) {
        return headers(answer).buckets(now);
    }

    List<Budget> budgets(List<Bucket> buckets) {
        if (buckets.isEmpty()) {
            return List.of();
        }
        List<Budget> budgets = new ArrayList<>(buckets.size());
        Scope whose = profile.scopes().getOrDefault(VerdictKind.RATE_LIMITED, Scope.KEY);
        for (Bucket bucket : buckets) {
            if (bucket.unit() != null) {
                Scope scope = bucket.shared() ? Scope.GROUP : whose;
                budgets.add(new Budget(scope, bucket.unit(), bucket.limit(), bucket.remaining(), bucket.reset()));
            }
        }
        return budgets;
    }
}
