package dev.poolswitch.testkit.server;

import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A provider of language models on the loopback interface, with keys that have limits.
 *
 * <p>It answers {@code GET /v1/models} and {@code POST} to {@code /v1/chat/completions}, {@code /v1/embeddings},
 * {@code /v1/messages} and {@code /v1beta/models/M:generateContent}, the chats also as streams. Every request with a
 * known key counts against the limits of that key, whatever it asks for. Windows follow the given clock; latencies
 * are real time. Thread-safe. No answer ever contains a key.
 *
 * <pre>{@code
 * try (FakeProvider provider = FakeProvider.builder()
 *         .key("A", Behaviour.limited(3, Duration.ofSeconds(10)))
 *         .key("B", Behaviour.healthy())
 *         .start()) {
 *     // send requests to provider.uri("/v1/chat/completions")
 *     assertThat(provider.statistics("A").overLimit()).isZero();
 * }
 * }</pre>
 */
public final class FakeProvider implements AutoCloseable {
    private final ScriptedServer server;
    private final Map<String, Account> accounts = new ConcurrentHashMap<>();
    private final Map<String, Ledger> ledgers = new ConcurrentHashMap<>();
    private final Dialect dialect;
    private final LongSupplier nanoClock;
    private final Dice dice;
    private final BudgetHeaders headers;
    private final Answers answers;
    private final int maxWords;

    /** A provider with the default settings and no keys yet. */
    public static Builder builder() {
        return new Builder();
    }

    private FakeProvider(Builder builder) {
        dialect = builder.dialect;
        nanoClock = builder.nanoClock;
        dice = new Dice(builder.seed, builder.faults, builder.minLatencyNanos, builder.maxLatencyNanos);
        headers = new BudgetHeaders(dialect, builder.budgetHeaders, builder.retryAfter, builder.wallClock);
        answers = new Answers(builder.models, builder.wordInterval);
        maxWords = builder.maxWords;
        builder.accounts.forEach(this::set);
        server = ScriptedServer.start(builder.port);
        server.script(this::answer);
    }

    private void set(List<String> keys, Behaviour behaviour) {
        Account account = new Account(behaviour, nanoClock);
        for (String key : keys) {
            ledgers.computeIfAbsent(key, k -> new Ledger());
            accounts.put(key, account);
        }
    }

    /** Adds a key, or gives one a new behaviour and an account of its own with nothing used yet. */
    public void set(String key, Behaviour behaviour) {
        set(List.of(key), behaviour);
    }

    private Reply answer(RecordedRequest request) {
        String key = request.key();
        if (key == null) {
            return refuse(Refusal.of(Problem.MISSING_KEY, ""));
        }
        Account account = accounts.get(key);
        Ledger ledger = ledgers.get(key);
        if (account == null || ledger == null) {
            return refuse(Refusal.of(Problem.UNKNOWN_KEY, ""));
        }
        Ask.Endpoint endpoint = Ask.endpoint(request);
        Ask ask = endpoint == null ? null : Ask.of(request, endpoint, maxWords);
        Admission admission = account.admit(ask == null ? "" : ask.model(), ask == null ? 0 : ask.tokens());
        ledger.note(admission, ask == null ? 0 : ask.tokens());
        if (admission.refusal() != null) {
            return headers.withBudget(refuse(admission.refusal()), admission.gauges());
        }
        Reply reply = headers.withBudget(admitted(endpoint, ask, ledger), admission.gauges());
        return reply.delayHead(dice.latency()).whenOver(account::end);
    }

    private Reply admitted(Ask.@Nullable Endpoint endpoint, @Nullable Ask ask, Ledger ledger) {
        if (ask == null) {
            return refuse(Refusal.of(endpoint == null ? Problem.NOT_FOUND : Problem.BAD_REQUEST, ""));
        }
        Dice.Fault fault = dice.fault();
        if (fault != Dice.Fault.NONE) {
            ledger.noteFault();
        }
        return switch (fault) {
            case NONE -> answers.answer(ask);
            case SERVER_ERROR -> refuse(Refusal.of(Problem.SERVER_ERROR, ask.model()));
            case OVERLOADED -> refuse(Refusal.of(Problem.OVERLOADED, ask.model()));
            case RESET -> Reply.resetAfterRequest();
            case HANG -> Reply.hang();
        };
    }

    private Reply refuse(Refusal refusal) {
        Reply reply = ErrorReplies.reply(dialect, refusal, headers.tellsWait());
        return headers.withWait(reply, refusal.waitNanos());
    }

    /** The server beneath, for its records; its rules and queue go before the provider's answers. */
    public ScriptedServer server() {
        return server;
    }

    /** The address of the provider: {@code http://127.0.0.1:port}. */
    public URI uri() {
        return server.uri();
    }

    /** The address of a target, which begins with a slash. */
    public URI uri(String target) {
        return server.uri(target);
    }

    /**
     * What was counted for a key.
     *
     * @throws IllegalArgumentException if the provider does not know the key
     */
    public KeyStatistics statistics(String key) {
        return ledger(key).statistics();
    }

    /** The sum over all keys; its {@code maxInFlight} is the greatest of theirs. */
    public KeyStatistics total() {
        return ledgers.values().stream()
                .map(Ledger::statistics)
                .reduce(new KeyStatistics(0, 0, 0, 0, 0, 0, 0, 0), KeyStatistics::plus);
    }

    /**
     * The most requests with a key that were admitted within any span shorter than the window, wherever it begins.
     *
     * @throws IllegalArgumentException if the provider does not know the key
     */
    public int mostAdmitted(String key, Duration window) {
        return ledger(key).mostAdmittedWithin(window.toNanos());
    }

    /**
     * The most requests with a key that arrived within any span shorter than the window, refused ones included: if
     * this is not more than a limit, then no kind of window could have been overrun.
     *
     * @throws IllegalArgumentException if the provider does not know the key
     */
    public int mostReceived(String key, Duration window) {
        return ledger(key).mostReceivedWithin(window.toNanos());
    }

    private Ledger ledger(String key) {
        Ledger ledger = ledgers.get(key);
        if (ledger == null) {
            throw new IllegalArgumentException("the provider does not know this key");
        }
        return ledger;
    }

    /** Stops the server. */
    @Override
    public void close() {
        server.close();
    }

    /** The settings of a provider. Not thread-safe. */
    public static final class Builder {
        private final Map<List<String>, Behaviour> accounts = new LinkedHashMap<>();
        private Dialect dialect = Dialect.OPENAI;
        private List<String> models = List.of("fake-large", "fake-small");
        private LongSupplier nanoClock = System::nanoTime;
        private InstantSource wallClock = InstantSource.system();
        private RetryAfterForm retryAfter = RetryAfterForm.SECONDS;
        private boolean budgetHeaders = true;
        private Faults faults = Faults.none();
        private Duration wordInterval = Duration.ZERO;
        private long minLatencyNanos;
        private long maxLatencyNanos;
        private long seed = 1;
        private int maxWords = 16;
        private int port;

        private Builder() {}

        /** A key with limits of its own. */
        public Builder key(String key, Behaviour behaviour) {
            accounts.put(List.of(key), behaviour);
            return this;
        }

        /** Keys that share the limits of one account. */
        public Builder account(Behaviour behaviour, String... keys) {
            accounts.put(List.of(keys), behaviour);
            return this;
        }

        /** The shape of errors and budget headers; the default is {@link Dialect#OPENAI}. */
        public Builder dialect(Dialect value) {
            dialect = value;
            return this;
        }

        /** The models that are listed; any other is served as well. */
        public Builder models(String... values) {
            models = List.of(values);
            return this;
        }

        /** The clock of all windows, in nanoseconds; the default is {@link System#nanoTime}. */
        public Builder nanoClock(LongSupplier value) {
            nanoClock = value;
            return this;
        }

        /** The clock of all dates that are told; the default is the system's. */
        public Builder wallClock(InstantSource value) {
            wallClock = value;
            return this;
        }

        /** How the wait is told when a limit is reached; the default is {@link RetryAfterForm#SECONDS}. */
        public Builder retryAfter(RetryAfterForm value) {
            retryAfter = value;
            return this;
        }

        /** Whether limits, what remains of them and their reset are told; the default is {@code true}. */
        public Builder budgetHeaders(boolean value) {
            budgetHeaders = value;
            return this;
        }

        /** How often admitted requests fail; the default is never. */
        public Builder faults(Faults value) {
            faults = value;
            return this;
        }

        /** How long admitted requests wait for their answer; the default is zero. */
        public Builder latency(Duration value) {
            return latency(value, value);
        }

        /** Between which bounds admitted requests wait for their answer, evenly distributed. */
        public Builder latency(Duration min, Duration max) {
            if (max.compareTo(min) < 0) {
                throw new IllegalArgumentException("latency must not end before it begins: " + min + " to " + max);
            }
            minLatencyNanos = Draft.nanos("latency", min);
            maxLatencyNanos = max.toNanos();
            return this;
        }

        /** The seed of faults and latencies; the default is 1. */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /** How many words a chat answers with, unless {@code max_tokens} is less; the default is 16. */
        public Builder words(int value) {
            if (value < 1) {
                throw new IllegalArgumentException("an answer must have at least 1 word: " + value);
            }
            maxWords = value;
            return this;
        }

        /** The pause between two events of a stream; the default is zero. */
        public Builder wordInterval(Duration value) {
            Draft.nanos("wordInterval", value);
            wordInterval = value;
            return this;
        }

        /** The port; the default is a free one. */
        public Builder port(int value) {
            port = value;
            return this;
        }

        /**
         * Starts the provider.
         *
         * @throws java.io.UncheckedIOException if the port cannot be bound
         */
        public FakeProvider start() {
            return new FakeProvider(this);
        }
    }
}
