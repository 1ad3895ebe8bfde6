package dev.poolswitch.clients;

import dev.poolswitch.testkit.server.RecordedRequest;
import dev.poolswitch.testkit.server.Reply;
import dev.poolswitch.testkit.server.ScriptedServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An upstream over sockets that refuses, breaks, dawdles and redirects at random, and another origin that must never see
 * a key. What it answers to a path follows from the path, so that a caller knows each byte of it.
 */
final class MoodyUpstream implements AutoCloseable {

    /** In every secret. */
    static final String CANARY = "sk-soak-";

    /** What the other origin answers. */
    static final String STRANGER = "stranger";

    /** Out of ten thousand requests, and what happens to them. */
    private record Mood(int share, Supplier<Reply> reply) {}

    final AtomicLong received = new AtomicLong();
    final AtomicLong faults = new AtomicLong();
    final AtomicLong withoutKey = new AtomicLong();
    final AtomicLong leaked = new AtomicLong();
    final AtomicLong strangers = new AtomicLong();

    private final ScriptedServer server = ScriptedServer.start();
    private final ScriptedServer stranger = ScriptedServer.start();
    private final Set<String> revoked = ConcurrentHashMap.newKeySet();
    private volatile boolean kind;

    private final Mood[] moods = {
        new Mood(
                200,
                () -> Reply.json(429, error("rate_limit_exceeded", "Rate limit reached"))
                        .retryAfterMillis(ThreadLocalRandom.current().nextInt(20, 400))),
        new Mood(100, () -> Reply.json(429, error("rate_limit_exceeded", "Rate limit reached"))),
        new Mood(10, () -> Reply.json(429, error("insufficient_quota", "You exceeded your current quota"))),
        new Mood(100, () -> Reply.json(500, error("server_error", "The server had an error"))),
        new Mood(100, () -> Reply.json(503, error("overloaded", "The engine is overloaded"))),
        new Mood(40, Reply::resetAfterRequest),
        new Mood(20, Reply::resetBeforeReading),
        new Mood(20, Reply::closeAfterRequest),
        new Mood(3, Reply::hang),
        new Mood(10, () -> Reply.redirect(strangersUri(), 307)),
        new Mood(40, () -> slow(Reply.status(429).body(text(4_000)))),
    };

    MoodyUpstream() {
        beginAnew();
    }

    /** Forgets what it has recorded, which is kept for tests of another kind. Nobody may be sending. */
    void beginAnew() {
        server.reset();
        stranger.reset();
        kind = false;
        server.script(this::answer);
        stranger.script(request -> {
            strangers.incrementAndGet();
            if (request.key() != null || request.headers().toString().contains(CANARY)) {
                leaked.incrementAndGet();
            }
            return Reply.ok(STRANGER);
        });
    }

    String uri(String path) {
        return server.uri(path).toString();
    }

    /** From now on nothing fails and everybody is known. */
    void beKind() {
        kind = true;
        revoked.clear();
    }

    void revoke(String secret) {
        revoked.add(secret);
    }

    void accept(String secret) {
        revoked.remove(secret);
    }

    /** The body that belongs to a path of the form {@code /bytes/N}. */
    static String expected(String path) {
        return text(Integer.parseInt(path.substring(path.lastIndexOf('/') + 1)));
    }

    @Override
    public void close() {
        server.close();
        stranger.close();
    }

    private Reply answer(RecordedRequest request) {
        received.incrementAndGet();
        String key = request.key();
        if (key == null) {
            withoutKey.incrementAndGet();
            return Reply.status(401);
        }
        if (revoked.contains(key)) {
            return Reply.json(401, error("invalid_api_key", "Incorrect API key provided"));
        }
        Reply bad = kind ? null : mood();
        if (bad != null) {
            faults.incrementAndGet();
            return bad;
        }
        return good(request.path());
    }

    private @Nullable Reply mood() {
        int draw = ThreadLocalRandom.current().nextInt(10_000);
        for (Mood mood : moods) {
            draw -= mood.share();
            if (draw < 0) {
                return mood.reply().get();
            }
        }
        return null;
    }

    private Reply good(String path) {
        Reply reply = Reply.ok(expected(path));
        int draw = kind ? 100 : ThreadLocalRandom.current().nextInt(100);
        if (draw == 0) {
            faults.incrementAndGet();
            return reply.halfThenReset();
        }
        if (draw == 1) {
            faults.incrementAndGet();
            return reply.halfThenClose();
        }
        if (draw < 5) {
            return slow(reply);
        }
        if (draw < 15) {
            return reply.chunked();
        }
        Duration delay = Duration.ofMillis(ThreadLocalRandom.current().nextInt(5));
        return draw < 25 ? reply.gzip() : reply.delayHead(delay);
    }

    private static Reply slow(Reply reply) {
        return reply.dribble(500, Duration.ofMillis(3));
    }

    private String strangersUri() {
        // Another port is another origin.
        return stranger.uri("/elsewhere").toString();
    }

    private static String error(String code, String message) {
        return "{\"error\":{\"code\":\"" + code + "\",\"type\":\"" + code + "\",\"message\":\"" + message + "\"}}";
    }

    private static String text(int length) {
        byte[] letters = new byte[length];
        Random random = new Random(length);
        for (int i = 0; i < length; i++) {
            letters[i] = (byte) ('a' + random.nextInt(26));
        }
        return new String(letters, StandardCharsets.US_ASCII);
    }
}
