package dev.poolswitch.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ScriptedFailureTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    private ScriptedServer server;

    @BeforeEach
    void start() {
        server = ScriptedServer.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void resets_where_it_is_told_to() throws Exception {
        for (Reply reply : List.of(
                Reply.resetBeforeReading(),
                Reply.resetAfterRequest(),
                Reply.ok("0123456789").halfThenReset(),
                Reply.ok("0123456789").chunked().resetAfter(0),
                Reply.ok("0123456789").thenReset())) {
            server.enqueue(reply);
            try (RawClient raw = new RawClient(server)) {
                raw.send("POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nxy");
                assertThatThrownBy(raw::readToEnd).hasMessageContaining("reset");
            }
        }
        assertThat(server.requests()).extracting(RecordedRequest::bodyComplete).startsWith(false, true, true);
    }

    @Test
    void resets_connections_at_their_acceptance() throws Exception {
        server.resetNextConnections(1);
        try (RawClient raw = new RawClient(server)) {
            assertThatThrownBy(() -> raw.send(GET).readToEnd()).isInstanceOf(IOException.class);
        }
        assertThat(server.requestCount()).isZero();
        try (RawClient raw = new RawClient(server)) {
            assertThat(raw.send(GET).readUntil("ok")).startsWith("HTTP/1.1 200 OK");
        }
    }

    @Test
    void closes_in_order_where_it_is_told_to() throws Exception {
        server.enqueue(
                Reply.closeAfterRequest(),
                Reply.ok("0123456789").halfThenClose(),
                Reply.ok("x").closeSilently(),
                Reply.ok("x").closeAnnounced(),
                Reply.ok("x").declaredLength(7),
                Reply.raw("HTTP/1.1 nonsense"));
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            try (RawClient raw = new RawClient(server)) {
                answers.add(raw.send(GET).readToEnd());
            }
        }
        assertThat(answers.get(0)).isEmpty();
        assertThat(answers.get(1)).contains("Content-Length: 10\r\n").endsWith("\r\n\r\n01234");
        assertThat(answers.get(2)).endsWith("\r\n\r\nx").doesNotContain("Connection");
        assertThat(answers.get(3)).endsWith("\r\n\r\nx").contains("Connection: close");
        assertThat(answers.get(4)).endsWith("\r\n\r\nx").contains("Content-Length: 7");
        assertThat(answers.get(5)).isEqualTo("HTTP/1.1 nonsense");
    }

    @Test
    void sends_garbage_behind_an_answer() throws Exception {
        server.enqueue(Reply.ok("x").trailingGarbage("HTTP/1.1 200 Trap\r\n\r\n"));
        try (RawClient raw = new RawClient(server)) {
            assertThat(raw.send(GET).readUntil("Trap")).contains("\r\n\r\nxHTTP/1.1 200 Trap");
        }
    }

    @Test
    void hangs_until_the_client_goes_away() throws Exception {
        server.enqueue(Reply.hang(), Reply.ok("never").delayHead(Duration.ofHours(1)));
        try (RawClient one = new RawClient(server);
                RawClient two = new RawClient(server)) {
            one.send(GET);
            server.awaitRequests(1);
            two.send(GET);
            server.awaitRequests(2);
            assertThat(server.connectionsOpen()).isEqualTo(2);
        }
        server.awaitConnectionsOpen(0);
    }

    @Test
    void answers_500_when_a_handler_fails_and_400_to_what_is_no_http() throws Exception {
        server.enqueue(request -> {
            throw new IllegalStateException("secret detail");
        });
        try (RawClient raw = new RawClient(server)) {
            assertThat(raw.send(GET).readUntil("IllegalStateException"))
                    .startsWith("HTTP/1.1 500 ")
                    .doesNotContain("secret");
        }
        for (String nonsense : List.of("\u0016\u0003\u0001 tls?\n", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n")) {
            try (RawClient raw = new RawClient(server)) {
                assertThat(raw.send(nonsense).readUntil("\r\n")).startsWith("HTTP/1.1 400");
            }
        }
    }

    @Test
    void tells_reused_connections_and_can_close_all_of_them() throws Exception {
        server.script(request -> request.indexOnConnection() > 1 ? Reply.resetAfterRequest() : Reply.ok("fresh"));
        try (RawClient raw = new RawClient(server)) {
            raw.send(GET).readUntil("fresh");
            assertThatThrownBy(() -> raw.send(GET).readToEnd()).hasMessageContaining("reset");
        }
        try (RawClient raw = new RawClient(server)) {
            raw.send(GET).readUntil("fresh");
            server.closeConnections();
            assertThat(raw.readToEnd()).isEmpty();
        }
        server.awaitConnectionsOpen(0);
        assertThat(server.connectionsAccepted()).isEqualTo(2);
    }
}
