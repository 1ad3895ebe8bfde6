package dev.poolswitch.httpclient5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.poolswitch.ApiKey;
import dev.poolswitch.KeyPlacement;
import dev.poolswitch.KeyPool;
import dev.poolswitch.http.CallOptions;
import dev.poolswitch.testkit.server.Reply;
import dev.poolswitch.testkit.server.ScriptedServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpHead;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ClassicTest {

    private final ScriptedServer server = ScriptedServer.start();
    private final PoolingHttpClientConnectionManager connections = new PoolingHttpClientConnectionManager();
    private KeyPool pool = pool(KeyPlacement.header("x-api-key"));
    private CloseableHttpClient client = client(builder());

    private KeyPool.Builder poolBuilder() {
        return KeyPool.builder()
                .name("test")
                .upstream(server.uri().toString())
                .strategy(dev.poolswitch.Strategy.priority());
    }

    private KeyPool pool(KeyPlacement placement) {
        return poolBuilder()
                .placement(placement)
                .key(ApiKey.builder("a", "A").tier(1).build())
                .key(ApiKey.builder("b", "B").tier(2).build())
                .build();
    }

    private HttpClientBuilder builder() {
        return HttpClients.custom().setConnectionManager(connections);
    }

    private CloseableHttpClient client(HttpClientBuilder builder) {
        return PoolSwitchExecHandler.install(builder, pool).build();
    }

    private void use(KeyPool other) {
        pool.close();
        pool = other;
        client = client(builder());
    }

    @AfterEach
    void leavesNothingOpen() throws IOException {
        assertThat(connections.getTotalStats().getLeased()).isZero();
        assertThat(leases()).isZero();
        client.close();
        pool.close();
        server.close();
    }

    private int leases() {
        return pool.status().keys().stream().mapToInt(key -> key.inFlight()).sum();
    }

    private String get(String path) throws IOException {
        return client.execute(new HttpGet(server.uri(path)), ClassicTest::text);
    }

    private static String text(ClassicHttpResponse response) throws IOException {
        try {
            HttpEntity entity = response.getEntity();
            return (response.getCode() + " " + (entity == null ? "" : EntityUtils.toString(entity))).strip();
        } catch (org.apache.hc.core5.http.ParseException e) {
            throw new IOException(e);
        }
    }

    private static long millis(Callable action) throws Exception {
        long start = System.nanoTime();
        action.call();
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    interface Callable {
        void call() throws Exception;
    }

    private static Reply limited() {
        return Reply.json(429, "{\"error\":{\"message\":\"slow down\"}}").retryAfter(Duration.ofSeconds(20));
    }

    @Test
    void goes_on_with_the_next_key_at_once_when_the_first_is_refused() throws Exception {
        server.onKey("A", limited()).onKey("B", Reply.ok("hello"));
        assertThat(millis(() -> assertThat(get("/v1")).isEqualTo("200 hello"))).isLessThan(1000);
        assertThat(server.keysInOrder()).containsExactly("A", "B");
        assertThat(server.connectionsAccepted()).isEqualTo(1);
    }

    @Test
    void the_clients_own_retry_neither_sleeps_nor_repeats_when_all_keys_are_refused() throws Exception {
        server.script(limited());
        assertThat(millis(() -> assertThat(get("/v1")).startsWith("429 {\"error\"")))
                .isLessThan(1000);
        assertThat(server.keysInOrder()).containsExactly("A", "B");
    }

    @Test
    void the_clients_own_retry_stays_for_other_origins() throws Exception {
        try (ScriptedServer other = ScriptedServer.start()) {
            other.enqueue(Reply.status(503).header("Retry-After", "0"), Reply.ok("other"));
            assertThat(client.execute(new HttpGet(other.uri("/")), ClassicTest::text))
                    .isEqualTo("200 other");
            assertThat(other.keysInOrder()).containsExactly("-", "-");
        }
    }

    @Test
    void works_with_every_optional_element_switched_off() throws Exception {
        client = client(builder()
                .disableContentCompression()
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableAuthCaching()
                .disableCookieManagement());
        server.onKey("A", limited()).onKey("B", Reply.ok("hello"));
        assertThat(get("/v1")).isEqualTo("200 hello");
        assertThat(server.keysInOrder()).containsExactly("A", "B");
    }

    @Test
    void works_when_added_by_hand_before_protocol_alone() throws Exception {
        client = builder()
                .addExecInterceptorBefore(ChainElement.PROTOCOL.name(), "p", PoolSwitchExecHandler.of(pool))
                .disableAutomaticRetries()
                .build();
        server.onKey("A", limited()).onKey("B", Reply.ok("hello"));
        HttpClientContext context = HttpClientContext.create();
        assertThat(client.execute(new HttpGet(server.uri("/v1")), context, ClassicTest::text))
                .isEqualTo("200 hello");
        assertThat(server.keysInOrder()).containsExactly("A", "B");
        assertThat(context.getRequest().containsHeader("x-api-key")).isFalse();
    }

    @Test
    void works_when_both_halves_are_added_by_hand() throws Exception {
        PoolSwitchExecHandler handler = PoolSwitchExecHandler.of(pool);
        client = builder()
                .addExecInterceptorBefore(ChainElement.COMPRESS.name(), "p", handler)
                .addExecInterceptorBefore(ChainElement.MAIN_TRANSPORT.name(), "k", handler.keyWriter())
                .disableAutomaticRetries()
                .build();
        server.onKey("A", limited()).onKey("B", Reply.ok("hello").gzip());
        for (int call = 0; call < 2; call++) {
            pool.reset("a");
            HttpClientContext context = HttpClientContext.create();
            assertThat(client.execute(new HttpGet(server.uri("/v1")), context, ClassicTest::text))
                    .isEqualTo("200 hello");
            assertThat(context.getRequest().containsHeader("x-api-key")).isFalse();
        }
        assertThat(server.keysInOrder()).containsExactly("A", "B", "A", "B");
        assertThat(pool.status().keys()).allSatisfy(key -> {
            assertThat(key.requests()).isEqualTo(2);
            assertThat(key.resends()).isZero();
        });
    }

    @Test
    void a_handler_that_httpclient_has_dropped_is_told_of_and_nothing_is_sent_without_a_key() throws Exception {
        PoolSwitchExecHandler handler = PoolSwitchExecHandler.of(pool);
        client = builder()
                .disableContentCompression()
                .addExecInterceptorBefore(ChainElement.COMPRESS.name(), "p", handler)
                .addExecInterceptorBefore(ChainElement.MAIN_TRANSPORT.name(), "k", handler.keyWriter())
                .setRetryStrategy(PoolSwitchExecHandler.keepingOff(DefaultHttpRequestRetryStrategy.INSTANCE))
                .build();
        assertThatThrownBy(() -> get("/v1"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("install(builder, pool)")
                .hasMessageContaining("before PROTOCOL");
        assertThat(server.requestCount()).isZero();
        try (ScriptedServer other = ScriptedServer.start()) {
            assertThat(client.execute(new HttpGet(other.uri("/")), ClassicTest::text))
                    .isEqualTo("200 ok");
        }
    }

    @Test
    void the_application_never_sees_the_key() throws Exception {
        HttpGet request = new HttpGet(server.uri("/v1"));
        request.setHeader("x-api-key", "placeholder");
        request.setHeader("Authorization", "Bearer placeholder");
        HttpClientContext context = HttpClientContext.create();
        client.execute(request, context, ClassicTest::text);
        assertThat(server.requests().get(0).keys()).containsExactly("A");
        assertThat(context.getRequest().containsHeader("x-api-key")).isFalse();
        assertThat(context.toString()).doesNotContain("x-api-key");
        assertThat(request.getFirstHeader("x-api-key").getValue()).isEqualTo("placeholder");
    }

    @Test
    void a_key_in_the_query_is_added_and_taken_out_again() throws Exception {
        use(pool(KeyPlacement.queryParameter("key")));
        server.keyParameter("key").onKey("A", limited()).onKey("B", Reply.ok("hello"));
        HttpClientContext context = HttpClientContext.create();
        client.execute(new HttpGet(server.uri("/v1?key=mine&alt=sse")), context, ClassicTest::text);
        assertThat(server.requests())
                .extracting(r -> r.target())
                .containsExactly("/v1?alt=sse&key=A", "/v1?alt=sse&key=B");
        assertThat(context.getRequest().getPath()).isEqualTo("/v1?alt=sse");
    }

    @Test
    void a_redirect_to_another_origin_carries_no_key_and_blames_nobody() throws Exception {
        try (ScriptedServer other = ScriptedServer.start()) {
            server.script(Reply.redirect(other.uri("/there").toString(), 307));
            other.script(Reply.status(401));
            assertThat(get("/v1")).isEqualTo("401");
            assertThat(other.keysInOrder()).containsExactly("-");
            assertThat(server.keysInOrder()).containsExactly("A");
        }
    }

    @Test
    void a_redirect_within_the_origin_carries_the_key_on_each_hop() throws Exception {
        server.onPath("/v1", Reply.redirect("/v2", 302)).onPath("/v2", Reply.ok("hop"));
        assertThat(get("/v1")).isEqualTo("200 hop");
        assertThat(server.keysInOrder()).containsExactly("A", "A");
    }

    @Test
    void a_key_with_its_own_base_url_is_sent_there_by_a_route_of_its_own() throws Exception {
        try (ScriptedServer elsewhere = ScriptedServer.start()) {
            use(poolBuilder()
                    .key(ApiKey.builder("a", "A").tier(1).build())
                    .key(ApiKey.builder("b", "B")
                            .tier(2)
                            .baseUrl(elsewhere.uri("/eu").toString())
                            .build())
                    .build());
            server.script(limited());
            elsewhere.script(Reply.ok("eu"));
            assertThat(get("/v1?q=1")).isEqualTo("200 eu");
            assertThat(server.keysInOrder()).containsExactly("A");
            assertThat(elsewhere.keysInOrder()).containsExactly("B");
            assertThat(elsewhere.requests().get(0).target()).isEqualTo("/eu/v1?q=1");
            assertThat(elsewhere.requests().get(0).header("Host")).isEqualTo("127.0.0.1:" + elsewhere.port());
        }
    }

    @Test
    void a_body_that_can_be_written_twice_arrives_whole_in_each_attempt() throws Exception {
        server.onKey("A", limited()).onKey("B", Reply.ok("hello"));
        HttpPost post = new HttpPost(server.uri("/v1"));
        post.setEntity(new StringEntity("{\"model\":\"m\"}", ContentType.APPLICATION_JSON));
        assertThat(client.execute(post, ClassicTest::text)).isEqualTo("200 hello");
        assertThat(server.requests())
                .extracting(r -> r.bodyText())
                .containsExactly("{\"model\":\"m\"}", "{\"model\":\"m\"}");
    }

    @Test
    void a_one_shot_body_is_sent_once_and_the_refusal_returned() throws Exception {
        server.script(limited());
        for (long length : new long[] {-1, 5}) {
            HttpPost post = new HttpPost(server.uri("/v1"));
            post.setEntity(new InputStreamEntity(stream("hello"), length, ContentType.TEXT_PLAIN));
            assertThat(client.execute(post, ClassicTest::text)).startsWith("429");
        }
        assertThat(server.requests()).extracting(r -> r.bodyText()).containsExactly("hello", "hello");
    }

    @Test
    void a_one_shot_body_that_nobody_has_touched_may_go_to_another_key() throws Exception {
        use(poolBuilder()
                .key(ApiKey.builder("a", "A")
                        .tier(1)
                        .baseUrl(nobody().toString())
                        .build())
                .key(ApiKey.builder("b", "B").tier(2).build())
                .build());
        HttpPost post = new HttpPost(server.uri("/v1"));
        post.setEntity(new InputStreamEntity(stream("hello"), -1, ContentType.TEXT_PLAIN));
        assertThat(client.execute(post, ClassicTest::text)).isEqualTo("200 ok");
        assertThat(server.requests()).extracting(r -> r.bodyText()).containsExactly("hello");
    }

    /** An address at which nobody listens. */
    private static URI nobody() {
        try (ScriptedServer gone = ScriptedServer.start()) {
            return gone.uri();
        }
    }

    @Test
    void five_hundred_failovers_leave_one_connection() throws Exception {
        server.onKey("B", Reply.ok("hello"));
        for (Reply refusal : List.of(limited(), limited().chunked(), limited().gzip())) {
            server.onKey("A", refusal);
            for (int i = 0; i < 170; i++) {
                pool.reset("a");
                assertThat(get("/v1")).isEqualTo("200 hello");
            }
        }
        assertThat(server.requestCount()).isEqualTo(1020);
        assertThat(server.connectionsAccepted()).isLessThanOrEqualTo(2);
    }

    @Test
    void a_refusal_whose_body_dribbles_delays_nobody() throws Exception {
        server.onKey("B", Reply.ok("hello"));
        for (Reply refusal : List.of(
                Reply.status(429).dribble(1, Duration.ofMillis(100), Duration.ofSeconds(8)),
                Reply.status(429)
                        .dribble(1, Duration.ofMillis(100), Duration.ofSeconds(8))
                        .chunked(),
                Reply.status(429).generatedBody(2_000_000))) {
            server.onKey("A", refusal);
            pool.reset("a");
            assertThat(millis(() -> assertThat(get("/v1")).isEqualTo("200 hello")))
                    .isLessThan(2000);
        }
        assertThat(server.keysInOrder()).containsExactly("A", "B", "A", "B", "A", "B");
    }

    @Test
    void an_answer_that_is_closed_early_neither_waits_nor_blames() throws Exception {
        server.script(Reply.sse(List.of("1", "2", "3", "4", "5", "6"), Duration.ofMillis(500)));
        HttpGet request = new HttpGet(server.uri("/v1"));
        try (ClassicHttpResponse response = client.executeOpen(null, request, null)) {
            InputStream body = response.getEntity().getContent();
            assertThat(body.read()).isEqualTo('d');
            assertThat(leases()).isEqualTo(1);
            assertThat(millis(body::close)).isLessThan(1000);
        }
        assertThat(leases()).isZero();
    }

    @Test
    void the_lease_ends_with_the_last_byte_of_a_known_length() throws Exception {
        server.script(Reply.ok("hello"));
        try (ClassicHttpResponse response = client.executeOpen(null, new HttpGet(server.uri("/v1")), null)) {
            assertThat(response.getEntity().getContent().readNBytes(5)).hasSize(5);
            assertThat(leases()).isZero();
        }
        assertThat(get("/v1")).isEqualTo("200 hello");
        assertThat(server.connectionsAccepted()).isEqualTo(1);
    }

    @Test
    void a_body_that_breaks_off_is_thrown_and_not_repeated() {
        server.script(Reply.ok("hello world").halfThenReset());
        assertThatThrownBy(() -> get("/v1")).isInstanceOf(IOException.class);
        assertThat(server.requestCount()).isEqualTo(1);
    }

    @Test
    void answers_without_a_body_end_the_lease_with_the_head() throws Exception {
        server.script(Reply.status(204));
        assertThat(get("/v1")).isEqualTo("204");
        server.script(Reply.status(304));
        assertThat(get("/v1")).isEqualTo("304");
        server.script(Reply.ok("hello"));
        assertThat(client.execute(new HttpHead(server.uri("/v1")), ClassicTest::text))
                .isEqualTo("200");
    }

    @Test
    void a_compressed_answer_is_tapped_decoded_and_keeps_its_connection() throws Exception {
        String text = "hello,".repeat(1000);
        server.script(Reply.ok(text).gzip());
        assertThat(get("/v1")).isEqualTo("200 " + text);
        assertThat(get("/v1")).isEqualTo("200 " + text);
        assertThat(server.connectionsAccepted()).isEqualTo(1);
    }

    @Test
    void a_post_that_was_cut_off_is_retried_and_a_patch_is_not() throws Exception {
        server.onKey("A", Reply.resetAfterRequest()).onKey("B", Reply.ok("hello"));
        HttpPost post = new HttpPost(server.uri("/v1"));
        post.setEntity(new StringEntity("x"));
        assertThat(client.execute(post, ClassicTest::text)).isEqualTo("200 hello");
        pool.reset("a");
        org.apache.hc.client5.http.classic.methods.HttpPatch patch =
                new org.apache.hc.client5.http.classic.methods.HttpPatch(server.uri("/v1"));
        patch.setEntity(new StringEntity("x"));
        assertThatThrownBy(() -> client.execute(patch, ClassicTest::text)).isInstanceOf(IOException.class);
    }

    @Test
    void an_abort_ends_a_wait() throws Exception {
        server.script(Reply.status(503).retryAfter(Duration.ofSeconds(5)));
        HttpGet request = new HttpGet(server.uri("/v1"));
        CompletableFuture<Long> took = CompletableFuture.supplyAsync(() -> {
            try {
                return millis(() -> assertThatThrownBy(() -> client.execute(request, ClassicTest::text))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("aborted"));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        server.awaitRequests(1);
        request.abort();
        assertThat(took.get(10, TimeUnit.SECONDS)).isLessThan(1000);
        assertThat(server.requestCount()).isEqualTo(1);
    }

    @Test
    void an_interrupt_ends_a_wait_and_its_flag_stays() throws Exception {
        server.script(Reply.status(503).retryAfter(Duration.ofSeconds(5)));
        CompletableFuture<Boolean> flag = new CompletableFuture<>();
        Thread caller = new Thread(() -> {
            assertThatThrownBy(() -> get("/v1")).isInstanceOf(InterruptedIOException.class);
            flag.complete(Thread.currentThread().isInterrupted());
        });
        caller.start();
        server.awaitRequests(1);
        caller.interrupt();
        assertThat(flag.get(2, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void hints_travel_in_the_context() throws Exception {
        HttpClientContext context = HttpClientContext.create();
        context.setAttribute(CallOptions.class.getName(), CallOptions.none().withKey("b"));
        client.execute(new HttpGet(server.uri("/v1")), context, ClassicTest::text);
        assertThat(server.keysInOrder()).containsExactly("B");
    }

    @Test
    void an_error_body_can_be_judged_and_still_be_read() throws Exception {
        StringBuilder judged = new StringBuilder();
        use(poolBuilder()
                .key("a", "A")
                .classifier(answer -> {
                    judged.append(new String(answer.bodyPrefix(65_536), StandardCharsets.UTF_8));
                    return dev.poolswitch.verdict.ResponseClassifier.byStatus().classify(answer);
                })
                .build());
        for (Reply reply : List.of(
                limited(), limited().chunked(), limited().gzip(), limited().delayBody(Duration.ofMillis(80)))) {
            pool.reset("a");
            judged.setLength(0);
            server.script(reply);
            assertThat(get("/v1")).isEqualTo("429 {\"error\":{\"message\":\"slow down\"}}");
            assertThat(judged.toString()).isEqualTo("{\"error\":{\"message\":\"slow down\"}}");
        }
        assertThat(server.connectionsAccepted()).isEqualTo(1);
    }

    @Test
    void a_bug_in_the_chain_below_leaves_no_connection_behind() {
        client = client(builder().addExecInterceptorBefore(ChainElement.MAIN_TRANSPORT.name(), "bug", (r, s, c) -> {
            c.proceed(r, s);
            throw new IllegalStateException("bug");
        }));
        assertThatThrownBy(() -> get("/v1")).isInstanceOf(IllegalStateException.class);
        assertThat(server.requestCount()).isEqualTo(1);
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
