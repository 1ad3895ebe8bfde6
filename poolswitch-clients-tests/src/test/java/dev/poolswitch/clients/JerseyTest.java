package dev.poolswitch.clients;

import dev.poolswitch.httpclient5.PoolSwitchExecHandler;
import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.ClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.glassfish.jersey.apache5.connector.Apache5ClientProperties;
import org.glassfish.jersey.apache5.connector.Apache5ConnectorProvider;
import org.glassfish.jersey.apache5.connector.Apache5HttpClientBuilderConfigurator;
import org.glassfish.jersey.client.ClientConfig;
import org.glassfish.jersey.client.ClientProperties;
import org.glassfish.jersey.client.RequestEntityProcessing;

class JerseyTest extends JakartaRestTest {

    @SuppressWarnings("NullAway.Init")
    private PoolingHttpClientConnectionManager connections;

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
}
