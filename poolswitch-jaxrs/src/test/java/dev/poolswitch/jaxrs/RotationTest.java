package dev.poolswitch.jaxrs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.poolswitch.testkit.server.Reply;
import dev.poolswitch.testkit.server.ScriptedServer;
import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.ClientRequestFilter;
import jakarta.ws.rs.client.Entity;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The loop inside the call. */
class RotationTest extends JaxrsTraps {

    @Test
    void rotates_to_the_next_key_when_the_first_is_refused() {
        server.onKey(A, limited()).onKey(B, Reply.ok("hello"));

        assertThat(request("/x").get(String.class)).isEqualTo("hello");

        assertThat(server.keysInOrder()).containsExactly(A, B);
    }

    @Test
    void sends_the_same_body_again() {
        server.onKey(A, limited());

        assertThat(request("/x").post(Entity.json("{\"a\":1}"), String.class)).isEqualTo("ok");

        assertThat(server.requests()).hasSize(2).allSatisfy(sent -> {
            assertThat(sent.bodyText()).isEqualTo("{\"a\":1}");
            assertThat(sent.header("Content-Type")).isEqualTo("application/json");
        });
    }

    @Test
    void gives_the_last_answer_unchanged_when_all_keys_are_refused() {
        // Not all of them pass on what the upstream says.
        server.script(Reply.ok("").reason("Not Now"));
        boolean toldReason = bareReason().equals("Not Now");
        server.script(limited().header("X-Two", "1").header("X-Two", "2").reason("Not Now"));

        try (Response response = request("/x").get()) {
            assertThat(response.getStatus()).isEqualTo(429);
            assertThat(response.getStatusInfo().getReasonPhrase())
                    .isEqualTo(toldReason ? "Not Now" : "Too Many Requests");
            assertThat(response.getHeaderString("Retry-After")).isEqualTo("30");
            assertThat(response.getStringHeaders().get("X-Two")).containsExactlyInAnyOrder("1", "2");
            assertThat(response.readEntity(String.class)).contains("slow down");
        }
        assertThat(server.keysInOrder()).containsExactly(ScriptedServer.NO_KEY, A, B);
    }

    @Test
    void throws_what_the_bare_client_throws_with_a_readable_body() {
        server.script(limited());

        assertThatThrownBy(() -> request("/x").get(String.class))
                .isInstanceOfSatisfying(ClientErrorException.class, e -> {
                    assertThat(e.getResponse().getStatus()).isEqualTo(429);
                    assertThat(e.getResponse().readEntity(String.class)).contains("slow down");
                });
    }

    @Test
    void works_asynchronously_and_reactively() throws Exception {
        server.onKey(A, limited());

        assertThat(request("/x").async().get(String.class).get(5, TimeUnit.SECONDS))
                .isEqualTo("ok");
        assertThat(request("/x").rx().get(String.class).toCompletableFuture().get(5, TimeUnit.SECONDS))
                .isEqualTo("ok");
    }

    @Test
    void requests_are_told_apart_by_their_query_as_it_is_written() {
        List<String> targets = new ArrayList<>();
        client.register((ClientRequestFilter) context -> {
            PooledCall call = new PooledCall(context, new Transport(client, true));
            targets.add(call.path() + " " + call.target());
        });

        request("/a%20b?q=%2F1").get().close();
        request("/a%20b").get().close();

        assertThat(targets).containsExactly("/a%20b /a%20b?q=%2F1", "/a%20b /a%20b");
    }

    private String bareReason() {
        Client bare = Platform.client();
        try (Response response = bare.target(server.uri("/x")).request().get()) {
            return response.getStatusInfo().getReasonPhrase();
        } finally {
            bare.close();
        }
    }

    @Test
    void failovers_do_not_pile_up_connections() {
        server.when(request -> A.equals(request.key()), Reply.json(429, "{}").retryAfterMillis(1));

        for (int i = 0; i < 500; i++) {
            pool.reset("a");
            assertThat(request("/x").get(String.class)).isEqualTo("ok");
        }

        assertThat(server.requestCount()).isEqualTo(1000);
        assertThat(server.connectionsAccepted()).isLessThanOrEqualTo(Platform.CURRENT == Platform.CXF ? 20 : 1);
    }
}
