package dev.poolswitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("NullAway") // null is what is tested
class HostileInputTest {

    private static final String CANARY = "sk-CANARY-4711";

    static Stream<String> badSecrets() {
        return Stream.of(
                CANARY + "\r\nX-Injected: 1",
                CANARY + "\n",
                "\t" + CANARY,
                " " + CANARY,
                CANARY + " ",
                CANARY + "\u00e9",
                CANARY + "\u0000",
                CANARY + "\u007f",
                CANARY + "\u2028",
                CANARY + "\ud83d\ude00",
                "\ufeff" + CANARY);
    }

    @ParameterizedTest
    @MethodSource("badSecrets")
    void a_secret_that_could_break_a_header_is_refused_and_not_shown(String secret) {
        refused(() -> ApiKey.of("k", secret), "secret of key k");
        refused(() -> KeyPool.builder().key("k", secret), "secret of key k");
        refused(() -> KeyPool.builder().keys("good", secret), "secret of key key-2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t\n"})
    void a_blank_secret_is_refused(String secret) {
        refused(() -> ApiKey.of("k", secret), "secret of key k must not be blank");
    }

    @Test
    void an_id_that_is_the_secret_is_refused_and_not_shown() {
        refused(() -> ApiKey.of(CANARY, CANARY), "key id must differ from the secret");
    }

    @Test
    void an_id_that_holds_the_secret_is_refused_and_not_shown() {
        refused(() -> ApiKey.of("key:" + CANARY, CANARY), "key id must not contain the secret");
    }

    @ParameterizedTest
    @MethodSource("badSecrets")
    void a_bad_secret_given_as_id_too_is_not_shown(String secret) {
        refused(() -> ApiKey.of(secret, secret), "key id");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "two words", "line\nend", "\u00e4", "\u0000"})
    void a_bad_id_is_refused(String id) {
        refused(() -> ApiKey.of(id, CANARY), "key id");
        refused(() -> KeyPool.builder().name(id), "name");
        refused(() -> ApiKey.builder("k", CANARY).group(id), "group of key k");
    }

    @Test
    void a_long_id_is_refused() {
        refused(() -> ApiKey.of("x".repeat(129), CANARY), "128");
    }

    @Test
    void limits_out_of_range_are_refused_by_the_method_that_is_given_them() {
        ApiKey.Builder key = ApiKey.builder("k", CANARY);
        refused(() -> key.monthlyQuota(0), "monthlyQuota of key k must be at least 1, but was 0");
        refused(() -> key.requestsPerMinute(-1), "limit amount must be at least 1, but was -1");
        refused(() -> key.tokens(1, Duration.ZERO), "limit window must be 1 ms to 31 days");
        refused(() -> key.requests(1, Duration.ofDays(32)), "limit window");
        refused(() -> key.maxConcurrent(0), "maxConcurrent of key k");
        refused(() -> key.tier(-1), "tier of key k");
        refused(() -> key.weight(0), "weight of key k");
        refused(() -> key.weight(Double.NaN), "weight of key k");
        refused(() -> key.weight(Double.POSITIVE_INFINITY), "weight of key k");
    }

    @Test
    void settings_out_of_range_are_refused_by_the_method_that_is_given_them() {
        KeyPool.Builder pool = KeyPool.builder();
        refused(() -> pool.retryAttempts(0), "retryAttempts must be at least 1, but was 0");
        refused(() -> pool.maxRotations(-1), "maxRotations");
        refused(() -> pool.maxFailures(0), "maxFailures");
        refused(() -> pool.cooldown(Duration.ZERO), "cooldown");
        refused(() -> pool.leaseTimeout(Duration.ofSeconds(-1)), "leaseTimeout");
        refused(() -> pool.firstEventHold(Duration.ofNanos(-1)), "firstEventHold");
        refused(() -> pool.rateLimitPerSecond(0), "rateLimitPerSecond");
        refused(() -> pool.rateLimitPerSecond(Double.NaN), "rateLimitPerSecond");
        refused(() -> pool.retryableMethods("GE T"), "retryableMethods");
        refused(() -> WhenExhausted.waitUpTo(Duration.ZERO), "whenExhausted wait");
        refused(() -> Strategy.byName("qota_failover"), "round_robin, least_used");
        refused(() -> KeyPool.builder().build(), "at least one key");
        refused(() -> pool.key("k", CANARY).key("k", "other"), "key id k was given twice");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "api.example.com",
                "//api.example.com",
                "ftp://api.example.com",
                "https://",
                "https:///v1",
                "https://user:sk-CANARY-4711@api.example.com",
                "https://api.example.com?key=sk-CANARY-4711",
                "https://api.example.com#sk-CANARY-4711",
                "https://api.example.com/ sk-CANARY-4711",
                "javascript:sk-CANARY-4711",
            })
    void an_upstream_that_is_no_base_url_is_refused_and_nothing_of_it_is_shown(String url) {
        refused(() -> KeyPool.builder().upstream(url), "upstream");
        refused(() -> ApiKey.builder("k", "secret").baseUrl(url), "baseUrl of key k");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://api.example.com",
                "http://127.0.0.1.evil.example",
                "http://localhost.evil.example",
                "http://10.0.0.1",
                "http://[::2]"
            })
    void plain_http_to_another_machine_is_refused_unless_allowed(String url) {
        refused(() -> KeyPool.builder().upstream(url).key("k", CANARY).build(), "allowCleartext(true)");
        refused(
                () -> KeyPool.builder()
                        .key(ApiKey.builder("k", CANARY).baseUrl(url).build())
                        .build(),
                "allowCleartext(true)");
        KeyPool.builder()
                .upstream(url)
                .key("k", CANARY)
                .allowCleartext(true)
                .build()
                .close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost:8080", "http://127.0.0.1", "http://127.1.2.3:1", "http://[::1]:80"})
    void plain_http_to_this_machine_is_allowed(String url) {
        KeyPool.builder().upstream(url).key("k", CANARY).build().close();
    }

    @Test
    void origins_are_compared_as_rfc_6454_says() {
        Origin origin = Origin.of(URI.create("HTTPS://API.Example.com/v1"));

        assertThat(origin).isEqualTo(new Origin("https", "api.example.com", 443));
        assertThat(origin.is("https", "API.EXAMPLE.COM", 443)).isTrue();
        assertThat(origin.is("https", "api.example.com", 8443)).isFalse();
        assertThat(origin.is("http", "api.example.com", 443)).isFalse();
        assertThat(origin.is("https", "api.example.com.", 443)).isFalse();
        assertThat(new Origin("https", "[::1]", 443)).hasToString("https://[::1]");
        assertThatIllegalArgumentException().isThrownBy(() -> new Origin("https", "x", 0));
        assertThatIllegalArgumentException().isThrownBy(() -> Origin.of(URI.create("/v1")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "x y", "x:", "x\r\n", "\u00e4", "x(y)"})
    void a_placement_that_is_no_token_is_refused(String name) {
        refused(() -> KeyPlacement.header(name), "placement header name");
        refused(() -> KeyPlacement.header("Authorization", name), "placement scheme");
        refused(() -> KeyPlacement.queryParameter(name), "placement query parameter");
    }

    static List<ThrowingCallable> nulls() {
        return List.of(
                () -> ApiKey.of(null, "s"),
                () -> ApiKey.of("k", null),
                () -> ApiKey.builder("k", "s").group(null),
                () -> ApiKey.builder("k", "s").model(null),
                () -> ApiKey.builder("k", "s").baseUrl(null),
                () -> ApiKey.builder("k", "s").placement(null),
                () -> ApiKey.builder("k", "s").metadata(null, "v"),
                () -> ApiKey.builder("k", "s").metadata("n", null),
                () -> ApiKey.builder("k", "s").requests(1, null),
                () -> ModelLimits.of(null),
                () -> KeyPlacement.header(null),
                () -> KeyPlacement.queryParameter(null),
                () -> Strategy.byName(null),
                () -> WhenExhausted.waitUpTo(null),
                () -> KeyPool.builder().name(null),
                () -> KeyPool.builder().upstream((String[]) null),
                () -> KeyPool.builder().upstream((String) null),
                () -> KeyPool.builder().key((ApiKey) null),
                () -> KeyPool.builder().keys((String[]) null),
                () -> KeyPool.builder().keys("a", null),
                () -> KeyPool.builder().placement(null),
                () -> KeyPool.builder().strategy(null),
                () -> KeyPool.builder().cooldown(null),
                () -> KeyPool.builder().retryableMethods((String[]) null),
                () -> KeyPool.builder().whenExhausted(null),
                () -> KeyPool.builder().classifier(null),
                () -> KeyPool.builder().store(null),
                () -> KeyPool.builder().listener(null),
                () -> KeyPool.builder().timeSource(null),
                () -> KeyPool.builder().leaseTimeout(null),
                () -> KeyPool.builder().firstEventHold(null),
                () -> KeyPool.builder().quotaZone(null),
                () -> LeaseRequest.any().withModel(null),
                () -> LeaseRequest.any().withSession(null),
                () -> LeaseRequest.any().withTimeout(null),
                () -> LeaseRequest.any().withKey(null),
                () -> LeaseRequest.any().insteadOf(null),
                () -> pool().acquire(null),
                () -> pool().tryAcquire(null),
                () -> pool().acquireAsync(null),
                () -> pool().addKey(null),
                () -> pool().removeKey(null),
                () -> pool().disable(null),
                () -> pool().enable(null),
                () -> pool().reset(null),
                () -> pool().acquire().end(null),
                () -> pool().acquire().rateLimited(null),
                () -> pool().acquire().succeeded(null));
    }

    @ParameterizedTest
    @MethodSource("nulls")
    void null_is_refused_at_once_and_named(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(NullPointerException.class).hasMessageContaining("must not be null");
    }

    @Test
    void a_message_about_foreign_text_is_short_and_of_one_line() {
        assertThat(Checks.shown("a\r\nb\u0000\u00e9")).isEqualTo("a??b??");
        assertThat(Checks.shown("x".repeat(10_000_000))).hasSize(43);
    }

    private static KeyPool pool() {
        return KeyPool.builder().key("k", CANARY).build();
    }

    private static void refused(ThrowingCallable call, String message) {
        Throwable thrown = catchThrowable(call);
        assertThat(thrown).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
        StringWriter whole = new StringWriter();
        thrown.printStackTrace(new PrintWriter(whole));
        assertThat(whole.toString()).doesNotContain("CANARY");
    }
}
