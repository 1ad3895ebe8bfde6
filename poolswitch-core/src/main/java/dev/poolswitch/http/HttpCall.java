package dev.poolswitch.http;

import dev.poolswitch.KeyPool;
import dev.poolswitch.Lease;
import dev.poolswitch.LeaseRequest;
import dev.poolswitch.Origin;
import dev.poolswitch.PoolSettings;
import dev.poolswitch.TimeSource;
import dev.poolswitch.verdict.Answer;
import dev.poolswitch.verdict.Budget;
import dev.poolswitch.verdict.ResponseClassifier;
import dev.poolswitch.verdict.Scope;
import dev.poolswitch.verdict.Verdict;
import dev.poolswitch.verdict.VerdictKind;
import java.io.InterruptedIOException;
import java.lang.System.Logger;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * One request of the application on its way through a pool: which keys were tried, what is left of its budgets, when it
 * must be over. It decides what comes next; it sends nothing itself. One thread at a time.
 *
 * <p>An adapter begins a call for each request whose origin a pool serves and hands it to a driver, which goes from
 * {@link #start()} through the steps until one is {@link Step.Deliver} or {@link Step.Fail}.
 */
public final class HttpCall {

    private static final Logger LOG = System.getLogger("dev.poolswitch");
    private static final long NO_DEADLINE = Long.MAX_VALUE;
    private static final Duration FIRST_BACKOFF = Duration.ofMillis(250);
    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(5);
    /** A call without a deadline of its own does not sleep longer than this for one repetition. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final KeyPool pool;
    private final Origin origin;
    private final RequestView request;
    private final boolean repeats;
    private final long deadline;
    private final long callersThread = Thread.currentThread().getId();
    private LeaseRequest wanted;
    private int rotations;
    private int faults;
    /** How often in a row a request like this was given up before. */
    private int givenUpBefore;

    private boolean networkFailureCounted;
    private @Nullable CompletableFuture<Void> durable;

    /**
     * Begins a call.
     *
     * @param route the pool and the origin that the request is for
     * @param request the request
     * @param options the application's hints
     * @param timeout how long the application waits for the whole call; {@code null} when it has not said
     */
    public static HttpCall begin(
            PoolRouter.Route route, RequestView request, CallOptions options, @Nullable Duration timeout) {
        return new HttpCall(route, request, options, timeout);
    }

    private HttpCall(PoolRouter.Route route, RequestView request, CallOptions options, @Nullable Duration timeout) {
        this.pool = route.pool();
        this.origin = route.origin();
        this.request = Objects.requireNonNull(request, "request");
        this.repeats = options.repeats();
        LeaseRequest plain = RequestFacts.complete(options.leaseRequest(), request, pool);
        this.wanted = request.repeatable() ? plain : plain.withoutProbing();
        this.deadline = timeout == null ? NO_DEADLINE : settings().timeSource().nanoTime() + timeout.toNanos();
    }

    /** The first step. */
    public Step start() {
        pool.retryBudget().earn();
        if (pool.repeatWatch().watching()) {
            givenUpBefore = StackedRetries.look(pool.repeatWatch(), request, callersThread);
        }
        Lease lease = pool.tryAcquire(wanted).orElse(null);
        return lease != null ? new Attempt(this, lease) : awaitKey(null);
    }

    /**
     * Completes when what the call has learned so far survives the death of the process; adapters wait for it before
     * each send after the first. Never fails.
     */
    public CompletionStage<Void> durable() {
        return durable == null ? CompletableFuture.completedFuture(null) : durable;
    }

    /** Whether there is anything to wait for before the next send. */
    boolean mustBecomeDurable() {
        return durable != null && !durable.isDone();
    }

    KeyPool pool() {
        return pool;
    }

    Origin origin() {
        return origin;
    }

    /** The request's address behind the base URL of an attempt's key. */
    @Nullable
    URI resolved(Attempt attempt) {
        String target = request.target();
        int query = target.indexOf('?');
        return attempt.redirected(request.path(), query < 0 ? null : target.substring(query + 1));
    }

    void noteDurable(CompletionStage<Void> stage) {
        CompletableFuture<Void> future = stage.toCompletableFuture();
        if (!future.isDone()) {
            durable = durable == null ? future : CompletableFuture.allOf(durable, future);
        }
    }

    /** How long a good answer is held back for its first event; zero for one that is not, as most. */
    Duration hold(ResponseView answer) {
        Duration hold = settings().firstEventHold();
        return !hold.isZero()
                        && answer.status() >= 200
                        && answer.status() < 300
                        && answer.hasBody()
                        && answer.contentLength() != 0
                        && ResponseView.isEventStream(answer.header("Content-Type"))
                        && isReadable(answer.header("Content-Encoding"))
                ? hold
                : Duration.ZERO;
    }

    /** Where a compressed stream's first event ends is not to be seen from here. */
    private static boolean isReadable(@Nullable String encoding) {
        return encoding == null || encoding.isBlank() || encoding.trim().equalsIgnoreCase("identity");
    }

    Verdict classify(Answer answer) {
        ResponseClassifier classifier = settings().classifier();
        try {
            Verdict verdict = classifier.classify(answer);
            if (verdict != null) {
                return verdict;
            }
            LOG.log(Logger.Level.WARNING, "the classifier of pool " + pool.name() + " returned nothing");
        } catch (RuntimeException e) {
            LOG.log(Logger.Level.WARNING, "the classifier of pool " + pool.name() + " failed", e);
        }
        return ResponseClassifier.byStatus().classify(answer);
    }

    /** A verdict about a model needs to know which; it was not asked for as long as it did not matter. */
    void nameModel(Lease lease, Verdict verdict) {
        if (wanted.model().isEmpty() && aboutModel(verdict)) {
            String model = RequestFacts.of(request).model();
            if (model != null) {
                wanted = wanted.withModel(model);
                lease.servedModel(model);
            }
        }
    }

    private static boolean aboutModel(Verdict verdict) {
        if (verdict.kind().refusesKey() && verdict.scope() == Scope.KEY_AND_MODEL) {
            return true;
        }
        List<Budget> budgets = verdict.budgets();
        for (int i = 0; i < budgets.size(); i++) {
            if (budgets.get(i).scope() == Scope.KEY_AND_MODEL) {
                return true;
            }
        }
        return false;
    }

    /** What an exception means. An outage of the network counts once a call, however many keys it hits. */
    Verdict verdictOf(Throwable cause) {
        if (cause instanceof InterruptedIOException) {
            return Verdict.of(VerdictKind.TIMEOUT, "no answer in time");
        }
        if (networkFailureCounted) {
            return Verdict.neutral();
        }
        return Verdict.of(VerdictKind.NETWORK_FAILURE, cause.getClass().getSimpleName());
    }

    /** What follows an answer that refused the key or told of a transient fault. */
    Step afterFault(Attempt attempt, Verdict verdict) {
        if (!repeats || !request.canBeSent() || remaining() <= 0) {
            return Step.Deliver.DELIVER;
        }
        if (verdict.kind().refusesKey()) {
            return rotate(attempt, verdict);
        }
        return retry(attempt, backoff(verdict), Step.Deliver.DELIVER);
    }

    /** What follows a failure without an answer. */
    Step afterFailure(Attempt attempt, Verdict verdict, Throwable cause) {
        Step fail = new Step.Fail(cause);
        networkFailureCounted |= verdict.kind() == VerdictKind.NETWORK_FAILURE;
        if (!repeats || !(cause instanceof java.io.IOException) || !request.canBeSent() || remaining() <= 0) {
            return fail;
        }
        return retry(attempt, backoff(verdict), fail);
    }

    private Step rotate(Attempt attempt, Verdict verdict) {
        if (!verdict.otherKeyMayServe() || rotations >= settings().maxRotations()) {
            return gaveUp(Step.Deliver.DELIVER);
        }
        rotations++;
        wanted = wanted.insteadOf(attempt.lease());
        Lease lease = pool.tryAcquire(wanted).orElse(null);
        return lease != null ? new Attempt(this, lease) : awaitKey(Step.Deliver.DELIVER);
    }

    private Step retry(Attempt attempt, Duration delay, Step otherwise) {
        faults++;
        boolean safe = !attempt.wasSent()
                || settings().retryableMethods().contains(request.method())
                || request.header("Idempotency-Key") != null;
        if (!safe) {
            return otherwise;
        }
        if (faults >= settings().retryAttempts()
                || nanos(delay) >= Math.min(remaining(), nanos(LONGEST_PAUSE) + 1)
                || !pool.retryBudget().tryPay()) {
            return gaveUp(otherwise);
        }
        wanted = wanted.insteadOf(attempt.lease());
        CompletableFuture<Step> next = new CompletableFuture<>();
        TimeSource.Timer timer = pool.timers().schedule(delay, () -> Pause.end(next, again(otherwise)));
        return new Pause(next, timer::cancel);
    }

    /** After a back-off: preferably another key, else one that was tried before, for the fault was not the key's. */
    private Step again(Step otherwise) {
        Lease other = pool.tryAcquire(wanted).orElse(null);
        if (other != null) {
            return new Attempt(this, other);
        }
        wanted = wanted.withTriedKeysAllowed();
        Lease same = pool.tryAcquire(wanted).orElse(null);
        return same != null ? new Attempt(this, same) : awaitKey(otherwise);
    }

    /** Waits for a key as the pool's policy says; if there will be none, what the call has got so far is the result. */
    private Step awaitKey(@Nullable Step otherwise) {
        LeaseRequest inTime =
                deadline == NO_DEADLINE ? wanted : wanted.withTimeout(Duration.ofNanos(Math.max(0, remaining())));
        CompletableFuture<Lease> lease = pool.acquireAsync(inTime);
        CompletableFuture<Step> next = new CompletableFuture<>();
        var unused = lease.whenComplete((taken, failure) -> Pause.end(next, afterWait(taken, failure, otherwise)));
        return lease.isDone() ? next.join() : new Pause(next, () -> lease.cancel(false));
    }

    /** The pool has done what it could; from here on the same request again is somebody else's retry. */
    private Step gaveUp(Step last) {
        if (repeats) {
            StackedRetries.gaveUp(pool.repeatWatch(), request, callersThread, givenUpBefore);
        }
        return last;
    }

    private Step afterWait(@Nullable Lease taken, @Nullable Throwable failure, @Nullable Step otherwise) {
        if (taken != null) {
            return new Attempt(this, taken);
        }
        Step last = otherwise != null || failure == null ? otherwise : new Step.Fail(unwrapped(failure));
        if (last == null) {
            throw new IllegalStateException("a wait ended with neither a key nor a reason");
        }
        return failure instanceof CancellationException ? last : gaveUp(last);
    }

    private Duration backoff(Verdict verdict) {
        Duration stated = verdict.waitFor();
        // A wait of nothing names no moment: all who were told it would come back at once, and together.
        if (stated != null && !stated.isZero()) {
            return stated;
        }
        long most = Math.min(nanos(FIRST_BACKOFF) << Math.min(faults, 10), nanos(LONGEST_BACKOFF));
        return Duration.ofNanos(ThreadLocalRandom.current().nextLong(most + 1));
    }

    private long remaining() {
        return deadline == NO_DEADLINE
                ? Long.MAX_VALUE
                : deadline - settings().timeSource().nanoTime();
    }

    private PoolSettings settings() {
        return pool.settings();
    }

    private static Throwable unwrapped(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private static long nanos(Duration duration) {
        return duration.toNanos();
    }
}
