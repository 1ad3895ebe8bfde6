package dev.poolswitch.jaxrs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.KeyPlacement;
import dev.poolswitch.KeyPool;
import dev.poolswitch.KeyStatus;
import dev.poolswitch.WhenExhausted;
import dev.poolswitch.testkit.server.Reply;
import dev.poolswitch.testkit.server.ScriptedServer;
import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.Invocation;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** A server, a pool of two keys and a client, for the traps that were observed with the real implementations. */
@Timeout(30)
abstract class JaxrsTraps {

    static final String A = "key-secret-A";
    static final String B = "key-secret-B";

    ScriptedServer server;
    ScriptedServer foreign;
    KeyPool pool;
    PoolSwitchFilter filter;
    Client client;

    @BeforeEach
    void start() {
        server = ScriptedServer.start();
        foreign = ScriptedServer.start();
        begin(pool());
    }

    @AfterEach
    void stop() {
        try {
            assertThat(pool.status().inFlight())
                    .as("leases that were not ended")
                    .isZero();
        } finally {
            client.close();
            filter.close();
            pool.close();
            server.close();
            foreign.close();
        }
    }

    /** A fresh pool and client; the first call goes to key A. */
    final void use(KeyPlacement placement) {
        use(pool().placement(placement));
    }

    final void use(KeyPool.Builder builder) {
        client.close();
        filter.close();
        pool.close();
        begin(builder);
    }

    private void begin(KeyPool.Builder builder) {
        pool = builder.build();
        filter = PoolSwitchFilter.of(pool);
        client = Platform.client().register(filter);
    }

    final KeyPool.Builder pool() {
        return KeyPool.builder()
                .upstream(server.uri().toString())
                .key("a", A)
                .key("b", B)
                .strategy(ready -> ready.get(0))
                .whenExhausted(WhenExhausted.failFast());
    }

    final Invocation.Builder request(String target) {
        return client.target(server.uri(target)).request();
    }

    final KeyStatus key(String id) {
        return pool.status().key(id).orElseThrow();
    }

    static Reply limited() {
        return Reply.json(429, "{\"error\":{\"message\":\"slow down\"}}").retryAfter(Duration.ofSeconds(30));
    }
}
