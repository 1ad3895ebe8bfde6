package dev.poolswitch.httpclient5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.poolswitch.ApiKey;
import dev.poolswitch.KeyPlacement;
import dev.poolswitch.KeyPool;
import dev.poolswitch.NoKeyAvailableException;
import dev.poolswitch.Strategy;
import dev.poolswitch.WhenExhausted;
import dev.poolswitch.testkit.server.Reply;
import dev.poolswitch.testkit.server.ScriptedServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.async.methods.SimpleHttpRequest;
import org.apache.hc.client5.http.async.methods.SimpleHttpResponse;
import org.apache.hc.client5.http.async.methods.SimpleRequestBuilder;
import org.apache.hc.client5.http.async.methods.SimpleRequestProducer;
import org.apache.hc.client5.http.async.methods.SimpleResponseConsumer;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManager;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the contract does not ask of the asynchronous client. */
@Timeout(60)
class AsyncTest {

    private final ScriptedServer server = ScriptedServer.start();
    private final PoolingAsyncClientConnectionManager connections = new PoolingAsyncClientConnectionManager();
    private KeyPool pool = twoKeys(poolBuilder()).build();
    private CloseableHttpAsyncClient client = client(builder(), pool);

    private KeyPool.Builder poolBuilder() {
        return KeyPool.builder()
                .name("test")
                .upstream(server.uri().toString())
                .strategy(Strategy.priority())
                .placement(KeyPlacement.header("x-api-key"));
    }

    private static KeyPool.Builder twoKeys(KeyPool.Builder builder) {
        return builder.key(ApiKey.builder("a", "A").tier(1).build())
                .key(ApiKey.builder("b", "B").tier(2).build());
    }

    /** One I/O thread, so that whatever blocks it is felt. */
    private HttpAsyncClientBuilder builder() {
        return HttpAsyncClients.custom()
                .setConnectionManager(connections)
                .setIOReactorConfig(IOReactorConfig.custom().setIoThreadCount(1).build());
    }

    private static CloseableHttpAsyncClient client(HttpAsyncClientBuilder builder, KeyPool pool) {
        CloseableHttpAsyncClient client =
                PoolSwitchAsyncExecHandler.install(builder, pool).build();
        client.start();
        return client;
    }

    private void use(KeyPool other) {
        pool.close();
        pool = other;
        client = client(builder(), pool);
    }

    @AfterEach
    void leavesNothingOpen() throws IOException {
        await().untilAsserted(() -> {
            assertThat(connections.getTotalStats().getLeased()).isZero();
            assertThat(leases()).isZero();
        });
        client.close();
        pool.close();
        server.close();
    }

    private int leases() {
        return pool.status().keys().stream().mapToInt(key -> key.inFlight()).sum();
    }

    private Future<SimpleHttpResponse> get(String path) {
        return send(SimpleRequestBuilder.get(server.uri(path)).build(), HttpClientContext.create());
    }

    private Future<SimpleHttpResponse> send(SimpleHttpRequest request, HttpClientContext context) {
        return client.execute(SimpleRequestProducer.create(request), SimpleResponseConsumer.create(), context, null);
    }

    private static String text(Future<SimpleHttpResponse> answer) throws Exception {
        SimpleHttpResponse response = answer.get(20, TimeUnit.SECONDS);
        return (response.getCode() + " " + (response.getBody() == null ? "" : response.getBodyText())).strip();
    }

    private static Reply limited() {
        return Reply.json(429, "{\"error\":{\"message\":\"slow down\"}}").retryAfter(Duration.ofSeconds(20));
    }

    private static long millisSince(long start) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    @Test
    void the_clients_own_retry_neither_waits_nor_repeats_when_all_keys_are_refused() throws Exception {
        server.script(limited());
        long start = System.nanoTime();
        assertThat(text(get("/v1"))).startsWith("429 {");
        assertThat(millisSince(start)).isLessThan(1500);
        assertThat(server.keysInOrder()).containsExactly("A", "B");
    }

    @Test
    void the_clients_own_retry_stays_for_other_origins() throws Exception {
        try (ScriptedServer other = ScriptedServer.start()) {
            other.enqueue(Reply.status(503).header("Retry-After", "0"), Reply.ok("other"));
            assertThat(text(send(SimpleRequestBuilder.get(other.uri("/")).build(), HttpClientContext.create())))
                    .isEqualTo("200 other");
            assertThat(other.keysInOrder()).containsExactly("-", "-");
        }
    }

    @Test
    void a_handler_that_httpclient_has_dropped_is_told_of_and_nothing_is_sent_without_a_key() {
        PoolSwitchAsyncExecHandler handler = PoolSwitchAsyncExecHandler.of(pool);
        client = builder()
                .disableRedirectHandling()
                .addExecInterceptorAfter(ChainElement.REDIRECT.name(), "p", handler)
                .addExecInterceptorBefore(ChainElement.MAIN_TRANSPORT.name(), "k", handler.keyWriter())
                .setRetryStrategy(PoolSwitchExecHandler.keepingOff(DefaultHttpRequestRetryStrategy.INSTANCE))
                .build();
        client.start();
        assertThatThrownBy(() -> text(get("/v1")))
                .hasCauseInstanceOf(IOException.class)
                .hasMessageContaining("install(builder, pool)");
        assertThat(server.requestCount()).isZero();
    }

    @Test
    void works_when_added_by_hand_before_protocol_alone() throws Exception {
        client = builder()
                .addExecInterceptorBefore(ChainElement.PROTOCOL.name(), "p", PoolSwitchAsyncExecHandler.of(pool))
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .build();
        client.start();
        server.onKey("A", limited()).onKey("B", Reply.ok("hello"));
        HttpClientContext context = HttpClientContext.create();
        assertThat(text(send(SimpleRequestBuilder.get(server.uri("/v1")).build(), context)))
                .isEqualTo("200 hello");
        assertThat(server.keysInOrder()).containsExactly("A", "B");
        assertThat(context.getRequest().containsHeader("x-api-key")).isFalse();
    }

    @Test
    void a_key_with_its_own_base_url_is_sent_there_and_a_redirect_of_it_too() throws Exception {
        try (ScriptedServer elsewhere = ScriptedServer.start()) {
            use(poolBuilder()
                    .key(ApiKey.builder("a", "A").tier(1).build())
                    .key(ApiKey.builder("b", "B")
                            .tier(2)
                            .baseUrl(elsewhere.uri("/eu").toString())
                            .build())
                    .build());
            server.script(limited());
            elsewhere.onPath("/eu/v1", Reply.redirect("/v2", 307)).onPath("/eu/v2", Reply.ok("landed"));
            assertThat(text(get("/v1"))).isEqualTo("200 landed");
            assertThat(server.keysInOrder()).containsExactly("A");
            assertThat(elsewhere.keysInOrder()).containsExactly("B", "B");
            assertThat(elsewhere.requests()).extracting(r -> r.target()).containsExactly("/eu/v1", "/eu/v2");
        }
    }

    @Test
    void a_refusal_whose_body_dribbles_delays_nobody() throws Exception {
        server.onKey("B", Reply.ok("hello"));
        text(get("/warm"));
        server.reset();
        server.onKey("B", Reply.ok("hello"));
        for (Reply refusal : List.of(
                Reply.status(429).dribble(1, Duration.ofMillis(100), Duration.ofSeconds(8)),
                Reply.status(429)
                        .dribble(1, Duration.ofMillis(100), Duration.ofSeconds(8))
                        .chunked(),
                Reply.status(429).generatedBody(2_000_000))) {
            server.onKey("A", refusal);
            pool.reset("a");
            long start = System.nanoTime();
            assertThat(text(get("/v1"))).isEqualTo("200 hello");
            assertThat(millisSince(start)).isLessThan(2000);
        }
        assertThat(server.keysInOrder()).containsExactly("A", "B", "A", "B", "A", "B");
    }

    @Test
    void an_early_refusal_during_a_large_upload_moves_on_with_the_whole_body() throws Exception {
        server.onKey("A", limited().answerEarly()).onKey("B", Reply.ok("hello"));
        byte[] body = new byte[8_000_000];
        SimpleHttpRequest post = SimpleRequestBuilder.post(server.uri("/v1"))
                .setBody(body, ContentType.APPLICATION_OCTET_STREAM)
                .build();
        assertThat(text(send(post, HttpClientContext.create()))).isEqualTo("200 hello");
        assertThat(server.requests().get(1).bodyLength()).isEqualTo(body.length);
    }

    @Test
    void waits_hold_no_thread() throws Exception {
        use(poolBuilder()
                .key(ApiKey.builder("a", "A").maxConcurrent(1).build())
                .whenExhausted(WhenExhausted.waitUpTo(Duration.ofSeconds(20)))
                .build());
        CountDownLatch held = new CountDownLatch(1);
        server.enqueue(Reply.sse(List.of("one", "two"), Duration.ZERO).heldBackUntil(held));
        List<Future<SimpleHttpResponse>> answers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            answers.add(get("/v1"));
        }
        await().untilAsserted(() -> assertThat(pool.status().waiting()).isEqualTo(49));
        try (ScriptedServer other = ScriptedServer.start()) {
            assertThat(text(send(SimpleRequestBuilder.get(other.uri("/")).build(), HttpClientContext.create())))
                    .isEqualTo("200 ok");
        }
        Future<SimpleHttpResponse> impatient = answers.remove(49);
        impatient.cancel(true);
        await().untilAsserted(() -> assertThat(pool.status().waiting()).isEqualTo(48));
        held.countDown();
        for (Future<SimpleHttpResponse> answer : answers) {
            assertThat(text(answer)).startsWith("200");
        }
        assertThat(server.requestCount()).isEqualTo(49);
    }

    @Test
    void a_back_off_holds_no_thread_and_ends_with_a_cancellation() throws Exception {
        server.onPath("/slow", Reply.status(503).retryAfter(Duration.ofSeconds(5)));
        Future<SimpleHttpResponse> slow = get("/slow");
        server.awaitRequests(1);
        assertThat(text(get("/v1"))).isEqualTo("200 ok");
        await().until(() -> leases() == 0);
        slow.cancel(true);
        assertThat(slow.isCancelled()).isTrue();
        await().untilAsserted(() ->
                assertThat(connections.getTotalStats().getLeased()).isZero());
        assertThat(server.requestCount()).isEqualTo(2);
    }

    @Test
    void a_connection_is_free_during_a_back_off() throws Exception {
        connections.setDefaultMaxPerRoute(1);
        server.enqueue(Reply.status(503).body("busy").retryAfter(Duration.ofSeconds(3)));
        Future<SimpleHttpResponse> slow = get("/slow");
        server.awaitRequests(1);
        await().until(() -> connections.getTotalStats().getLeased() == 0);
        assertThat(text(get("/v1"))).isEqualTo("200 ok");
        assertThat(slow.isDone()).isFalse();
        assertThat(text(slow)).isEqualTo("200 ok");
    }

    @Test
    void no_key_is_a_failure_of_the_future() {
        use(twoKeys(poolBuilder().whenExhausted(WhenExhausted.failFast())).build());
        pool.disable("a");
        pool.disable("b");
        assertThatThrownBy(() -> get("/v1").get(5, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(NoKeyAvailableException.class);
        assertThat(server.requestCount()).isZero();
    }

    @Test
    void a_bug_in_the_chain_below_reaches_the_future() {
        client = client(
                builder().addExecInterceptorBefore(ChainElement.CONNECT.name(), "bug", (r, p, s, c, cb) -> {
                    throw new IllegalStateException("bug");
                }),
                pool);
        assertThatThrownBy(() -> get("/v1").get(5, TimeUnit.SECONDS)).hasRootCauseMessage("bug");
    }

    @Test
    void a_broken_body_is_a_failure_and_is_not_repeated() {
        server.script(Reply.ok("hello world").halfThenReset());
        assertThatThrownBy(() -> get("/v1").get(5, TimeUnit.SECONDS)).hasCauseInstanceOf(IOException.class);
        assertThat(server.requestCount()).isEqualTo(1);
        await().until(() -> leases() == 0);
    }
}
