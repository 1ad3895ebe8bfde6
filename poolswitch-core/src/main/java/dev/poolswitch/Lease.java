package dev.poolswitch;

import dev.poolswitch.verdict.Budget;
import dev.poolswitch.verdict.Scope;
import dev.poolswitch.verdict.Verdict;
import dev.poolswitch.verdict.VerdictKind;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The right to use one key until an attempt ends. Single-use and thread-safe: the first report ends it, later ones are
 * ignored. {@link #close()} without a report ends it with nothing learned, so a lease belongs into a try statement:
 *
 * <pre>{@code
 * try (Lease lease = pool.acquire()) {
 *     Answer answer = sdk.call(lease.key().secret());
 *     if (answer.limited()) {
 *         lease.rateLimited(answer.retryAfter());
 *     } else {
 *         lease.succeeded();
 *     }
 * }
 * }</pre>
 *
 * <p>A lease that is never ended is taken back after the pool's lease timeout, with a warning that names where it was
 * taken.
 *
 * <p>Reports that close a key return when the pool's store has them, so that they survive the death of the process; they
 * wait for a store at most a second.
 */
public final class Lease implements AutoCloseable {

    private static final long UNDONE = -1;
    private static final VarHandle ENDED;
    private static final VarHandle REQUEST;
    private static final Verdict RATE_LIMITED = Verdict.of(VerdictKind.RATE_LIMITED, "reported");
    private static final Verdict QUOTA_EXHAUSTED = Verdict.of(VerdictKind.QUOTA_EXHAUSTED, "reported");
    private static final Verdict REJECTED = Verdict.of(VerdictKind.KEY_REJECTED, "reported");
    private static final Verdict FAILED = Verdict.of(VerdictKind.UPSTREAM_ERROR, "reported");

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            ENDED = lookup.findVarHandle(Lease.class, "ended", boolean.class);
            REQUEST = lookup.findVarHandle(Lease.class, "request", LeaseRequest.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final KeySlot slot;
    /** Replaced by a release, read by an acquire: a volatile write would cost each new lease a fence. */
    @SuppressWarnings("UnusedVariable") // by way of REQUEST
    private LeaseRequest request;

    private final long startedAt;
    private volatile boolean ended;
    /** What the token meters hold for this lease, {@link #UNDONE} once they hold nothing. Guarded by the monitor. */
    private long tokens;

    /** Whether the key's monthly quota was charged. Written before the lease is given out. */
    boolean charged;

    /** Whether the key was taken although it was blocked (best effort). Written before the lease is given out. */
    boolean anyway;

    @Nullable
    Lease older;

    @Nullable
    LeaseSite site;

    Lease(KeySlot slot, LeaseRequest request, long startedAt) {
        this.slot = slot;
        this.request = request;
        this.startedAt = startedAt;
        this.tokens = Math.max(1, request.tokens());
    }

    /** The key that may be used. */
    public ApiKey key() {
        return slot.key();
    }

    /** The call was served. */
    public void succeeded() {
        end(Verdict.success());
    }

    /** The call was served, and the answer took this long. */
    public void succeeded(Duration latency) {
        Checks.notNegative("latency", latency);
        if (tryEnd()) {
            slot.engine().ended(this, Verdict.success(), Nanos.of(latency));
        }
    }

    /** The key hit a limit of a short window; it cools down, longer each time in a row. */
    public void rateLimited() {
        endDurably(RATE_LIMITED);
    }

    /** The key hit a limit and the answer said how long to keep away. */
    public void rateLimited(Duration retryAfter) {
        endDurably(RATE_LIMITED.withWait(Checks.notNegative("retryAfter", retryAfter)));
    }

    /** The key's day, month or wallet is spent; it rests for the pool's {@code cooldown}. */
    public void quotaExhausted() {
        endDurably(QUOTA_EXHAUSTED);
    }

    /** The upstream called the key invalid or revoked; it goes into quarantine. */
    public void rejected() {
        endDurably(REJECTED);
    }

    /** Something broke that may be the key's or its route's fault; many in a row open the key's circuit. */
    public void failed() {
        endDurably(FAILED);
    }

    /** Nothing was learned, unless a report came before. */
    @Override
    public void close() {
        end(Verdict.neutral());
    }

    /** The key was not sent anywhere: what was reserved is given back as if the lease had never been taken. */
    public void unused() {
        if (tryEnd()) {
            slot.engine().unused(this, exchangeTokens(UNDONE));
        }
    }

    /**
     * Ends the lease with any verdict. Ignored when it has ended already.
     *
     * @return completes, never exceptionally, when what was learned is durable; at once when there is nothing to store
     */
    public CompletionStage<Void> end(Verdict verdict) {
        Checks.notNull("verdict", verdict);
        return tryEnd() ? slot.engine().ended(this, verdict, -1) : Engine.DURABLE;
    }

    /** Replaces the reservation of tokens by what was really used, at least 0. Before or after the lease ended. */
    public void tokensUsed(long used) {
        Checks.atLeast("tokens used", 0L, used);
        long before = exchangeTokens(used);
        if (before != UNDONE) {
            slot.engine().settled(this, before, used);
        }
    }

    /** Tells which model the call was for, when that was not known before; a verdict about a model needs it. */
    public void servedModel(String model) {
        REQUEST.setRelease(this, request().withModel(model));
    }

    /** Counts one more send with this key, which a client made on its own below the call. */
    public void sentAgain() {
        slot.sentAgain(request(), slot.engine().clock().now());
    }

    /** Tells what an answer said about budgets while the lease goes on. */
    public void budgets(List<Budget> budgets) {
        slot.engine().learned(this, budgets);
    }

    /** Whether the lease has ended. */
    public boolean isEnded() {
        return ended;
    }

    /** The scope that a verdict means for this lease: a group without members is the key itself. */
    Scope scopeOf(Verdict verdict) {
        return switch (verdict.scope()) {
            case GROUP -> slot.group() == null ? Scope.KEY : Scope.GROUP;
            case KEY_AND_MODEL -> request().modelOrNull() == null ? Scope.KEY : Scope.KEY_AND_MODEL;
            default -> verdict.scope();
        };
    }

    KeySlot slot() {
        return slot;
    }

    LeaseRequest request() {
        return (LeaseRequest) REQUEST.getAcquire(this);
    }

    long startedAt() {
        return startedAt;
    }

    private void endDurably(Verdict verdict) {
        CompletionStage<Void> durable = end(verdict);
        if (durable != Engine.DURABLE) {
            slot.engine().awaitDurable((CompletableFuture<Void>) durable);
        }
    }

    /** Ends the lease because nobody else did. Returns whether it was still open. */
    boolean reclaim() {
        if (!tryEnd()) {
            return false;
        }
        slot.engine().ended(this, Verdict.neutral(), -1);
        return true;
    }

    private synchronized long exchangeTokens(long now) {
        long before = tokens;
        if (before != UNDONE) {
            tokens = now;
        }
        return before;
    }

    private boolean tryEnd() {
        return !ended && ENDED.compareAndSet(this, false, true);
    }

    /** Shows the key's id only. */
    @Override
    public String toString() {
        return "Lease[" + slot.key().id() + (ended ? ", ended]" : "]");
    }
}
