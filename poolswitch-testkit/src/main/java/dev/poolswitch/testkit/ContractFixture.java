package dev.poolswitch.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.poolswitch.ApiKey;
import dev.poolswitch.KeyPool;
import dev.poolswitch.KeyStatus;
import dev.poolswitch.testkit.server.RecordedRequest;
import dev.poolswitch.testkit.server.Reply;
import dev.poolswitch.testkit.server.ScriptedServer;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/**
 * What the contract's tests work with: an upstream, a foreign server, pools whose keys are tried in the order in which
 * they are given, clients, and the check at the end that nothing has leaked. Times are real, so bounds are generous: they
 * tell an answer from a hang, not a fast machine from a slow one.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class ContractFixture {

    static final String A = "sk-first-7Qm2xW";
    static final String B = "sk-second-4Rt9zL";
    static final String C = "sk-third-8Vn3cP";

    /** Far longer than anything takes that does not wait, far shorter than what a test lets it wait for. */
    static final Duration PROMPT = Duration.ofSeconds(4);

    /** What a caller who gives up waits for at most; the aim is a tenth of a second. */
    static final Duration SOON = Duration.ofSeconds(2);

    /** What something would take that a test must not wait for. */
    static final Duration FOREVER = Duration.ofSeconds(45);

    final ScriptedServer server = ScriptedServer.start();
    final ScriptedServer foreign = ScriptedServer.start();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "contract-caller");
        thread.setDaemon(true);
        return thread;
    });

    private final LeakCheck leaks = LeakCheck.begin(A, B, C);

    /**
     * A client as its users build it.
     *
     * @param settings what must be as the test says
     * @param pools the pools that the plug-in is given; none at all for the bare client without the plug-in
     */
    protected abstract ClientUnderTest client(ClientSettings settings, KeyPool... pools) throws Exception;

    /** What the client or the adapter lacks, and why; the tests that need it are skipped with the reason. */
    protected Map<Capability, String> gaps() {
        return Map.of();
    }

    @AfterEach
    void verifyThatNothingLeaked() throws Exception {
        try {
            leaks.verify();
        } finally {
            leaks.close();
            threads.shutdownNow();
            while (!open.isEmpty()) {
                open.pop().close();
            }
            server.close();
            foreign.close();
        }
    }

    // ---- conditions

    /** Skips the test, with the reason, when the adapter declares that it lacks one of these. */
    final void needs(Capability... capabilities) {
        for (Capability capability : capabilities) {
            String reason = gaps().get(capability);
            assumeTrue(reason == null, () -> capability + " is a declared gap: " + reason);
        }
    }

    // ---- pools and clients

    /** A pool that prefers its keys in this order; their ids are {@code a}, {@code b}, {@code c}. */
    final KeyPool pool(String... secrets) {
        return built(builder(secrets));
    }

    final KeyPool.Builder builder(String... secrets) {
        KeyPool.Builder builder =
                KeyPool.builder().name("contract").upstream(server.uri().toString());
        int tier = 0;
        for (String secret : secrets) {
            builder.key(key(secret, tier++).build());
        }
        return builder;
    }

    static ApiKey.Builder key(String secret, int tier) {
        return ApiKey.builder(String.valueOf((char) ('a' + tier)), secret).tier(tier);
    }

    final KeyPool built(KeyPool.Builder builder) {
        KeyPool pool = builder.build();
        open.push(pool);
        leaks.watch(pool);
        return pool;
    }

    final ClientUnderTest client(KeyPool... pools) throws Exception {
        return with(ClientSettings.usual(), pools);
    }

    final ClientUnderTest with(ClientSettings settings, KeyPool... pools) throws Exception {
        ClientUnderTest client = client(settings, pools);
        open.push(client);
        leaks.watch(client);
        return client;
    }

    // ---- calls

    final TestRequest get(String target) {
        return TestRequest.get(server.uri(target));
    }

    final TestRequest post(String target, String json) {
        return TestRequest.post(server.uri(target), TestBody.json(json));
    }

    final TestResponse open(ClientUnderTest client, TestRequest request) throws IOException {
        return seen(client.call(request).execute());
    }

    final Received exchange(ClientUnderTest client, TestRequest request) throws IOException {
        return read(open(client, request));
    }

    /** Reads an answer to its end and closes it. */
    final Received read(TestResponse response) throws IOException {
        try (response) {
            return new Received(
                    response.status(), response.headers(), response.body().readAllBytes());
        }
    }

    /** Reads a stream of the events "one" and "two", of which the second is sent once the first has been read. */
    final void assertFirstEventComesBeforeTheSecond(ClientUnderTest client, CountDownLatch second) throws Exception {
        Future<String> all = inBackground(() -> {
            try (TestResponse response = open(client, get("/1"))) {
                String first = new String(first(11, response.body()), StandardCharsets.UTF_8);
                second.countDown();
                return first + new String(response.body().readAllBytes(), StandardCharsets.UTF_8);
            }
        });

        try {
            assertThat(result(all)).isEqualTo("data: one\n\ndata: two\n\n");
        } finally {
            second.countDown();
        }
    }

    /**
     * So many bytes of a body. Never asks for none, as {@link InputStream#readNBytes} does at its end: some clients wait
     * for more bytes then.
     */
    static byte[] first(int count, InputStream body) throws IOException {
        byte[] bytes = new byte[count];
        for (int done = 0; done < count; ) {
            int more = body.read(bytes, done, count - done);
            if (more < 0) {
                throw new EOFException("the body ended after " + done + " of " + count + " bytes");
            }
            done += more;
        }
        return bytes;
    }

    /** Notes what the application can print about an answer. */
    final TestResponse seen(TestResponse response) {
        response.shown().forEach(leaks::saw);
        return response;
    }

    final Throwable failure(ThrowingCallable call) {
        Throwable failure = catchThrowable(call);
        assertThat(failure).as("the call must fail").isNotNull();
        leaks.saw(failure);
        return failure;
    }

    final <T> Future<T> inBackground(Callable<T> task) {
        return threads.submit(task);
    }

    /** The result of a background task, an exception of which is thrown as it was. */
    static <T> T result(Future<T> future) throws Exception {
        try {
            return future.get(PROMPT.toMillis() * 2, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception exception) {
                throw exception;
            }
            throw e;
        } catch (TimeoutException e) {
            throw new AssertionError("the call hangs", e);
        }
    }

    /** How a background call failed; it must do so soon. */
    final Throwable failureOf(Future<?> call) throws InterruptedException {
        try {
            Object answer = call.get(SOON.toMillis(), TimeUnit.MILLISECONDS);
            throw new AssertionError("the call must fail, but gave " + answer);
        } catch (TimeoutException e) {
            throw new AssertionError("the call goes on after it should have ended", e);
        } catch (ExecutionException e) {
            Throwable cause = Objects.requireNonNull(e.getCause());
            leaks.saw(cause);
            return cause;
        } catch (CancellationException e) {
            return e;
        }
    }

    static void eventually(BooleanSupplier condition) {
        await().atMost(PROMPT.multipliedBy(2))
                .pollInterval(Duration.ofMillis(5))
                .until(condition::getAsBoolean);
    }

    final String output() {
        return leaks.output();
    }

    // ---- what the two sides have seen

    static KeyStatus status(KeyPool pool, String id) {
        return pool.status().key(id).orElseThrow();
    }

    /** How many requests the pool knows of, those included that the client has made on its own. */
    static long counted(KeyPool pool) {
        return pool.status().keys().stream()
                .mapToLong(key -> key.requests() + key.resends())
                .sum();
    }

    /** The secret of the key that each request carried. */
    final Iterable<String> keysSeen() {
        return server.keysInOrder();
    }

    static void assertNoSecret(ScriptedServer stranger) {
        for (RecordedRequest request : stranger.requests()) {
            for (String secret : new String[] {A, B, C}) {
                assertThat(request.target()).doesNotContain(secret);
                assertThat(request.headers())
                        .allSatisfy(header -> assertThat(header.value()).doesNotContain(secret));
            }
        }
    }

    static boolean causedBy(Throwable failure, Class<? extends Throwable> type) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (type.isInstance(t)) {
                return true;
            }
        }
        return false;
    }

    static Reply limited() {
        return Reply.json(429, "{\"error\":{\"message\":\"slow down\"}}").retryAfter(Duration.ofSeconds(30));
    }

    static byte[] randomBytes(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
