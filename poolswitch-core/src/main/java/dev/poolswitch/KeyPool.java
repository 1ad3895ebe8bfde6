package dev.poolswitch;

import dev.poolswitch.store.KeyStateStore;
import dev.poolswitch.verdict.ResponseClassifier;
import dev.poolswitch.verdict.Rule;
import java.net.URI;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Several API keys of one upstream that behave as one key that is as large as all of them together.
 *
 * <p>Give it to an adapter, which takes a lease for each request and reports what the answer meant, or take leases
 * yourself with {@link #acquire()}. Thread-safe. An idle pool has no thread; close it so that the last changes reach the
 * store.
 *
 * <pre>{@code
 * KeyPool pool = KeyPool.builder()
 *         .upstream("https://api.openai.com")
 *         .keys(System.getenv("OPENAI_KEYS").split(","))
 *         .build();
 * }</pre>
 */
public final class KeyPool implements AutoCloseable {

    private final Engine engine;
    private final RepeatWatch repeatWatch;

    /** Starts a pool. */
    public static Builder builder() {
        return new Builder();
    }

    private KeyPool(Engine engine) {
        this.engine = engine;
        this.repeatWatch = new RepeatWatch(engine);
    }

    /** As {@link #acquire(LeaseRequest)}, for any call. */
    public Lease acquire() throws NoKeyAvailableException, InterruptedException {
        return acquire(LeaseRequest.any());
    }

    /**
     * Takes the right to use a key. When no key is ready, waits as the pool's {@link WhenExhausted} policy says.
     *
     * @throws NoKeyAvailableException when no key is ready, or none became ready in time, or the pool is closed
     * @throws InterruptedException when the thread is interrupted while it waits
     */
    public Lease acquire(LeaseRequest request) throws NoKeyAvailableException, InterruptedException {
        Checks.notNull("lease request", request);
        if (engine.lineIsEmpty()) {
            Lease lease = engine.select(request);
            if (lease != null) {
                return lease;
            }
        }
        CompletableFuture<Lease> waiting = engine.acquire(request);
        try {
            return waiting.get();
        } catch (InterruptedException e) {
            giveUp(waiting);
            throw e;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof NoKeyAvailableException none) {
                throw none;
            }
            throw new IllegalStateException("waiting for a key failed", e.getCause());
        }
    }

    /** As {@link #tryAcquire(LeaseRequest)}, for any call. */
    public Optional<Lease> tryAcquire() {
        return tryAcquire(LeaseRequest.any());
    }

    /** A lease if a key is ready now and nobody waits for one; never waits, never overtakes. */
    public Optional<Lease> tryAcquire(LeaseRequest request) {
        Checks.notNull("lease request", request);
        return Optional.ofNullable(engine.lineIsEmpty() ? engine.select(request) : null);
    }

    /** As {@link #acquireAsync(LeaseRequest)}, for any call. */
    public CompletableFuture<Lease> acquireAsync() {
        return acquireAsync(LeaseRequest.any());
    }

    /**
     * As {@link #acquire(LeaseRequest)} without blocking: the future fails with a {@link NoKeyAvailableException}.
     * Cancelling it gives the place in the line back. Dependent actions that are not async run on a thread of the pool
     * and must not block.
     */
    public CompletableFuture<Lease> acquireAsync(LeaseRequest request) {
        return engine.acquire(Checks.notNull("lease request", request));
    }

    /** How things stand now. */
    public PoolStatus status() {
        long now = engine.clock().now();
        engine.lostLeases().reclaim(now);
        return new StatusReport(engine, now).pool();
    }

    /** The configuration of the pool. */
    public PoolSettings settings() {
        return engine.settings();
    }

    /** The pool's name. */
    public String name() {
        return engine.settings().name();
    }

    /** Keeps repetitions after transient faults a small share of all calls; adapters ask it before each. */
    public RetryBudget retryBudget() {
        return engine.retryBudget();
    }

    /** Starts the pool's timers, whatever its time source does; the exchange ends its back-offs by them. */
    public Timers timers() {
        return engine.timers();
    }

    /** Notices retries above the pool; the exchange asks it before each call and tells it of each that failed. */
    public RepeatWatch repeatWatch() {
        return repeatWatch;
    }

    /**
     * Adds a key while traffic flows.
     *
     * @throws IllegalArgumentException when a key of that id is in the pool, or its base URL is not allowed
     */
    public void addKey(ApiKey key) {
        Checks.notNull("key", key);
        key.baseUrl()
                .ifPresent(url -> Upstreams.checked(
                        "baseUrl of key " + key.id(), url, engine.settings().allowCleartext()));
        engine.changes().addKey(key);
    }

    /**
     * Removes a key while traffic flows; its open leases go on. What its group was refused for stays closed for the
     * group, but a store keeps a model's limit under the key that was refused: after a restart without that key (or with
     * another id or secret for it) the limit is met once more.
     *
     * @return whether there was such a key
     */
    public boolean removeKey(String id) {
        return engine.changes().removeKey(Checks.notNull("key id", id));
    }

    /**
     * Takes a key out of service until {@link #enable}; its open leases go on. Survives a restart when the pool has a
     * store.
     *
     * @throws IllegalArgumentException when there is no such key
     */
    public void disable(String id) {
        engine.changes().disable(id, true);
    }

    /**
     * Puts a key into service again. Blocks that it has earned stay; see {@link #reset}.
     *
     * @throws IllegalArgumentException when there is no such key
     */
    public void enable(String id) {
        engine.changes().disable(id, false);
    }

    /**
     * Forgets all that blocks a key: cooldown, quarantine, circuit, and what its group was refused for. What was counted
     * stays.
     *
     * @throws IllegalArgumentException when there is no such key
     */
    public void reset(String id) {
        engine.changes().reset(id);
    }

    /** Completes, never exceptionally, when all that was learned so far is durable or cannot be made so now. */
    public CompletionStage<Void> durable() {
        return engine.durable();
    }

    /** Whether it matters which model a call is for; adapters look for it only then. */
    public boolean asksForModel() {
        return engine.asksForModel();
    }

    /** Whether it matters how many tokens a call costs; adapters count them only then. */
    public boolean asksForTokens() {
        return engine.asksForTokens();
    }

    /** Whether keys of this pool are for an origin. */
    public boolean serves(String scheme, String host, int port) {
        for (Origin origin : engine.settings().upstream()) {
            if (origin.is(scheme, host, port)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Writes what is unwritten and fails the calls that wait. Open leases may still be ended. Does not close the store,
     * which may serve other pools. Closing twice has no effect.
     */
    @Override
    public void close() {
        engine.close();
    }

    /** Shows the name only. */
    @Override
    public String toString() {
        return "KeyPool[" + name() + "]";
    }

    private static void giveUp(CompletableFuture<Lease> waiting) {
        if (!waiting.cancel(false) && !waiting.isCompletedExceptionally()) {
            waiting.join().unused();
        }
    }

    /** Collects the configuration of a pool. Not thread-safe. A bad value is refused by the method that is given it. */
    public static final class Builder {

        private static final Set<String> RETRYABLE_METHODS = Set.of("GET", "HEAD", "OPTIONS", "DELETE", "POST");

        private @Nullable String name;
        private final LinkedHashSet<URI> upstream = new LinkedHashSet<>();
        private final List<ApiKey> keys = new ArrayList<>();
        private final Set<String> keyIds = new HashSet<>();
        private final List<PoolListener> listeners = new ArrayList<>();
        private KeyPlacement placement = KeyPlacement.bearer();
        private Strategy strategy = Strategy.quotaFailover();
        private int retryAttempts = 3;
        private int maxRotations = 10;
        private Duration cooldown = Duration.ofHours(1);
        private int maxFailures = 10;
        private Set<String> retryableMethods = RETRYABLE_METHODS;
        private OptionalDouble rateLimitPerSecond = OptionalDouble.empty();
        private WhenExhausted whenExhausted = WhenExhausted.waitUpTo(Duration.ofSeconds(30));
        private @Nullable ResponseClassifier classifier;
        private final List<Rule> rules = new ArrayList<>();
        private @Nullable KeyStateStore store;
        private TimeSource timeSource = TimeSource.system();
        private boolean allowCleartext;
        private Duration leaseTimeout = Duration.ofMinutes(15);
        private Duration firstEventHold = Duration.ZERO;
        private ZoneId quotaZone = ZoneOffset.UTC;

        private Builder() {}

        /** The name in logs, metrics and the store; the first upstream's host unless told. */
        public Builder name(String poolName) {
            name = Checks.name("name", poolName);
            return this;
        }

        /**
         * The base URLs that the keys are for; only scheme, host and port count. Keys go nowhere else.
         *
         * @throws IllegalArgumentException when one is no absolute http or https URL
         */
        public Builder upstream(String... urls) {
            for (String url : Checks.notNull("upstream", urls)) {
                upstream.add(Upstreams.parse("upstream", url));
            }
            return this;
        }

        /** A key. */
        public Builder key(String id, String secret) {
            return key(ApiKey.of(id, secret));
        }

        /**
         * A key with limits or other properties.
         *
         * @throws IllegalArgumentException when a key of that id was given before
         */
        public Builder key(ApiKey key) {
            Checks.notNull("key", key);
            if (!keyIds.add(key.id())) {
                throw new IllegalArgumentException("key id " + key.id() + " was given twice; ids must differ");
            }
            keys.add(key);
            return this;
        }

        /** Keys that are named by their number in the pool: {@code key-1}, {@code key-2}, … */
        public Builder keys(String... secrets) {
            for (String secret : Checks.notNull("keys", secrets)) {
                key(ApiKey.of("key-" + (keys.size() + 1), secret));
            }
            return this;
        }

        /** Where keys stand in a request; {@code Authorization: Bearer} unless told. */
        public Builder placement(KeyPlacement where) {
            placement = Checks.notNull("placement", where);
            return this;
        }

        /** How a key is chosen among those that are ready; {@link Strategy#quotaFailover()} unless told. */
        public Builder strategy(Strategy how) {
            strategy = Checks.notNull("strategy", how);
            return this;
        }

        /** Sends in all for transient faults, at least 1; 3 unless told. Rotations to another key do not count. */
        public Builder retryAttempts(int sends) {
            retryAttempts = Checks.atLeast("retryAttempts", 1, sends);
            return this;
        }

        /** Refusals after which a call gives up although there are more keys, 0 for none; 10 unless told. */
        public Builder maxRotations(int rotations) {
            maxRotations = Checks.atLeast("maxRotations", 0, rotations);
            return this;
        }

        /** How long a key rests whose quota is spent when the answer does not say; 1 h unless told. */
        public Builder cooldown(Duration rest) {
            cooldown = Checks.positive("cooldown", rest);
            return this;
        }

        /** Failures in a row that open a key's circuit, at least 1; 10 unless told. */
        public Builder maxFailures(int failures) {
            maxFailures = Checks.atLeast("maxFailures", 1, failures);
            return this;
        }

        /**
         * Methods that may be repeated after a transient fault although the upstream may have seen the request; GET,
         * HEAD, OPTIONS, DELETE and POST unless told. A repeated POST may be billed twice: leave it out if that matters
         * more than an error.
         */
        public Builder retryableMethods(String... methods) {
            Set<String> chosen = new HashSet<>();
            for (String method : Checks.notNull("retryableMethods", methods)) {
                chosen.add(Checks.token("retryableMethods", method).toUpperCase(Locale.ROOT));
            }
            retryableMethods = chosen;
            return this;
        }

        /** At most so many requests per second over all keys, above 0, fractions count; off unless told. */
        public Builder rateLimitPerSecond(double requests) {
            if (!(requests > 0.000_001) || requests > 1_000_000_000) {
                throw new IllegalArgumentException(
                        "rateLimitPerSecond must be above 0.000001 and at most 1000000000, but was " + requests);
            }
            rateLimitPerSecond = OptionalDouble.of(requests);
            return this;
        }

        /** What happens when no key is ready; waits up to 30 s unless told. */
        public Builder whenExhausted(WhenExhausted policy) {
            whenExhausted = Checks.notNull("whenExhausted", policy);
            return this;
        }

        /** What answers mean; unless told, the classifier that knows the first upstream's host, or the generic one. */
        public Builder classifier(ResponseClassifier meaning) {
            classifier = Checks.notNull("classifier", meaning);
            return this;
        }

        /** What particular answers mean, before the classifier is asked; the first rule that fits decides. */
        public Builder rules(Rule... first) {
            for (Rule rule : Checks.notNull("rules", first)) {
                rules.add(Checks.notNull("rule", rule));
            }
            return this;
        }

        /** Where state survives; nowhere unless told. The pool does not close it. */
        public Builder store(KeyStateStore where) {
            store = Checks.notNull("store", where);
            return this;
        }

        /** Hears what happens; may be called several times. */
        public Builder listener(PoolListener hearer) {
            listeners.add(Checks.notNull("listener", hearer));
            return this;
        }

        /** The clocks; those of the machine unless told. */
        public Builder timeSource(TimeSource clocks) {
            timeSource = Checks.notNull("timeSource", clocks);
            return this;
        }

        /** Whether keys may be sent over plain http to other machines, where they can be overheard; no unless told. */
        public Builder allowCleartext(boolean allowed) {
            allowCleartext = allowed;
            return this;
        }

        /** After how long a lease that nobody ended is taken back; 15 min unless told. */
        public Builder leaseTimeout(Duration longest) {
            leaseTimeout = Checks.positive("leaseTimeout", longest);
            return this;
        }

        /**
         * How long a stream of server-sent events is held back at most for its first event; zero, which is off, unless
         * told. Some upstreams answer 200 and tell in the stream that they refuse. If that comes as the first event while
         * the answer is held back, the call goes on with another key and the application never sees it; without the hold
         * only the key is benched for the next call. What it costs: the application gets the head of such an answer up to
         * that much later, namely with the first event. Nothing else is delayed, and no byte is lost when the time is over
         * first. A stream that reaches the plug-in compressed is not held back.
         *
         * @throws IllegalArgumentException when it is negative
         */
        public Builder firstEventHold(Duration longest) {
            firstEventHold = Checks.notNegative("firstEventHold", longest);
            return this;
        }

        /** The time zone in which calendar months of {@code monthlyQuota} are counted; UTC unless told. */
        public Builder quotaZone(ZoneId zone) {
            quotaZone = Checks.notNull("quotaZone", zone);
            return this;
        }

        /**
         * The pool, with what its store knows.
         *
         * @throws IllegalArgumentException when there is no key or no upstream, or keys would be sent in clear text
         */
        public KeyPool build() {
            if (keys.isEmpty()) {
                throw new IllegalArgumentException(
                        "a pool needs at least one key; call key(id, secret) or keys(secrets...)");
            }
            List<Origin> origins = upstream.stream()
                    .map(url -> Upstreams.checked("upstream", url, allowCleartext))
                    .distinct()
                    .toList();
            for (ApiKey key : keys) {
                key.baseUrl().ifPresent(url -> Upstreams.checked("baseUrl of key " + key.id(), url, allowCleartext));
            }
            return new KeyPool(new Engine(settings(origins), keys, store, listeners));
        }

        private PoolSettings settings(List<Origin> origins) {
            String poolName = name != null
                    ? name
                    : origins.isEmpty() ? "default" : origins.get(0).host();
            return new PoolSettings(
                    poolName,
                    origins,
                    placement,
                    strategy,
                    retryAttempts,
                    maxRotations,
                    cooldown,
                    maxFailures,
                    retryableMethods,
                    rateLimitPerSecond,
                    whenExhausted,
                    meaning(origins),
                    allowCleartext,
                    leaseTimeout,
                    firstEventHold,
                    timeSource,
                    quotaZone);
        }

        private ResponseClassifier meaning(List<Origin> origins) {
            ResponseClassifier chosen = classifier;
            if (chosen == null) {
                chosen = origins.isEmpty()
                        ? ResponseClassifier.generic()
                        : ResponseClassifier.forUpstream(origins.get(0).host());
            }
            return rules.isEmpty() ? chosen : chosen.withRules(rules);
        }

        /** Shows how many keys were given, never a secret. */
        @Override
        public String toString() {
            return "KeyPool.Builder[" + name + ", keys=" + Arrays.toString(keys.toArray()) + "]";
        }
    }
}
