package dev.poolswitch.okhttp;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.poolswitch.KeyPlacement;
import dev.poolswitch.testkit.server.Reply;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import okhttp3.Cache;
import okhttp3.CacheControl;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the plug-in stands in the client, and what it does where it cannot stand (traps O8, O10, O16). */
class PlacesTest extends OkHttpTraps {

    @Test
    void works_in_the_application_place_alone_with_a_bearer_key() throws IOException {
        client = alone();
        server.onKey(A, Reply.status(429));

        try (Response response = execute(get("/"))) {
            assertThat(response.code()).isEqualTo(200);
            assertThat(response.request().header("Authorization")).isNull();
            assertThat(requireNonNull(response.networkResponse()).request().header("Authorization"))
                    .isNull();
        }

        assertThat(server.keysInOrder()).containsExactly(A, B);
    }

    @Test
    void refuses_the_application_place_alone_where_a_redirect_could_leak_the_key() {
        use(KeyPlacement.header("x-api-key"));
        client = alone();

        assertThatThrownBy(() -> execute(get("/")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("addNetworkInterceptor")
                .hasMessageNotContaining(A);

        assertThat(server.requestCount()).isZero();
    }

    @Test
    void works_in_the_application_place_alone_when_redirects_are_off() throws IOException {
        use(KeyPlacement.header("x-api-key"));
        client = alone().newBuilder().followRedirects(false).build();
        server.onPath("/away", Reply.redirect(foreign.uri("/").toString(), 302));

        try (Response response = execute(get("/away"))) {
            assertThat(response.code()).isEqualTo(302);
        }

        assertThat(server.keysInOrder()).containsExactly(A);
        assertThat(foreign.requestCount()).isZero();
    }

    @Test
    void the_same_instance_added_to_both_places_by_hand_is_the_same_as_installed() throws IOException {
        use(KeyPlacement.header("x-api-key"));
        PoolSwitchInterceptor interceptor = PoolSwitchInterceptor.of(pool);
        client = new OkHttpClient.Builder()
                .addInterceptor(interceptor)
                .addNetworkInterceptor(interceptor)
                .build();
        server.onKey(A, Reply.status(429));

        body(get("/"));

        assertThat(server.keysInOrder()).containsExactly(A, B);
    }

    @Test
    void installed_twice_it_still_makes_one_call() throws IOException {
        client = PoolSwitchInterceptor.install(client.newBuilder(), pool).build();
        server.script(request -> Reply.status(429));

        execute(get("/")).close();

        assertThat(server.keysInOrder()).containsExactly(A, B);
        assertThat(pool.status().requests()).isEqualTo(2);
    }

    @Test
    void a_request_that_is_taken_from_an_answer_is_a_call_of_its_own() throws IOException {
        server.onKey(A, Reply.status(429));
        okhttp3.Request again;
        try (Response first = execute(get("/"))) {
            again = first.request();
        }

        client.newCall(again).execute().close();

        assertThat(server.keysInOrder()).containsExactly(A, B, B);
        assertThat(pool.status().requests()).isEqualTo(3);
    }

    @Test
    void a_request_to_another_origin_passes_untouched() throws IOException {
        client.newCall(new okhttp3.Request.Builder()
                        .url(foreign.uri("/").toString())
                        .header("Authorization", "Bearer its-own")
                        .build())
                .execute()
                .close();

        assertThat(foreign.keysInOrder()).containsExactly("its-own");
        assertThat(pool.status().requests()).isZero();
    }

    @Test
    void a_cache_hit_charges_no_key_and_a_conditional_one_charges_one(@TempDir Path directory) throws IOException {
        try (Cache cache = new Cache(directory.toFile(), 1 << 20)) {
            client = client.newBuilder().cache(cache).build();
            server.onPath("/fresh", Reply.ok("cached").header("Cache-Control", "max-age=60"));
            server.enqueue(Reply.ok("v1").header("ETag", "\"1\""), Reply.status(304));
            body(get("/etag"));
            assertThat(body(get("/etag"))).isEqualTo("v1");
            assertThat(key("a").requests()).isEqualTo(2);
            body(get("/fresh"));
            long before = key("a").successes();

            assertThat(body(get("/fresh"))).isEqualTo("cached");
            try (Response none = execute(get("/none").cacheControl(CacheControl.FORCE_CACHE))) {
                assertThat(none.code()).isEqualTo(504);
            }

            assertThat(server.requestCount()).isEqualTo(3);
            assertThat(key("a").successes()).isEqualTo(before);
            assertThat(key("a").failures()).isZero();
        }
    }

    @Test
    void a_web_socket_opens_with_the_key_after_a_failover() throws Exception {
        server.onKey(A, Reply.status(429));
        server.onKey(B, Reply.webSocketEcho());

        assertThat(echoed()).isEqualTo("hello");

        assertThat(server.keysInOrder()).containsExactly(A, B);
    }

    @Test
    void a_web_socket_with_a_custom_header_needs_redirects_off() throws Exception {
        use(KeyPlacement.header("x-api-key"));
        server.script(request -> Reply.webSocketEcho());

        assertThatThrownBy(this::echoed)
                .hasRootCauseInstanceOf(IOException.class)
                .hasMessageContaining("web socket");
        client = client.newBuilder().followRedirects(false).build();
        assertThat(echoed()).isEqualTo("hello");
    }

    private OkHttpClient alone() {
        return new OkHttpClient.Builder()
                .addInterceptor(PoolSwitchInterceptor.of(pool))
                .build();
    }

    private String echoed() throws ExecutionException, InterruptedException, java.util.concurrent.TimeoutException {
        CompletableFuture<String> echo = new CompletableFuture<>();
        WebSocket socket = client.newWebSocket(get("/socket").build(), new WebSocketListener() {
            @Override
            public void onOpen(WebSocket webSocket, Response response) {
                webSocket.send("hello");
            }

            @Override
            public void onMessage(WebSocket webSocket, String text) {
                echo.complete(text);
            }

            @Override
            public void onFailure(WebSocket webSocket, Throwable failure, @Nullable Response response) {
                echo.completeExceptionally(failure);
            }
        });
        try {
            return echo.get(10, TimeUnit.SECONDS);
        } finally {
            socket.cancel();
        }
    }
}
