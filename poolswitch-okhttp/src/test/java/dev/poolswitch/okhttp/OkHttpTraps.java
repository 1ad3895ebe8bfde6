package dev.poolswitch.okhttp;

import static java.util.Objects.requireNonNull;

import dev.poolswitch.KeyPlacement;
import dev.poolswitch.KeyPool;
import dev.poolswitch.KeyStatus;
import dev.poolswitch.WhenExhausted;
import dev.poolswitch.testkit.server.ScriptedServer;
import java.io.IOException;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A server, a pool of two keys and a client, for the traps that were observed with the real OkHttp. */
abstract class OkHttpTraps {

    static final String A = "key-secret-A";
    static final String B = "key-secret-B";

    ScriptedServer server;
    ScriptedServer foreign;
    KeyPool pool;
    OkHttpClient client;

    @BeforeEach
    void start() throws IOException {
        server = ScriptedServer.start();
        foreign = ScriptedServer.start();
        use(KeyPlacement.bearer());
    }

    @AfterEach
    void stop() {
        try {
            org.assertj.core.api.Assertions.assertThat(pool.status().inFlight())
                    .as("leases that were not ended")
                    .isZero();
        } finally {
            client.dispatcher().executorService().shutdownNow();
            client.connectionPool().evictAll();
            pool.close();
            server.close();
            foreign.close();
        }
    }

    /** A fresh pool; the first call goes to key A. */
    final void use(KeyPlacement placement) {
        if (pool != null) {
            pool.close();
        }
        pool = KeyPool.builder()
                .upstream(server.uri().toString())
                .key("a", A)
                .key("b", B)
                .strategy(ready -> ready.get(0))
                .placement(placement)
                .whenExhausted(WhenExhausted.failFast())
                .build();
        client = PoolSwitchInterceptor.install(new OkHttpClient.Builder(), pool).build();
    }

    final Request.Builder get(String path) {
        return new Request.Builder().url(server.uri(path).toString());
    }

    final Response execute(Request.Builder request) throws IOException {
        return client.newCall(request.build()).execute();
    }

    /** Reads and closes. */
    final String body(Request.Builder request) throws IOException {
        try (Response response = execute(request)) {
            return requireNonNull(response.body()).string();
        }
    }

    final KeyStatus key(String id) {
        return pool.status().key(id).orElseThrow();
    }
}
