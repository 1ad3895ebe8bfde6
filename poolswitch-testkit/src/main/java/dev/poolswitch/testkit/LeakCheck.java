package dev.poolswitch.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.poolswitch.KeyPool;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Checks at the end of a test that nothing is left over: no lease open, no caller in line, no connection in use, no
 * answer unread, and no secret in what was printed, logged, thrown or shown. Made at the beginning of a test, for it
 * listens to what the process prints; only one may be open at a time. Its methods may be called by any thread.
 *
 * <pre>{@code
 * LeakCheck leaks = LeakCheck.begin("sk-1", "sk-2");
 * leaks.watch(pool);
 * leaks.watch(client);
 * …
 * leaks.verify();
 * leaks.close();
 * }</pre>
 */
public final class LeakCheck implements AutoCloseable {

    /** Clients give connections back on threads of their own. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final List<String> secrets;
    private final List<KeyPool> pools = new CopyOnWriteArrayList<>();
    private final List<ClientUnderTest> clients = new CopyOnWriteArrayList<>();
    private final List<String> texts = new CopyOnWriteArrayList<>();
    private final CapturedOutput output = new CapturedOutput();

    /** Begins to listen. */
    public static LeakCheck begin(String... secrets) {
        return new LeakCheck(List.of(secrets));
    }

    private LeakCheck(List<String> secrets) {
        this.secrets = secrets;
    }

    /** No lease of the pool may be open at the end, and none of its output may hold a secret. */
    public void watch(KeyPool pool) {
        pools.add(pool);
    }

    /** No connection of the client may be in use at the end. */
    public void watch(ClientUnderTest client) {
        clients.add(client);
    }

    /** An exception that the application saw: neither it nor its causes may show a secret. */
    public void saw(Throwable failure) {
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        texts.add(trace.toString());
    }

    /** Something that the application could print. */
    public void saw(Object printed) {
        texts.add(String.valueOf(printed));
    }

    /** What was printed and logged so far. */
    public String output() {
        return output.text();
    }

    /**
     * Waits a little for what happens in the background, then checks.
     *
     * @throws AssertionError when something is left over or a secret has got out
     */
    public void verify() {
        for (KeyPool pool : pools) {
            settle("leases that are open in " + pool, () -> pool.status().inFlight());
            settle("calls that wait for a key of " + pool, () -> pool.status().waiting());
            saw(pool);
            saw(pool.status());
        }
        for (ClientUnderTest client : clients) {
            settle("connections in use", () -> Math.max(0, client.connectionsInUse()));
        }
        for (String secret : secrets) {
            assertThat(output.text()).as("output and log").doesNotContain(secret);
            assertThat(texts)
                    .as("what the application can see")
                    .allSatisfy(text -> assertThat(text).doesNotContain(secret));
        }
    }

    @Override
    public void close() {
        output.close();
    }

    private static void settle(String what, IntSupplier left) {
        AtomicInteger last = new AtomicInteger(left.getAsInt());
        if (last.get() == 0) {
            return;
        }
        try {
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(() -> {
                last.set(left.getAsInt());
                return last.get() == 0;
            });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("left over: " + last.get() + " " + what, e);
        }
    }
}
