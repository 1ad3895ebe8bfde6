package dev.poolswitch.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.KeyPlacement;
import dev.poolswitch.httpclient5.PoolSwitchExecHandler;
import dev.poolswitch.testkit.server.Dialect;
import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.ClientBuilder;
import jakarta.ws.rs.client.Entity;
import jakarta.ws.rs.client.Invocation;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.glassfish.jersey.apache5.connector.Apache5ClientProperties;
import org.glassfish.jersey.apache5.connector.Apache5ConnectorProvider;
import org.glassfish.jersey.apache5.connector.Apache5HttpClientBuilderConfigurator;
import org.glassfish.jersey.client.ClientConfig;
import org.glassfish.jersey.client.ClientProperties;
import org.glassfish.jersey.client.RequestEntityProcessing;
import org.junit.jupiter.api.Test;

class JerseyTest extends ClientTest {

    @SuppressWarnings("NullAway.Init")
    private PoolingHttpClientConnectionManager connections;

    @SuppressWarnings("NullAway.Init")
    private Client client;

    JerseyTest() {
        super(KeyPlacement.bearer(), Dialect.OPENAI);
    }

    @Override
    void build() {
        connections = PoolingHttpClientConnectionManagerBuilder.create().build();
        // snippet: jersey-apache5
        Apache5HttpClientBuilderConfigurator withKeys = http -> PoolSwitchExecHandler.install(http, pool);
        ClientConfig config = new ClientConfig()
                .connectorProvider(new Apache5ConnectorProvider())
                .register(withKeys)
                .property(Apache5ClientProperties.CONNECTION_MANAGER, connections) // test only
                .property(ClientProperties.REQUEST_ENTITY_PROCESSING, RequestEntityProcessing.BUFFERED);
        Client client = ClientBuilder.newClient(config);
        // end
        this.client = client;
    }

    @Override
    int connectionsInUse() {
        return connections.getTotalStats().getLeased();
    }

    @Override
    void closeClient() {
        client.close();
    }

    private Response post(boolean stream) {
        Invocation.Builder request = client.target(url("/v1/chat/completions"))
                .request()
                .header(HttpHeaders.AUTHORIZATION, "Bearer " + PLACEHOLDER);
        return request.post(Entity.json(Question.json(stream)));
    }

    @Test
    void a_spent_key_costs_one_call() {
        try (Response answer = post(false)) {
            assertThat(answer.readEntity(String.class)).contains("word");
        }

        assertOneFailover();
    }

    @Test
    void a_stream_fails_over_and_is_not_buffered() throws IOException {
        Arrivals arrivals = chatStream();
        try (Response answer = post(true)) {
            OnHttpClient5.readLines(answer.readEntity(InputStream.class), arrivals);
        }

        arrivals.assertComplete();
        assertOneFailover();
    }

    @Test
    void the_retries_of_the_client_beneath_do_not_stack() {
        spendAllKeysAndForget();

        try (Response answer = post(false)) {
            assertThat(answer.getStatus()).isEqualTo(429);
        }

        assertThat(requests()).hasSize(2);
        assertThat(stacked).isEmpty();
    }
}
