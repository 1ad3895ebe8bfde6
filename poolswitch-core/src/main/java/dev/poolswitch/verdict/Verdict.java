package dev.poolswitch.verdict;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an answer means for the pool. Immutable.
 *
 * @param kind what happened
 * @param scope how much of the world it is about
 * @param waitFor how long the answer itself says to keep away, {@code null} when it says nothing usable; never negative
 * @param code the evidence in a few machine-readable words, such as {@code 429 rate_limit_exceeded}; stored, logged and
 *     shown, so it never quotes free text of the answer (prompts and keys are echoed there)
 * @param budgets what the answer tells about remaining budgets; empty when nothing
 * @param otherKeyMayServe whether a key outside the scope could serve the call now. It usually follows from kind and
 *     scope; it differs where the provider says so: a refusal for one model that every account would get (OpenRouter
 *     passing on the refusal of its own supplier), or a request that is too dear for this account only
 */
public record Verdict(
        VerdictKind kind,
        Scope scope,
        @Nullable Duration waitFor,
        String code,
        List<Budget> budgets,
        boolean otherKeyMayServe) {

    private static final Verdict SUCCESS = new Verdict(VerdictKind.SUCCESS, Scope.KEY, null, "", List.of());
    private static final Verdict NEUTRAL = new Verdict(VerdictKind.NEUTRAL, Scope.KEY, null, "", List.of());

    public Verdict {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(scope, "scope");
        Objects.requireNonNull(code, "code");
        if (waitFor != null && waitFor.isNegative()) {
            throw new IllegalArgumentException("waitFor must not be negative, but was " + waitFor);
        }
        budgets = List.copyOf(budgets);
    }

    /** A verdict whose {@link #otherKeyMayServe()} follows from kind and scope. */
    public Verdict(VerdictKind kind, Scope scope, @Nullable Duration waitFor, String code, List<Budget> budgets) {
        this(kind, scope, waitFor, code, budgets, kind.refusesKey() && scope != Scope.UPSTREAM);
    }

    /** The call was served; nothing was learned about budgets. */
    public static Verdict success() {
        return SUCCESS;
    }

    /** Nothing was learned. */
    public static Verdict neutral() {
        return NEUTRAL;
    }

    /** A verdict about the key that was used, without a stated wait. */
    public static Verdict of(VerdictKind kind, String code) {
        return new Verdict(kind, Scope.KEY, null, code, List.of());
    }

    /** This verdict about another scope; whether another key may serve follows from it anew. */
    public Verdict withScope(Scope newScope) {
        return new Verdict(kind, newScope, waitFor, code, budgets);
    }

    /** This verdict with the wait that the answer states; {@code null} for none. */
    public Verdict withWait(@Nullable Duration newWait) {
        return new Verdict(kind, scope, newWait, code, budgets, otherKeyMayServe);
    }

    /** This verdict without what it tells of budgets, for when that has been taken in. */
    public Verdict withoutBudgets() {
        return new Verdict(kind, scope, waitFor, code, List.of(), otherKeyMayServe);
    }

    /** What is left of the tightest request budget that the answer tells of; -1 when it tells of none. */
    public long remainingRequests() {
        return smallest(Budget.Unit.REQUESTS);
    }

    /** What is left of the tightest token budget that the answer tells of; -1 when it tells of none. */
    public long remainingTokens() {
        return smallest(Budget.Unit.TOKENS);
    }

    private long smallest(Budget.Unit unit) {
        long smallest = -1;
        for (Budget budget : budgets) {
            if (budget.unit() == unit && budget.remaining() >= 0) {
                smallest = smallest < 0 ? budget.remaining() : Math.min(smallest, budget.remaining());
            }
        }
        return smallest;
    }
}
