package dev.poolswitch.clients;

import dev.poolswitch.jaxrs.PoolSwitchFilter;
import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.ClientBuilder;

class JaxrsTest extends JakartaRestTest {

    @SuppressWarnings("NullAway.Init")
    private PoolSwitchFilter filter;

    @Override
    void build() {
        // snippet: jaxrs
        PoolSwitchFilter filter = PoolSwitchFilter.of(pool);
        Client client = ClientBuilder.newClient().register(filter);
        // end
        this.filter = filter;
        this.client = client;
    }

    /** The API does not tell. */
    @Override
    int connectionsInUse() {
        return 0;
    }

    @Override
    void closeClient() {
        client.close();
        filter.close();
    }
}
