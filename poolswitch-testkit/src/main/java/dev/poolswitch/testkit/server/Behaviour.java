package dev.poolswitch.testkit.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How a {@link FakeProvider} treats a key. Immutable; each method returns a changed copy, and limits add up.
 *
 * <pre>{@code
 * Behaviour tier1 = Behaviour.healthy().requests(60, Duration.ofMinutes(1)).maxConcurrent(4).forbidden("gpt-9");
 * }</pre>
 */
public final class Behaviour {
    private static final Behaviour HEALTHY =
            new Behaviour(List.of(), List.of(), Integer.MAX_VALUE, Long.MAX_VALUE, Set.of(), Standing.GOOD);

    private final List<Limit> requests;
    private final List<Limit> tokens;
    private final int maxConcurrent;
    private final long quota;
    private final Set<String> forbidden;
    private final Standing standing;

    private Behaviour(
            List<Limit> requests,
            List<Limit> tokens,
            int maxConcurrent,
            long quota,
            Set<String> forbidden,
            Standing standing) {
        this.requests = requests;
        this.tokens = tokens;
        this.maxConcurrent = maxConcurrent;
        this.quota = quota;
        this.forbidden = forbidden;
        this.standing = standing;
    }

    /** A key without limits. */
    public static Behaviour healthy() {
        return HEALTHY;
    }

    /** A key with so many requests per fixed window. */
    public static Behaviour limited(long requests, Duration window) {
        return HEALTHY.requests(requests, window);
    }

    /** A key that the provider does not accept (any more): 401. */
    public static Behaviour revoked() {
        return HEALTHY.standing(Standing.REVOKED);
    }

    /** A key whose account has been closed. */
    public static Behaviour deactivated() {
        return HEALTHY.standing(Standing.DEACTIVATED);
    }

    private Behaviour standing(Standing newStanding) {
        return new Behaviour(requests, tokens, maxConcurrent, quota, forbidden, newStanding);
    }

    /** At most so many requests per fixed window. */
    public Behaviour requests(long n, Duration window) {
        return requests(n, window, WindowKind.FIXED);
    }

    /** At most so many requests per window of the given kind. */
    public Behaviour requests(long n, Duration window, WindowKind kind) {
        List<Limit> more = plus(requests, Limit.of(n, window, kind));
        return new Behaviour(more, tokens, maxConcurrent, quota, forbidden, standing);
    }

    /** At most so many tokens per fixed window; a token is four bytes of the request's body or a word of the answer. */
    public Behaviour tokens(long n, Duration window) {
        return tokens(n, window, WindowKind.FIXED);
    }

    /** At most so many tokens per window of the given kind. */
    public Behaviour tokens(long n, Duration window, WindowKind kind) {
        List<Limit> more = plus(tokens, Limit.of(n, window, kind));
        return new Behaviour(requests, more, maxConcurrent, quota, forbidden, standing);
    }

    private static List<Limit> plus(List<Limit> limits, Limit limit) {
        List<Limit> more = new ArrayList<>(limits);
        more.add(limit);
        return List.copyOf(more);
    }

    /** At most so many requests at the same time. */
    public Behaviour maxConcurrent(int n) {
        if (n < 1) {
            throw new IllegalArgumentException("maxConcurrent must be at least 1: " + n);
        }
        return new Behaviour(requests, tokens, n, quota, forbidden, standing);
    }

    /** So many requests in all, then the quota is spent for ever. */
    public Behaviour quota(long n) {
        if (n < 0) {
            throw new IllegalArgumentException("quota must not be negative: " + n);
        }
        return new Behaviour(requests, tokens, maxConcurrent, n, forbidden, standing);
    }

    /** Refuses these models, and those forbidden before. */
    public Behaviour forbidden(String... models) {
        Set<String> more = new HashSet<>(forbidden);
        more.addAll(List.of(models));
        return new Behaviour(requests, tokens, maxConcurrent, quota, Set.copyOf(more), standing);
    }

    List<Limit> requestLimits() {
        return requests;
    }

    List<Limit> tokenLimits() {
        return tokens;
    }

    int maxConcurrent() {
        return maxConcurrent;
    }

    long quota() {
        return quota;
    }

    boolean forbids(String model) {
        return forbidden.contains(model);
    }

    Standing standing() {
        return standing;
    }

    /** Whether the provider knows the key. */
    enum Standing {
        GOOD,
        REVOKED,
        DEACTIVATED
    }
}
