package dev.poolswitch.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.poolswitch.KeyPlacement;
import dev.poolswitch.KeyPool;
import dev.poolswitch.PoolEvent;
import dev.poolswitch.WhenExhausted;
import dev.poolswitch.testkit.server.Behaviour;
import dev.poolswitch.testkit.server.Dialect;
import dev.poolswitch.testkit.server.FakeProvider;
import dev.poolswitch.testkit.server.RecordedRequest;
import dev.poolswitch.testkit.server.Reply;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/**
 * A provider, one spent and one healthy key, and a pool that tries the spent one first. After each test nothing is open,
 * and the provider has never seen what the library was given for a credential.
 */
@Timeout(60)
abstract class ClientTest {

    static final String SPENT = "key-secret-spent";
    static final String HEALTHY = "key-secret-healthy";
    /** What the library under test gets, since most want something. */
    static final String PLACEHOLDER = "placeholder";

    private static final String CHUNK = "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":0,"
            + "\"model\":\"fake-large\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"word \"},"
            + "\"finish_reason\":null}]}";

    final List<PoolEvent.StackedRetries> stacked = new CopyOnWriteArrayList<>();
    FakeProvider provider;
    KeyPool pool;

    private final KeyPlacement placement;
    private final Dialect dialect;

    ClientTest(KeyPlacement placement, Dialect dialect) {
        this.placement = placement;
        this.dialect = dialect;
    }

    @BeforeEach
    void startProvider() {
        provider = FakeProvider.builder()
                .dialect(dialect)
                .key(SPENT, Behaviour.healthy().quota(0))
                .key(HEALTHY, Behaviour.healthy())
                .start();
        pool = pool(WhenExhausted.failFast());
        build();
    }

    @AfterEach
    void stopProvider() {
        try {
            await("leases that were not ended").until(() -> pool.status().inFlight() == 0);
            await("connections that were not given back").until(() -> connectionsInUse() == 0);
            for (RecordedRequest request : requests()) {
                assertThat(request.keys()).as("credentials of %s", request).hasSize(1);
                assertThat(request.headers().toString() + request.target()).doesNotContain(PLACEHOLDER);
            }
        } finally {
            closeClient();
            pool.close();
            provider.close();
        }
    }

    /** Makes the client and what stands on it, for the pool. */
    abstract void build();

    abstract int connectionsInUse();

    abstract void closeClient();

    private KeyPool pool(WhenExhausted whenExhausted) {
        return KeyPool.builder()
                .upstream(provider.uri().toString())
                .key("spent", SPENT)
                .key("healthy", HEALTHY)
                .placement(placement)
                .strategy(ready -> ready.get(0))
                .whenExhausted(whenExhausted)
                .listener(event -> {
                    if (event instanceof PoolEvent.StackedRetries report) {
                        stacked.add(report);
                    }
                })
                .build();
    }

    /** Both keys are spent, and the pool asks them again for each call, as one without a memory would. */
    final void spendAllKeysAndForget() {
        provider.set(HEALTHY, Behaviour.healthy().quota(0));
        closeClient();
        pool.close();
        pool = pool(WhenExhausted.bestEffort());
        build();
    }

    final String url(String path) {
        return provider.uri(path).toString();
    }

    final List<RecordedRequest> requests() {
        return provider.server().requests();
    }

    final List<String> keysInOrder() {
        return provider.server().keysInOrder();
    }

    final void assertOneFailover() {
        assertThat(keysInOrder()).containsExactly(SPENT, HEALTHY);
    }

    final void assertReported(String setting) {
        await().until(() -> !stacked.isEmpty());
        assertThat(stacked)
                .singleElement()
                .satisfies(report -> assertThat(report.hint()).contains(setting));
    }

    /** Streams a chat, and the rest of it only when its first event has arrived. */
    final Arrivals chatStream() {
        return stream(Reply.sse(List.of(CHUNK, CHUNK, CHUNK, "[DONE]"), Duration.ZERO));
    }

    final Arrivals stream(Reply events) {
        Arrivals arrivals = new Arrivals();
        provider.server().when(request -> HEALTHY.equals(request.key()), events.heldBackUntil(arrivals.first));
        return arrivals;
    }

    /** Tells the provider when the first part of a stream has come; whoever gathers parts before that waits for ever. */
    static final class Arrivals {

        private final CountDownLatch first = new CountDownLatch(1);
        private final AtomicInteger count = new AtomicInteger();

        void mark() {
            count.incrementAndGet();
            first.countDown();
        }

        void assertComplete() {
            assertThat(count).hasValueGreaterThanOrEqualTo(3);
        }
    }
}
