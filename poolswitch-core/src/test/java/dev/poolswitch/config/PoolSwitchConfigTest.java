package dev.poolswitch.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.poolswitch.KeyPool;
import dev.poolswitch.KeyState;
import dev.poolswitch.Strategy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoolSwitchConfigTest {

    private static final String SECRET = "sk-very-secret";

    @TempDir
    private Path directory;

    @Test
    void reads_every_setting() throws IOException {
        Path file = file("""
                {
                  // comments are welcome
                  "name": "openai",
                  "upstream": ["https://api.openai.com", "https://eu.api.openai.com"],
                  "keys": [
                    "sk-very-secret-1",
                    {"id": "paid", "secret": "sk-very-secret-2", "monthlyQuota": 1000, "requestsPerMinute": 60,
                     "tokensPerMinute": 90000, "limits": [{"requests": 5, "window": "1s"}], "maxConcurrent": 4,
                     "weight": 2.5, "tier": 1, "group": "acme", "models": ["gpt-4o", {"model": "o3", "tokensPerMinute": 10}],
                     "baseUrl": "https://acme.openai.azure.com", "placement": {"header": "api-key"},
                     "metadata": {"owner": "search"}},
                  ],
                  "placement": "bearer",
                  "strategy": "least-used",
                  "retryAttempts": 2,
                  "maxRotations": 4,
                  "cooldown": "2h",
                  "maxFailures": 3,
                  "retryableMethods": ["GET"],
                  "rateLimitPerSecond": 12.5,
                  "whenExhausted": {"wait": "5s"},
                  "provider": "openai",
                  "rules": [{"status": "420", "kind": "RATE_LIMITED"}],
                  "leaseTimeout": 60,
                  "firstEventHold": "1500ms"
                }
                """);

        try (KeyPool pool = PoolSwitchConfig.load(file).toPoolBuilder().build()) {
            assertThat(pool.name()).isEqualTo("openai");
            assertThat(pool.settings().strategy()).isSameAs(Strategy.leastUsed());
            assertThat(pool.settings().cooldown()).isEqualTo(Duration.ofHours(2));
            assertThat(pool.settings().leaseTimeout()).isEqualTo(Duration.ofMinutes(1));
            assertThat(pool.settings().firstEventHold()).isEqualTo(Duration.ofMillis(1500));
            assertThat(pool.settings().retryableMethods()).containsExactly("GET");
            assertThat(pool.settings().rateLimitPerSecond()).hasValue(12.5);
            assertThat(pool.status().keys()).extracting("id").containsExactly("key-1", "paid");
            assertThat(pool.status().key("paid").orElseThrow().state()).isEqualTo(KeyState.READY);
            assertThat(pool.status().key("paid").orElseThrow().estimatedRemainingQuota())
                    .hasValue(1000);
        }
    }

    @Test
    void reads_the_environment() {
        PoolSwitchConfig config = PoolSwitchConfig.fromEnvironment(Map.of(
                "POOLSWITCH_UPSTREAM_BASE_URL", "https://api.openai.com",
                "POOLSWITCH_KEYS", "sk-very-secret-1, sk-very-secret-2",
                "POOLSWITCH_STRATEGY", "round_robin",
                "POOLSWITCH_RETRY_ATTEMPTS", "5",
                "POOLSWITCH_COOLDOWN", "10m",
                "POOLSWITCH_FIRST_EVENT_HOLD", "2s",
                "POOLSWITCH_WHEN_EXHAUSTED", "fail_fast"));

        try (KeyPool pool = config.toPoolBuilder().build()) {
            assertThat(pool.status().keys()).hasSize(2);
            assertThat(pool.settings().retryAttempts()).isEqualTo(5);
            assertThat(pool.settings().cooldown()).isEqualTo(Duration.ofMinutes(10));
            assertThat(pool.settings().firstEventHold()).isEqualTo(Duration.ofSeconds(2));
        }
        assertThat(config.toString()).doesNotContain(SECRET);
    }

    @Test
    void takes_secrets_from_the_environment_that_a_file_names() {
        KeyReader reader = new KeyReader(Map.of("OPENAI_KEY", SECRET));

        assertThat(reader.key("keys[0]", tools.jackson.databind.node.StringNode.valueOf("${OPENAI_KEY}"), 1)
                        .secret())
                .isEqualTo(SECRET);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"upstream":"https://a.example","keys":["K"],"strateggy":"random"} | strateggy is no setting
            {"upstream":"https://a.example","keys":["K"],"strategy":"best"}    | strategy must be one of
            {"upstream":"https://a.example","keys":["K"],"cooldown":"soon"}    | cooldown must be a duration
            {"upstream":"https://a.example","keys":["K"],"firstEventHold":-1}  | firstEventHold must not be negative
            {"upstream":"https://a.example","keys":["K"],"retryAttempts":0}    | retryAttempts must be at least 1
            {"upstream":"https://a.example","keys":["K"],"retryAttempts":1e99} | retryAttempts must be a whole number
            {"upstream":"https://a.example","keys":["K", "K "]}                | keys: secret of key key-2
            {"upstream":"a.example","keys":["K"]}                              | upstream must start with https://
            {"upstream":"https://a.example","keys":[{"id":"x"}]}               | keys[0].secret must be given
            {"upstream":"https://a.example","keys":["${NOT_SET_ANYWHERE}"]}    | keys[0] names the environment variable
            {"upstream":"https://a.example","keys":["K"],"rules":[{"kind":1}]} | rules
            {"upstream":"https://a.example","keys":["K"],"placement":{}}       | placement must be
            []                                                                 | the configuration must be an object
            {"keys":["K"                                                       | is no JSON: mistake at line
            """)
    void names_the_wrong_setting_and_never_shows_a_secret(String json, String message) throws IOException {
        Path file = file(json.replace("\"K", "\"" + SECRET));

        assertThatThrownBy(() -> PoolSwitchConfig.load(file))
                .hasMessageContaining(message)
                .hasMessageNotContaining(SECRET)
                .satisfies(failure -> {
                    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                        assertThat(String.valueOf(cause.getMessage())).doesNotContain(SECRET);
                    }
                });
    }

    @Test
    void names_the_missing_variable() {
        assertThatThrownBy(() -> PoolSwitchConfig.fromEnvironment(Map.of("POOLSWITCH_KEYS", SECRET)))
                .hasMessageContaining("POOLSWITCH_UPSTREAM_BASE_URL must be set")
                .hasMessageNotContaining(SECRET);
    }

    private Path file(String json) throws IOException {
        return Files.writeString(directory.resolve("pool.json"), json);
    }
}
