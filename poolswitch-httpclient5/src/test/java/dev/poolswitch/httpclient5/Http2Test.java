package dev.poolswitch.httpclient5;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.ApiKey;
import dev.poolswitch.KeyPlacement;
import dev.poolswitch.KeyPool;
import dev.poolswitch.Strategy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.async.methods.SimpleHttpResponse;
import org.apache.hc.client5.http.async.methods.SimpleRequestBuilder;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManager;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.Message;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.impl.bootstrap.HttpAsyncServer;
import org.apache.hc.core5.http.nio.AsyncRequestConsumer;
import org.apache.hc.core5.http.nio.AsyncServerRequestHandler;
import org.apache.hc.core5.http.nio.entity.DiscardingEntityConsumer;
import org.apache.hc.core5.http.nio.support.AsyncResponseBuilder;
import org.apache.hc.core5.http.nio.support.BasicRequestConsumer;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.http2.HttpVersionPolicy;
import org.apache.hc.core5.http2.impl.nio.bootstrap.H2ServerBootstrap;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.ListenerEndpoint;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** HTTP/2 without TLS, which the scripted server does not speak. */
@Timeout(60)
class Http2Test {

    private static final int FAILOVERS = 100;

    private final List<String> keys = new CopyOnWriteArrayList<>();

    @Test
    void a_hundred_failovers_need_two_connections_at_most() throws Exception {
        HttpAsyncServer server = H2ServerBootstrap.bootstrap()
                .setVersionPolicy(HttpVersionPolicy.FORCE_HTTP_2)
                .setCanonicalHostName("127.0.0.1")
                .register("*", new Refusing())
                .create();
        server.start();
        ListenerEndpoint endpoint = server.listen(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), URIScheme.HTTP)
                .get();
        int port = ((InetSocketAddress) endpoint.getAddress()).getPort();
        PoolingAsyncClientConnectionManager connections = PoolingAsyncClientConnectionManagerBuilder.create()
                .setDefaultTlsConfig(TlsConfig.custom()
                        .setVersionPolicy(HttpVersionPolicy.FORCE_HTTP_2)
                        .build())
                .build();
        try (KeyPool pool = KeyPool.builder()
                        .upstream("http://127.0.0.1:" + port)
                        .placement(KeyPlacement.header("x-api-key"))
                        .strategy(Strategy.priority())
                        .key(ApiKey.builder("a", "A").tier(1).build())
                        .key(ApiKey.builder("b", "B").tier(2).build())
                        .build();
                CloseableHttpAsyncClient client = PoolSwitchAsyncExecHandler.install(
                                HttpAsyncClients.custom().setConnectionManager(connections), pool)
                        .build()) {
            client.start();
            for (int i = 0; i < FAILOVERS; i++) {
                pool.reset("a");
                SimpleHttpResponse answer = client.execute(
                                SimpleRequestBuilder.post("http://127.0.0.1:" + port + "/v1")
                                        .setBody("{}", ContentType.APPLICATION_JSON)
                                        .build(),
                                null)
                        .get(10, TimeUnit.SECONDS);
                assertThat(answer.getCode()).isEqualTo(200);
                // The client reports the end of an answer a moment before its connection is free.
                Awaitility.await()
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> connections.getTotalStats().getLeased() == 0);
            }
            assertThat(keys).hasSize(2 * FAILOVERS).startsWith("A", "B", "A", "B");
            assertThat(connections.getTotalStats().getAvailable()
                            + connections.getTotalStats().getLeased())
                    .isLessThanOrEqualTo(2);
        } finally {
            server.close(CloseMode.IMMEDIATE);
        }
    }

    private final class Refusing implements AsyncServerRequestHandler<Message<HttpRequest, Void>> {

        @Override
        public AsyncRequestConsumer<Message<HttpRequest, Void>> prepare(
                HttpRequest request, EntityDetails details, HttpContext context) {
            return new BasicRequestConsumer<>(new DiscardingEntityConsumer<>());
        }

        @Override
        public void handle(Message<HttpRequest, Void> message, ResponseTrigger trigger, HttpContext context)
                throws HttpException, IOException {
            String key = message.getHead().getFirstHeader("x-api-key").getValue();
            keys.add(key);
            trigger.submitResponse(
                    AsyncResponseBuilder.create(key.equals("A") ? 429 : 200)
                            .setEntity("{}", ContentType.APPLICATION_JSON)
                            .build(),
                    context);
        }
    }
}
