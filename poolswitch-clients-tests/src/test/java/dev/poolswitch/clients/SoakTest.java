package dev.poolswitch.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.poolswitch.ApiKey;
import dev.poolswitch.KeyPool;
import dev.poolswitch.KeyState;
import dev.poolswitch.KeyStatus;
import dev.poolswitch.NoKeyAvailableException;
import dev.poolswitch.WhenExhausted;
import dev.poolswitch.http.CallOptions;
import dev.poolswitch.okhttp.PoolSwitchInterceptor;
import dev.poolswitch.sqlite.SqliteStateStore;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import okhttp3.Call;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Traffic over sockets through all that can go wrong at the same time: refusals, resets, slow and broken bodies,
 * redirects to strangers, cancels, timeouts, keys that come, go and are switched off, an upstream that revokes keys, a
 * store on a disk, and a restart in the middle. In the end everything is back where it belongs.
 *
 * <p>{@code -Dsoak.minutes=10} tells how long the slow variant runs.
 */
class SoakTest {

    private static final int CALLERS = 8;
    private static final List<String> IDS = List.of("one", "two", "three", "four", "five", "six");
    private static final int MOST_GUESTS = 4;
    private static final MediaType TEXT = MediaType.get("text/plain");
    private static final long SLACK = 8L << 20;

    @TempDir
    Path directory;

    private final MoodyUpstream upstream = new MoodyUpstream();
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong cancelled = new AtomicLong();
    private final AtomicLong changes = new AtomicLong();
    private final AtomicLong guestNumbers = new AtomicLong();
    private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
    private final Set<String> disabled = ConcurrentHashMap.newKeySet();

    @Test
    void seconds_of_everything_that_can_go_wrong_leave_nothing_behind() throws Exception {
        run(Duration.ofSeconds(6));
    }

    @Test
    @Tag("soak")
    void minutes_of_everything_that_can_go_wrong_leave_nothing_behind() throws Exception {
        run(Duration.ofMinutes(Integer.getInteger("soak.minutes", 10)));
    }

    private void run(Duration length) throws Exception {
        half(Duration.ofMillis(500), Map.of()); // loads classes and starts the threads that stay
        long threads = threads();
        List<Long> first = new ArrayList<>();
        List<Long> second = new ArrayList<>();

        Map<String, KeyState> before = half(length.dividedBy(2), Map.of(), first);
        half(length.dividedBy(2), before, second);

        upstream.close();
        await().atMost(Duration.ofSeconds(30)).until(() -> threads() <= threads);
        System.out.printf(
                "soak of %s: %d calls = %d answered, %d last refusals, %d failed, %d cancelled; upstream received %d and"
                        + " failed %d; stranger %d; changes of the pool %d; heap after GC in KiB %s, then %s; threads %d,"
                        + " then %d%n",
                length,
                answered.get() + refused.get() + failed.get() + cancelled.get(),
                answered.get(),
                refused.get(),
                failed.get(),
                cancelled.get(),
                upstream.received.get(),
                upstream.faults.get(),
                upstream.strangers.get(),
                changes.get(),
                kibibytes(first),
                kibibytes(second),
                threads,
                threads());
        assertThat(wrong).isEmpty();
        assertThat(upstream.withoutKey).as("requests without a key").hasValue(0);
        assertThat(upstream.leaked).as("keys that a stranger has seen").hasValue(0);
        assertThat(upstream.strangers).hasPositiveValue();
        assertThat(answered.get()).isGreaterThan(10 * failed.get());
        assertThat(settled(second))
                .as("heap after GC: %s, then %s", first, second)
                .isLessThan(settled(first) + SLACK);
    }

    private Map<String, KeyState> half(Duration length, Map<String, KeyState> before) throws Exception {
        return half(length, before, new ArrayList<>());
    }

    /** One life of a process: opens, works, comes to rest, closes. Returns what state the keys were in. */
    private Map<String, KeyState> half(Duration length, Map<String, KeyState> before, List<Long> heap)
            throws Exception {
        try (SqliteStateStore store = SqliteStateStore.open(directory.resolve("state.db"));
                KeyPool pool = pool(store)) {
            assertNothingForgotten(pool, before);
            OkHttpClient client = PoolSwitchInterceptor.install(new OkHttpClient.Builder(), pool)
                    .callTimeout(Duration.ofSeconds(2))
                    .build();
            upstream.beginAnew();
            work(pool, client, length, heap);
            assertAtRest(pool, client);
            Map<String, KeyState> states = longRests(pool);
            if (!before.isEmpty()) {
                assertThatEachKeyServesAgain(pool, client);
            }
            client.connectionPool().evictAll();
            client.dispatcher().executorService().shutdown();
            return states;
        }
    }

    private KeyPool pool(SqliteStateStore store) {
        KeyPool.Builder builder = KeyPool.builder()
                .name("soak")
                .upstream(upstream.uri("/"))
                .whenExhausted(WhenExhausted.waitUpTo(Duration.ofSeconds(1)))
                .store(store)
                .listener(event -> noteSecrets(event.toString()));
        IDS.forEach(id -> builder.key(key(id)));
        return builder.build();
    }

    private static ApiKey key(String id) {
        ApiKey.Builder key = ApiKey.builder(id, MoodyUpstream.CANARY + id);
        return switch (id) {
            case "two" -> key.requests(400, Duration.ofSeconds(1)).build();
            case "three" -> key.maxConcurrent(3).build();
            case "four", "five" -> key.group("account").build();
            case "six" -> key.tier(1).weight(3).build();
            default -> id.startsWith("guest") ? key.maxConcurrent(2).build() : key.build();
        };
    }

    private void work(KeyPool pool, OkHttpClient client, Duration length, List<Long> heap) throws Exception {
        long end = System.nanoTime() + length.toNanos();
        ScheduledExecutorService keeper = Executors.newScheduledThreadPool(3);
        List<String> guests = new ArrayList<>();
        var changing = keeper.scheduleAtFixedRate(
                () -> noteFailures(() -> change(pool, guests)), 20, 20, TimeUnit.MILLISECONDS);
        long sample = Math.max(1, length.toMillis() / 10);
        var sampling = keeper.scheduleAtFixedRate(() -> heap.add(usedHeap()), sample, sample, TimeUnit.MILLISECONDS);
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        for (int i = 0; i < CALLERS; i++) {
            callers.execute(() -> {
                while (System.nanoTime() < end) {
                    noteFailures(() -> call(client, keeper));
                }
            });
        }
        callers.shutdown();
        assertThat(callers.awaitTermination(length.toSeconds() + 60, TimeUnit.SECONDS))
                .as("callers that hang")
                .isTrue();
        changing.cancel(false);
        sampling.cancel(false);
        keeper.shutdown();
        assertThat(keeper.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        guests.forEach(pool::removeKey);
    }

    /** One call of the application: to be read whole, half or not at all, or given up in the midst. */
    private void call(OkHttpClient client, ScheduledExecutorService scissors) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        String path = "/bytes/" + random.nextInt(1, 20_000);
        Request.Builder request = new Request.Builder().url(upstream.uri(path));
        if (random.nextInt(3) == 0) {
            request.post(RequestBody.create("x".repeat(random.nextInt(5_000)), TEXT));
        }
        Call call = client.newCall(request.build());
        boolean givenUp = random.nextInt(50) == 0;
        if (givenUp) {
            var unused = scissors.schedule(call::cancel, random.nextInt(20), TimeUnit.MILLISECONDS);
        }
        try (Response response = call.execute()) {
            if (response.code() != 200) {
                refused.incrementAndGet();
            } else if (random.nextInt(20) == 0) {
                assertThat(response.body().byteStream().read()).isNotNegative();
                answered.incrementAndGet();
            } else {
                String body = response.body().string();
                if (!body.equals(MoodyUpstream.expected(path)) && !body.equals(MoodyUpstream.STRANGER)) {
                    wrong.add("a body of " + path + " that is not the upstream's, but has " + body.length() + ": "
                            + body.substring(0, Math.min(40, body.length())) + response.headers());
                }
                answered.incrementAndGet();
            }
        } catch (IOException e) {
            noteSecrets(e.toString());
            (givenUp ? cancelled : failed).incrementAndGet();
        }
    }

    /** What operators and providers do while traffic flows. */
    private void change(KeyPool pool, List<String> guests) {
        changes.incrementAndGet();
        ThreadLocalRandom random = ThreadLocalRandom.current();
        String id = IDS.get(random.nextInt(IDS.size()));
        switch (random.nextInt(8)) {
            case 0 -> {
                if (guests.size() < MOST_GUESTS) {
                    guests.add("guest-" + guestNumbers.incrementAndGet());
                    pool.addKey(key(guests.get(guests.size() - 1)));
                }
            }
            case 1 -> {
                if (!guests.isEmpty() && !pool.removeKey(guests.remove(0))) {
                    wrong.add("a guest was gone before it was removed");
                }
            }
            case 2 -> {
                if (disabled.size() < 2 && disabled.add(id)) {
                    pool.disable(id);
                }
            }
            case 3 -> {
                if (disabled.remove(id)) {
                    pool.enable(id);
                }
            }
            case 4 -> {
                if (random.nextInt(20) == 0) {
                    upstream.revoke(MoodyUpstream.CANARY + id);
                }
            }
            case 5 -> upstream.accept(MoodyUpstream.CANARY + id);
            default -> pool.reset(id);
        }
        noteSecrets(pool.status().toString());
    }

    private void assertAtRest(KeyPool pool, OkHttpClient client) {
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            assertThat(pool.status().inFlight()).as("leases").isZero();
            assertThat(pool.status().waiting()).as("calls in the line").isZero();
            assertThat(client.connectionPool().connectionCount()
                            - client.connectionPool().idleConnectionCount())
                    .as("connections in use")
                    .isZero();
        });
        assertThat(pool.status().keys()).extracting(KeyStatus::id).containsExactlyElementsOf(IDS);
        assertThat(pool.status().keys()).allSatisfy(key -> {
            assertThat(key.state() == KeyState.DISABLED)
                    .as("%s is %s", key.id(), key.state())
                    .isEqualTo(disabled.contains(key.id()));
            assertThat(key.state()).isNotEqualTo(KeyState.SATURATED);
            assertThat(key.successes() + key.refusals() + key.failures())
                    .as("ends of %s", key.id())
                    .isLessThanOrEqualTo(key.requests());
        });
    }

    private static Map<String, KeyState> longRests(KeyPool pool) {
        Instant soon = Instant.now().plusSeconds(60);
        return pool.status().keys().stream()
                .filter(key -> key.state() == KeyState.DISABLED
                        || (key.cooldownUntil() != null && key.cooldownUntil().isAfter(soon)))
                .collect(Collectors.toMap(KeyStatus::id, KeyStatus::state));
    }

    private static void assertNothingForgotten(KeyPool pool, Map<String, KeyState> before) {
        before.forEach(
                (id, state) -> assertThat(pool.status().key(id).orElseThrow().state())
                        .as("%s after the restart", id)
                        .isEqualTo(state));
    }

    /** Whatever a key has been through, it is as good as new when the cause is gone and a person says so. */
    private void assertThatEachKeyServesAgain(KeyPool pool, OkHttpClient client) {
        upstream.beKind();
        for (String id : IDS) {
            pool.enable(id);
            pool.reset(id);
        }
        for (String id : IDS) {
            Request request = new Request.Builder()
                    .url(upstream.uri("/bytes/100"))
                    .tag(CallOptions.class, CallOptions.none().withKey(id))
                    .build();
            // What the keys share may rest for a moment longer.
            await().atMost(Duration.ofSeconds(30))
                    .ignoreExceptionsMatching(e -> e instanceof NoKeyAvailableException)
                    .untilAsserted(() -> {
                        try (Response response = client.newCall(request).execute()) {
                            assertThat(response.code()).as("with %s", id).isEqualTo(200);
                        }
                    });
        }
        assertThat(pool.status().keys()).extracting(KeyStatus::state).containsOnly(KeyState.READY);
    }

    private void noteFailures(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            wrong.add(e.toString());
        }
    }

    private void noteSecrets(String shown) {
        if (shown.contains(MoodyUpstream.CANARY)) {
            wrong.add("a secret in " + shown);
        }
    }

    /** Those of OkHttp end by themselves a minute later. */
    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.getName().startsWith("OkHttp")
                        && !thread.getName().startsWith("Okio"))
                .count();
    }

    private static long usedHeap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** The least of the second half of the samples: what is in use for a moment comes on top. */
    private static long settled(List<Long> samples) {
        return samples.stream().skip(samples.size() / 2).min(Long::compare).orElse(0L);
    }

    private static List<Long> kibibytes(List<Long> samples) {
        return samples.stream().map(bytes -> bytes >> 10).toList();
    }
}
