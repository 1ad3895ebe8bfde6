package dev.poolswitch.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ScriptedServerTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private ScriptedServer server;

    @BeforeEach
    void start() {
        server = ScriptedServer.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private HttpRequest.Builder request(String target) {
        return HttpRequest.newBuilder(server.uri(target)).timeout(Duration.ofSeconds(10));
    }

    private HttpResponse<String> get(String target, String key) throws IOException, InterruptedException {
        return send(request(target).header("Authorization", "Bearer " + key).build());
    }

    private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return client.send(request, BodyHandlers.ofString());
    }

    @Test
    void answers_by_key_and_records_the_keys_in_order() throws Exception {
        server.onKey("A", Reply.status(429).retryAfter(Duration.ofMillis(1500)));
        server.onKey("B", Reply.ok("hello"));

        HttpResponse<String> refused = get("/", "A");
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Retry-After")).contains("2");
        assertThat(get("/", "B").body()).isEqualTo("hello");
        assertThat(send(request("/").build()).body()).isEqualTo("ok");
        assertThat(server.keysInOrder()).containsExactly("A", "B", ScriptedServer.NO_KEY);
        assertThat(server.connectionsAccepted()).isEqualTo(1);
    }

    @Test
    void plays_the_queue_before_rules_and_the_rules_before_the_script() throws Exception {
        server.script(request -> Reply.ok("script " + request.path()));
        server.onPath("/rule", Reply.ok("first"), Reply.ok("last"));
        server.enqueue(Reply.ok("queued"));

        assertThat(get("/rule", "A").body()).isEqualTo("queued");
        assertThat(get("/rule?x=1", "A").body()).isEqualTo("first");
        assertThat(get("/rule", "A").body()).isEqualTo("last");
        assertThat(get("/rule", "A").body()).isEqualTo("last");
        assertThat(get("/other", "A").body()).isEqualTo("script /other");
        server.reset();
        assertThat(get("/rule", "A").body()).isEqualTo("ok");
        assertThat(server.requestCount()).isEqualTo(1);
    }

    @Test
    void finds_keys_in_all_usual_places_and_hides_them_in_texts() throws Exception {
        send(request("/?a=1&key=se%2Bcret").header("X-Api-Key", "secret2").build());
        send(request("/").header("x-goog-api-key", "secret3").build());
        server.keyHeader("X-Mine");
        send(request("/")
                .header("x-mine", "secret4")
                .header("api-key", "secret5")
                .build());

        List<RecordedRequest> requests = server.requests();
        assertThat(requests.get(0).keys()).containsExactly("secret2", "se+cret");
        assertThat(requests.get(1).keys()).containsExactly("secret3");
        assertThat(requests.get(2).keys()).containsExactlyInAnyOrder("secret4", "secret5");
        assertThat(requests.toString()).doesNotContain("secret").doesNotContain("se%2B");
        assertThat(requests.get(1).headers().toString()).doesNotContain("secret3");
    }

    @Test
    void records_bodies_however_they_are_framed() throws Exception {
        send(request("/").POST(BodyPublishers.ofString("fixed")).build());
        byte[] large = "0123456789".repeat(20_000).getBytes(StandardCharsets.UTF_8);
        send(request("/")
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large)))
                .build());

        RecordedRequest small = server.requests().get(0);
        assertThat(small.method()).isEqualTo("POST");
        assertThat(small.bodyText()).isEqualTo("fixed");
        assertThat(small.bodyComplete()).isTrue();
        RecordedRequest huge = server.requests().get(1);
        assertThat(huge.header("Transfer-Encoding")).isEqualTo("chunked");
        assertThat(huge.bodyLength()).isEqualTo(large.length);
        assertThat(huge.body()).hasSize(64 * 1024);
        assertThat(huge.bodySha256()).isEqualTo(new RecordedBody(large, large.length, null, true).sha256());
        assertThat(huge.sequence()).isEqualTo(2);
    }

    @Test
    void records_a_request_that_is_broken_off_as_incomplete() throws Exception {
        try (RawClient raw = new RawClient(server)) {
            raw.send("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc");
        }

        RecordedRequest request = server.awaitRequests(1).get(0);
        assertThat(request.bodyComplete()).isFalse();
        assertThat(request.bodyText()).isEqualTo("abc");
        server.awaitConnectionsOpen(0);
    }

    @Test
    void asks_for_the_body_with_100_continue_unless_it_answers_early() throws Exception {
        server.enqueue(Reply.ok("late"), Reply.status(429).answerEarly());
        try (RawClient raw = new RawClient(server)) {
            String head = "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
            raw.send(head);
            assertThat(raw.readUntil("\r\n\r\n")).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            raw.send("xy");
            assertThat(raw.readUntil("late")).startsWith("HTTP/1.1 200 OK\r\n");
            raw.send(head);
            assertThat(raw.readToEnd()).startsWith("HTTP/1.1 429 ").contains("Connection: close\r\n");
        }
        assertThat(server.requests().get(0).bodyText()).isEqualTo("xy");
        assertThat(server.requests().get(1).bodyComplete()).isFalse();
    }

    @Test
    void answers_early_during_a_large_upload_without_losing_the_answer() throws Exception {
        server.enqueue(Reply.json(429, "{}").answerEarly());
        byte[] piece = new byte[1 << 20];
        try (RawClient raw = new RawClient(server)) {
            raw.send("POST / HTTP/1.1\r\nContent-Length: 104857600\r\n\r\n");
            for (int i = 0; i < 8; i++) {
                raw.send(piece);
            }
            assertThat(raw.readUntil("{}")).startsWith("HTTP/1.1 429 ");
        }
    }

    @Test
    void keeps_the_connection_when_it_drains_after_an_early_answer() throws Exception {
        server.enqueue(Reply.status(429).answerEarlyThenDrain());
        try (RawClient raw = new RawClient(server)) {
            raw.send("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n");
            raw.readUntil("\r\n\r\n");
            raw.send("12345" + GET);
            assertThat(raw.readUntil("ok")).startsWith("HTTP/1.1 200 OK");
        }
    }

    @Test
    void honours_the_rules_for_answers_without_a_body() throws Exception {
        server.enqueue(
                Reply.ok("12345"),
                Reply.status(204).body("x"),
                Reply.status(304).header("ETag", "\"1\""));
        try (RawClient raw = new RawClient(server)) {
            raw.send("HEAD / HTTP/1.1\r\n\r\n");
            assertThat(raw.readUntil("\r\n\r\n")).contains("Content-Length: 5\r\n");
            raw.send(GET);
            assertThat(raw.readUntil("\r\n\r\n")).isEqualTo("HTTP/1.1 204 No Content\r\n\r\n");
            raw.send(GET);
            assertThat(raw.readUntil("\r\n\r\n")).isEqualTo("HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n");
            raw.send(GET);
            assertThat(raw.readUntil("ok")).startsWith("HTTP/1.1 200 OK");
        }
    }

    @Test
    void sends_bodies_in_chunks_compressed_generated_or_until_close() throws Exception {
        server.enqueue(
                Reply.ok("chunks").chunked().dribble(2, Duration.ofMillis(1)),
                Reply.ok("squeezed").gzip(),
                Reply.status(200).generatedBody(1_000_003),
                Reply.ok("closing").untilClose());

        assertThat(get("/", "A").body()).isEqualTo("chunks");
        HttpResponse<InputStream> zipped = client.send(request("/").build(), BodyHandlers.ofInputStream());
        assertThat(zipped.headers().firstValue("Content-Encoding")).contains("gzip");
        try (InputStream body = new GZIPInputStream(zipped.body())) {
            assertThat(body.readAllBytes()).asString().isEqualTo("squeezed");
        }
        assertThat(get("/", "A").body()).hasSize(1_000_003).startsWith("abcdef");
        assertThat(get("/", "A").body()).isEqualTo("closing");
    }

    @Test
    void streams_events_one_by_one() throws Exception {
        server.enqueue(Reply.sse(List.of("one", "two\nlines"), Duration.ofHours(1)));
        try (RawClient raw = new RawClient(server)) {
            raw.send(GET);
            assertThat(raw.readUntil("data: one\n\n")).contains("Content-Type: text/event-stream");
            assertThat(server.connectionsOpen()).isEqualTo(1);
        }
        server.awaitConnectionsOpen(0);
        server.enqueue(Reply.sse(List.of("one", "two\nlines"), Duration.ZERO));
        assertThat(get("/", "A").body()).isEqualTo("data: one\n\ndata: two\ndata: lines\n\n");
    }

    @Test
    void delays_head_and_body() throws Exception {
        server.enqueue(Reply.ok("x").delayHead(Duration.ofMillis(60)).delayBody(Duration.ofMillis(60)));
        long start = System.nanoTime();
        assertThat(get("/", "A").body()).isEqualTo("x");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(118));
    }

    @Test
    void redirects() throws Exception {
        server.onPath("/old", Reply.redirect("/new", 307));
        HttpClient following = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.ALWAYS)
                .build();
        assertThat(following
                        .send(request("/old").build(), BodyHandlers.ofString())
                        .uri()
                        .getPath())
                .isEqualTo("/new");
    }

    @Test
    void tells_the_wait_in_all_forms() throws Exception {
        Instant instant = Instant.parse("1994-11-06T08:49:37Z");
        server.enqueue(
                Reply.status(429).retryAfter(instant, HttpDate.IMF_FIXDATE),
                Reply.status(429).retryAfter(instant, HttpDate.RFC_850),
                Reply.status(429).retryAfter(instant, HttpDate.ASCTIME).date(instant),
                Reply.status(429).retryAfterMillis(20));
        assertThat(get("/", "A").headers().firstValue("Retry-After")).contains("Sun, 06 Nov 1994 08:49:37 GMT");
        assertThat(get("/", "A").headers().firstValue("Retry-After")).contains("Sunday, 06-Nov-94 08:49:37 GMT");
        HttpResponse<String> asctime = get("/", "A");
        assertThat(asctime.headers().firstValue("Retry-After")).contains("Sun Nov  6 08:49:37 1994");
        assertThat(asctime.headers().firstValue("Date")).contains("Sun, 06 Nov 1994 08:49:37 GMT");
        assertThat(get("/", "A").headers().firstValue("retry-after-ms")).contains("20");
    }

    @Test
    void echoes_web_socket_messages() throws Exception {
        server.onPath("/ws", Reply.webSocketEcho());
        CompletableFuture<String> echoed = new CompletableFuture<>();
        WebSocket socket = client.newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + server.port() + "/ws"), new EchoListener(echoed))
                .join();
        String message = "grüße ".repeat(2000);
        socket.sendText(message, true).join();
        assertThat(echoed.get()).isEqualTo(message);
        socket.sendClose(1000, "bye").join();
        server.awaitConnectionsOpen(0);
    }

    @Test
    void serves_sixty_clients_at_once_without_cross_talk() {
        server.script(request -> Reply.ok(request.key() + " " + request.bodyText()));
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 1200; i++) {
            HttpRequest request = request("/")
                    .header("x-api-key", "k" + i)
                    .POST(BodyPublishers.ofString("b" + i))
                    .build();
            answers.add(client.sendAsync(request, BodyHandlers.ofString()));
        }
        for (int i = 0; i < 1200; i++) {
            assertThat(answers.get(i).join().body()).isEqualTo("k" + i + " b" + i);
        }
        assertThat(server.requestCount()).isEqualTo(1200);
    }

    @Test
    void says_what_it_waited_for_in_vain() {
        assertThatThrownBy(() -> server.awaitRequests(1, Duration.ofMillis(5)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("1 requests");
    }

    private static final class EchoListener implements WebSocket.Listener {
        private final CompletableFuture<String> echoed;
        private final StringBuilder text = new StringBuilder();

        EchoListener(CompletableFuture<String> echoed) {
            this.echoed = echoed;
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                echoed.complete(text.toString());
            }
            socket.request(1);
            return CompletableFuture.completedFuture(null);
        }
    }
}
