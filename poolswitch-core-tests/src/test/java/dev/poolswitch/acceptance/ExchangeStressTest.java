package dev.poolswitch.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.poolswitch.KeyPool;
import dev.poolswitch.KeyStatus;
import dev.poolswitch.Strategy;
import dev.poolswitch.TimeSource;
import dev.poolswitch.WhenExhausted;
import dev.poolswitch.http.BodyStream;
import dev.poolswitch.http.Hop;
import dev.poolswitch.store.KeyRecord;
import dev.poolswitch.store.KeyStateStore;
import dev.poolswitch.store.MemoryStateStore;
import dev.poolswitch.store.StoredState;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The invariants of the exchange, with many threads and an upstream that does everything an upstream can do. */
class ExchangeStressTest {

    private static final String OWN = "https://api.example.com";
    private static final String SECOND = "https://eu.example.com";
    private static final String STRANGER = "https://api.example.com:8443";

    /** What one call has met so far; each call runs on one thread. */
    private static final ThreadLocal<List<String>> USED = ThreadLocal.withInitial(ArrayList::new);

    private final Map<String, Set<String>> keysByOrigin = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> shown = new ConcurrentLinkedQueue<>();
    private final AtomicLong delivered = new AtomicLong();
    private final AtomicLong twice = new AtomicLong();
    private final AtomicLong changed = new AtomicLong();
    private final Wire wire = new Wire(this::answer);
    private KeyPool pool;
    private volatile boolean mostlyForbids;

    protected Duration duration() {
        return Duration.ofMillis(700);
    }

    @BeforeEach
    void open() {
        pool = Pools.of(
                        TimeSource.system(),
                        Pools.key("a").build(),
                        Pools.key("b").maxConcurrent(2).build(),
                        Pools.key("c").group("g").build(),
                        Pools.key("d").group("g").build(),
                        Pools.key("e").baseUrl(SECOND).build())
                .upstream(OWN)
                .strategy(Strategy.roundRobin())
                .whenExhausted(WhenExhausted.waitUpTo(Duration.ofMillis(50)))
                .retryAttempts(3)
                .listener(event -> show(event.toString()))
                .build();
    }

    @AfterEach
    void close() {
        pool.close();
    }

    /** Forbidden: a key twice in one call although nothing transient happened in between. */
    @Test
    void i5_no_key_twice_in_a_call_that_meets_refusals_only() throws Exception {
        mostlyForbids = true; // which closes no gate, so that nothing else keeps the key away
        run();
        assertThat(twice).hasValue(0);
    }

    /** Forbidden: a byte that the upstream has not sent, or one that is missing. */
    @Test
    void i6_a_delivered_body_is_the_upstreams_byte_for_byte() throws Exception {
        run();
        assertThat(changed).hasValue(0);
    }

    /** Forbidden: an answer that is discarded and still open when the next send begins, or at rest. */
    @Test
    void i7_each_discarded_answer_is_closed_before_the_next_send() throws Exception {
        run();
        assertThat(wire.heldTooLong).hasValue(0);
        await().untilAsserted(() -> assertThat(wire.inUse).hasValue(0));
        assertThat(pool.status().inFlight()).isZero();
    }

    /** Forbidden: a key at an origin that is not its own, whatever redirects say. */
    @Test
    void i8_a_key_is_seen_by_its_own_origin_only() throws Exception {
        run();
        assertThat(keysByOrigin).containsKeys(OWN, SECOND, STRANGER);
        assertThat(keysByOrigin.get(OWN)).containsExactlyInAnyOrder("a", "b", "c", "d");
        assertThat(keysByOrigin.get(SECOND)).containsExactly("e");
        assertThat(keysByOrigin.get(STRANGER)).containsExactly("none");
    }

    /** Forbidden: a secret in an exception, an event or a status. */
    @Test
    void i9_no_secret_in_what_can_be_printed() throws Exception {
        run();
        assertThat(shown).isNotEmpty().allSatisfy(text -> assertThat(text).doesNotContain(Pools.CANARY));
    }

    /** Forbidden: a send after a refusal that a death of the process would make forgotten. */
    @Test
    void a_refusal_is_in_the_store_before_the_next_send() throws Exception {
        SlowStore store = new SlowStore();
        AtomicInteger early = new AtomicInteger();
        try (KeyPool stored = Pools.of(TimeSource.system(), "a", "b", "c", "d")
                .name("stored")
                .upstream(OWN)
                .strategy(Strategy.roundRobin())
                .whenExhausted(WhenExhausted.failFast())
                .store(store)
                .build()) {
            List<String> refused = new ArrayList<>();
            Wire refusing = new Wire((hop, key) -> {
                if (!store.closed().containsAll(refused)) {
                    early.incrementAndGet();
                }
                refused.add(id(key));
                return new Wire.Reply(refused.size() < 4 ? 401 : 200, null, new byte[0]);
            });
            refusing.call(stored, URI.create(OWN + "/1")).close();
            assertThat(refused).hasSize(4);
        }
        assertThat(early).hasValue(0);
    }

    private void run() throws Exception {
        Threads.run(6, duration(), this::call);
        assertThat(delivered).hasPositiveValue();
        for (KeyStatus key : pool.status().keys()) {
            assertThat(key.inFlight()).as(key.id()).isZero();
        }
    }

    private void call() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        USED.get().clear();
        int length = 1 + random.nextInt(3_000);
        URI uri = URI.create(OWN + "/" + length);
        try (BodyStream body = wire.call(pool, uri)) {
            if (random.nextInt(10) == 0) {
                return; // closed unread
            }
            byte[] bytes = body.readAllBytes();
            byte[] expected = Wire.body(new Hop("GET", uri, false));
            if (bytes.length > 0 && bytes[0] == '{') {
                return; // a last refusal, unchanged
            }
            if (!java.util.Arrays.equals(bytes, expected)) {
                changed.incrementAndGet();
            }
            delivered.incrementAndGet();
        } catch (IOException e) {
            show(e.toString());
        }
        if (random.nextInt(50) == 0) {
            show(pool.status().toString());
            pool.reset("abcde".charAt(random.nextInt(5)) + "");
        }
    }

    private Wire.Reply answer(Hop hop, @Nullable String key) throws IOException {
        URI uri = hop.uri();
        String origin = uri.getScheme() + "://" + uri.getAuthority();
        keysByOrigin.computeIfAbsent(origin, o -> ConcurrentHashMap.newKeySet()).add(id(key));
        if (key != null) {
            List<String> used = USED.get();
            if (used.contains(key)) {
                twice.incrementAndGet();
            }
            used.add(key);
        }
        int draw = origin.equals(STRANGER) ? 100 : ThreadLocalRandom.current().nextInt(100);
        if (mostlyForbids && draw < 80) {
            return refusal(403, "forbidden");
        }
        return switch (draw) {
            case 0, 1, 2, 3, 4, 5 -> refusal(429, "rate_limit_exceeded");
            case 6 -> refusal(401, "invalid_api_key");
            case 7, 8 -> refusal(403, "forbidden");
            case 9 -> transientFault(refusal(500, "server_error"));
            case 10 -> {
                transientFault(refusal(503, "overloaded"));
                throw new IOException("connection reset");
            }
            case 11, 12, 13 -> new Wire.Reply(307, STRANGER + uri.getPath(), new byte[0]);
            case 14 -> transientFault(new Wire.Reply(307, uri.toString(), new byte[0])); // the same key once more
            default -> new Wire.Reply(200, null, Wire.body(hop));
        };
    }

    /** After it, and after a redirect to itself, a key may be used again. */
    private static Wire.Reply transientFault(Wire.Reply reply) {
        USED.get().clear();
        return reply;
    }

    private static Wire.Reply refusal(int status, String code) {
        // Some are longer than anybody looks, so that their connection does not come back by itself.
        int length = ThreadLocalRandom.current().nextInt(5) == 0 ? 100_000 : 2_000;
        String json = "{\"error\":{\"code\":\"" + code + "\",\"message\":\"" + "x".repeat(length) + "\"}}";
        return new Wire.Reply(status, null, json.getBytes(StandardCharsets.UTF_8));
    }

    private static String id(@Nullable String key) {
        return key == null ? "none" : key.substring(key.length() - 1);
    }

    private void show(String text) {
        if (shown.size() < 10_000) {
            shown.add(text);
        }
    }

    /** Takes its time, and knows which keys it has as closed. */
    private static final class SlowStore implements KeyStateStore {

        private final MemoryStateStore sound = new MemoryStateStore();
        private final Set<String> closed = ConcurrentHashMap.newKeySet();

        Set<String> closed() {
            return closed;
        }

        @Override
        public StoredState load(String name) {
            return sound.load(name);
        }

        @Override
        public void save(String name, Collection<KeyRecord> changes) {
            long until = System.nanoTime() + Duration.ofMillis(20).toNanos();
            while (System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            sound.save(name, changes);
            changes.stream().filter(record -> record.streak() > 0).forEach(record -> closed.add(record.keyId()));
        }

        @Override
        public void close() {}
    }
}
