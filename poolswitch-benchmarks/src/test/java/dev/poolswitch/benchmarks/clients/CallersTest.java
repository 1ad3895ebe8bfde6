package dev.poolswitch.benchmarks.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.ApiKey;
import dev.poolswitch.KeyPool;
import dev.poolswitch.Strategy;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CallersTest {

    @ParameterizedTest
    @EnumSource
    void the_bare_client_and_the_plugged_one_get_the_same_answer(ClientKind kind) throws Exception {
        try (CannedServer server = new CannedServer();
                KeyPool pool = KeyPool.builder()
                        .upstream(server.uri("/").toString())
                        .key(ApiKey.of("first", "spent"))
                        .key(ApiKey.builder("spare", "good").tier(1).build())
                        .strategy(Strategy.priority())
                        .build();
                Caller bare = kind.caller(server, null);
                Caller plugged = kind.caller(server, pool)) {
            assertThat(plugged.post()).isEqualTo(bare.post()).isGreaterThan(400);
            assertThat(pool.status().key("first").orElseThrow().refusals()).isOne();
        }
    }
}
