package dev.poolswitch.examples;

import dev.poolswitch.ApiKey;
import dev.poolswitch.testkit.server.Behaviour;
import dev.poolswitch.testkit.server.FakeProvider;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Where the quickstart sends its calls: a fake provider in this process, or a real API. */
interface Upstream extends AutoCloseable {

    String BASE_URL_VARIABLE = "POOLSWITCH_UPSTREAM_BASE_URL";
    String KEYS_VARIABLE = "POOLSWITCH_KEYS";

    /** What to tell the reader. */
    String description();

    /** Where the keys are for. */
    String baseUrl();

    /** The keys, good ones and bad ones. */
    List<ApiKey> keys();

    /** A key that works without a pool. */
    ApiKey bestKey();

    /** Makes the upstream forget how much the keys were used, where it can. */
    default void forgetUse() {}

    /** Waits as long as a restart would take, until windows that are spent have passed. */
    default void rest() throws InterruptedException {}

    @Override
    void close();

    static Upstream fromEnvironment(Map<String, String> environment) throws IOException {
        String url = environment.get(BASE_URL_VARIABLE);
        String keys = environment.get(KEYS_VARIABLE);
        if (url == null && keys == null) {
            return new Fake();
        }
        if (url == null || keys == null) {
            throw new IllegalArgumentException("set both " + BASE_URL_VARIABLE + " and " + KEYS_VARIABLE
                    + ", or neither for the fake provider; missing is "
                    + (url == null ? BASE_URL_VARIABLE : KEYS_VARIABLE));
        }
        return new Real(url, keys);
    }

    /** A provider with two healthy keys, one whose quota is spent and one that was revoked. */
    final class Fake implements Upstream {

        private static final Duration WINDOW = Duration.ofSeconds(1);
        private static final int PER_WINDOW = 60;

        private final FakeProvider provider;

        Fake() throws IOException {
            provider = FakeProvider.builder()
                    .key("test-key-alpha", limited())
                    .key("test-key-beta", limited())
                    .key("test-key-spent", Behaviour.healthy().quota(0))
                    .key("test-key-revoked", Behaviour.revoked())
                    .latency(Duration.ofMillis(5), Duration.ofMillis(15))
                    .start();
        }

        @Override
        public String description() {
            return "a fake provider at " + baseUrl() + ": two keys with " + PER_WINDOW
                    + " requests per second, one spent, one revoked";
        }

        @Override
        public String baseUrl() {
            return provider.uri().toString();
        }

        /** The limit of one key is known to the application; that of the other is learned by being refused. */
        @Override
        public List<ApiKey> keys() {
            return List.of(
                    ApiKey.builder("alpha", "test-key-alpha")
                            .requests(PER_WINDOW, WINDOW)
                            .build(),
                    ApiKey.of("beta", "test-key-beta"),
                    ApiKey.of("spent", "test-key-spent"),
                    ApiKey.of("revoked", "test-key-revoked"));
        }

        @Override
        public ApiKey bestKey() {
            return keys().get(0);
        }

        @Override
        public void forgetUse() {
            provider.set("test-key-alpha", limited());
        }

        @Override
        public void rest() throws InterruptedException {
            TimeUnit.NANOSECONDS.sleep(2 * WINDOW.toNanos());
        }

        @Override
        public void close() {
            provider.close();
        }

        private static Behaviour limited() {
            return Behaviour.limited(PER_WINDOW, WINDOW);
        }
    }

    /** Somebody's real API with real keys. */
    record Real(String baseUrl, List<ApiKey> keys) implements Upstream {

        Real(String baseUrl, String separatedKeys) {
            this(baseUrl, parsed(separatedKeys));
        }

        @Override
        public String description() {
            return baseUrl + " with " + keys.size() + " keys";
        }

        @Override
        public ApiKey bestKey() {
            return keys.get(0);
        }

        @Override
        public void close() {
            // Not ours.
        }

        /** Records print their components, and these are keys. */
        @Override
        public String toString() {
            return description();
        }

        private static List<ApiKey> parsed(String separated) {
            List<ApiKey> keys = new ArrayList<>();
            for (String secret : separated.split(",", -1)) {
                keys.add(ApiKey.of("key-" + (keys.size() + 1), secret.strip()));
            }
            return keys;
        }
    }
}
