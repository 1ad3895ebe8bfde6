package dev.poolswitch.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.poolswitch.KeyPool;
import dev.poolswitch.Strategy;
import dev.poolswitch.WhenExhausted;
import dev.poolswitch.testkit.server.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Many callers at once: nobody gets what is somebody else's, and no key is used more than it may be. */
abstract class LoadContract extends SecrecyContract {

    private static final int AT_ONCE = 3;

    @Test
    void fifty_threads_get_their_own_answers_and_no_key_is_overused() throws Exception {
        Map<String, AtomicInteger> highest = echo(Duration.ofMillis(1));
        KeyPool pool = limitedPool();
        ClientUnderTest client = client(pool);
        ExecutorService callers = Executors.newFixedThreadPool(50);

        try {
            call(client, callers, 1000);
        } finally {
            callers.shutdownNow();
        }

        assertThat(highest)
                .hasSize(3)
                .allSatisfy((key, inFlight) -> assertThat(inFlight).hasValueBetween(1, AT_ONCE));
        assertThat(server.requestCount()).isEqualTo(1100);
        assertThat(pool.status().requests()).isEqualTo(1100);
        assertThat(pool.status().inFlight()).isZero();
    }

    @Test
    void a_thousand_virtual_threads_may_wait() throws Exception {
        ExecutorService callers = virtualThreads();
        Map<String, AtomicInteger> highest = echo(Duration.ZERO);
        KeyPool pool = limitedPool();
        ClientUnderTest client = client(pool);

        try {
            call(client, callers, 1000);
        } finally {
            callers.shutdownNow();
        }

        assertThat(highest.values()).allSatisfy(inFlight -> assertThat(inFlight).hasValueLessThanOrEqualTo(AT_ONCE));
        assertThat(pool.status().inFlight()).isZero();
    }

    private KeyPool limitedPool() {
        return built(KeyPool.builder()
                .upstream(server.uri().toString())
                .strategy(Strategy.roundRobin())
                .whenExhausted(WhenExhausted.waitUpTo(FOREVER))
                .key(key(A, 0).tier(0).maxConcurrent(AT_ONCE).build())
                .key(key(B, 1).tier(0).maxConcurrent(AT_ONCE).build())
                .key(key(C, 2).tier(0).maxConcurrent(AT_ONCE).build()));
    }

    /** Echoes requests, each tenth after one refusal, and notes how many are being answered at once for each key. */
    private Map<String, AtomicInteger> echo(Duration work) {
        Map<String, AtomicInteger> inFlight = new ConcurrentHashMap<>();
        Map<String, AtomicInteger> highest = new ConcurrentHashMap<>();
        Set<String> refused = ConcurrentHashMap.newKeySet();
        server.script(request -> {
            String key = String.valueOf(request.key());
            AtomicInteger now = inFlight.computeIfAbsent(key, k -> new AtomicInteger());
            int count = now.incrementAndGet();
            highest.computeIfAbsent(key, k -> new AtomicInteger()).accumulateAndGet(count, Math::max);
            LockSupport.parkNanos(work.toNanos());
            now.decrementAndGet();
            if (request.path().endsWith("0") && refused.add(request.path())) {
                return Reply.status(429).retryAfterMillis(1).body("not " + request.path());
            }
            return Reply.ok(request.path() + " " + request.bodyText());
        });
        return highest;
    }

    private void call(ClientUnderTest client, Executor callers, int calls) throws Exception {
        List<Future<Received>> answers = new ArrayList<>();
        for (int call = 0; call < calls; call++) {
            String path = "/" + call;
            FutureTask<Received> task = new FutureTask<>(() -> exchange(client, post(path, "body of " + path)));
            callers.execute(task);
            answers.add(task);
        }
        for (int call = 0; call < calls; call++) {
            Received answer = answers.get(call).get(FOREVER.toSeconds(), TimeUnit.SECONDS);
            assertThat(answer.text()).isEqualTo("/" + call + " body of /" + call);
        }
    }

    private static ExecutorService virtualThreads() throws ReflectiveOperationException {
        assumeTrue(Runtime.version().feature() >= 21, "virtual threads need Java 21");
        return (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    }
}
