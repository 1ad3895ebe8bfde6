package dev.poolswitch;

import dev.poolswitch.verdict.Budget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A model that a key may serve, with the limits that the key has for it. Immutable; each method returns a copy with one
 * more limit.
 */
public final class ModelLimits {

    private final String model;
    private final List<Limit> limits;

    /** The model, without limits of its own. */
    public static ModelLimits of(String model) {
        return new ModelLimits(Checks.name("model", model), List.of());
    }

    private ModelLimits(String model, List<Limit> limits) {
        this.model = model;
        this.limits = limits;
    }

    /** At most so many requests in any minute. */
    public ModelLimits requestsPerMinute(long amount) {
        return requests(amount, Limit.MINUTE);
    }

    /** At most so many tokens in any minute. */
    public ModelLimits tokensPerMinute(long amount) {
        return tokens(amount, Limit.MINUTE);
    }

    /** At most so many requests in any window of this length. */
    public ModelLimits requests(long amount, Duration window) {
        return with(new Limit(Budget.Unit.REQUESTS, amount, window));
    }

    /** At most so many tokens in any window of this length. */
    public ModelLimits tokens(long amount, Duration window) {
        return with(new Limit(Budget.Unit.TOKENS, amount, window));
    }

    /** The model's name as the API knows it. */
    public String model() {
        return model;
    }

    /** The limits in the order in which they were given. */
    public List<Limit> limits() {
        return limits;
    }

    private ModelLimits with(Limit limit) {
        List<Limit> more = new ArrayList<>(limits);
        more.add(limit);
        return new ModelLimits(model, List.copyOf(more));
    }

    @Override
    public String toString() {
        return model + limits;
    }
}
