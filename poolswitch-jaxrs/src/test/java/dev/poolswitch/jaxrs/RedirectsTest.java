package dev.poolswitch.jaxrs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.poolswitch.KeyPlacement;
import dev.poolswitch.testkit.server.RecordedRequest;
import dev.poolswitch.testkit.server.Reply;
import dev.poolswitch.testkit.server.ScriptedServer;
import jakarta.ws.rs.client.ClientBuilder;
import jakarta.ws.rs.client.Entity;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Redirects are followed where the bare client would, and nowhere do they take the key along (decision 0005). */
class RedirectsTest extends JaxrsTraps {

    @BeforeEach
    void keyInAHeaderThatNobodyStrips() {
        use(KeyPlacement.header("x-api-key"));
    }

    @Test
    void does_by_default_what_the_bare_client_does() {
        foreign.onPath("/from", Reply.redirect("/to", 302));
        server.onPath("/from", Reply.redirect("/to", 302));

        int bare = status(foreign, "/from");
        int pooled = status(server, "/from");

        assertThat(pooled).isEqualTo(bare);
        assertThat(paths(server)).isEqualTo(paths(foreign));
    }

    @Test
    void does_not_take_the_key_to_another_host() {
        server.onPath("/away", Reply.redirect(foreign.uri("/there").toString(), 302));

        request("/away").get().close();

        assertThat(foreign.keysInOrder()).allMatch(ScriptedServer.NO_KEY::equals);
    }

    @Test
    void a_property_of_the_request_decides_as_without_the_plug_in() {
        assumeTrue(Platform.isJersey(), "only Jersey has such a property");
        server.onPath("/from", Reply.redirect("/to", 302));

        try (Response response = request("/from")
                .property("jersey.config.client.followRedirects", false)
                .get()) {
            assertThat(response.getStatus()).isEqualTo(302);
        }
        assertThat(server.keysInOrder()).containsExactly(A);
    }

    @Test
    void a_redirected_post_becomes_a_get_without_its_body() {
        assumeTrue(Platform.isJersey(), "only Jersey follows by default");
        server.onPath("/from", Reply.redirect("/to", 303));

        assertThat(request("/from").post(Entity.json("{}"), String.class)).isEqualTo("ok");

        RecordedRequest last = server.requests().get(1);
        assertThat(last.method()).isEqualTo("GET");
        assertThat(last.bodyLength()).isZero();
        assertThat(last.header("Content-Type")).isNull();
    }

    @Test
    void a_loop_ends_with_the_redirect() {
        assumeTrue(Platform.isJersey(), "only Jersey follows by default");
        server.script(Reply.redirect("/again", 302));

        try (Response response = request("/from").get()) {
            assertThat(response.getStatus()).isEqualTo(302);
        }
        assertThat(server.requestCount()).isEqualTo(21);
    }

    @Test
    void an_engine_that_follows_by_itself_is_refused_and_replaced_by_a_transport() {
        assumeTrue(Platform.CURRENT == Platform.RESTEASY, "only RESTEasy shares its engine");
        client.close();
        ClientBuilder following = Platform.builder().property("dev.resteasy.client.follow.redirects", true);
        client = following.build().register(filter);
        server.onPath("/from", Reply.redirect("/to", 302));

        assertThatThrownBy(() -> request("/from").get()).hasMessageContaining("transport");
        assertThat(server.requestCount()).isZero();

        filter = PoolSwitchFilter.builder(pool).transport(Platform::client).build();
        client.close();
        client = following.build().register(filter);

        assertThat(request("/from").get(String.class)).isEqualTo("ok");
        assertThat(paths(server)).containsExactly("/from", "/to");
    }

    private int status(ScriptedServer at, String path) {
        try (Response response = client.target(at.uri(path)).request().get()) {
            return response.getStatus();
        }
    }

    private static List<String> paths(ScriptedServer at) {
        return at.requests().stream().map(RecordedRequest::path).toList();
    }
}
