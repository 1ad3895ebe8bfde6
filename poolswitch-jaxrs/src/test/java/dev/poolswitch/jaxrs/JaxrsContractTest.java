package dev.poolswitch.jaxrs;

import dev.poolswitch.KeyPool;
import dev.poolswitch.testkit.Capability;
import dev.poolswitch.testkit.ClientSettings;
import dev.poolswitch.testkit.ClientUnderTest;
import dev.poolswitch.testkit.HttpClientContract;
import dev.poolswitch.testkit.SupportMatrix;
import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.ClientBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The contract of all adapters, on whichever implementation is on the class path. */
class JaxrsContractTest extends HttpClientContract {

    @Override
    protected ClientUnderTest client(ClientSettings settings, KeyPool... pools) {
        ClientBuilder builder =
                Platform.builder().readTimeout(settings.readTimeout().toMillis(), TimeUnit.MILLISECONDS);
        Platform.followRedirects(builder, settings.followRedirects());
        Client client = builder.build();
        if (pools.length == 0) {
            return new JaxrsUnderTest(client, null);
        }
        PoolSwitchFilter filter = PoolSwitchFilter.of(pools);
        return new JaxrsUnderTest(client.register(filter), filter);
    }

    @Override
    protected Map<Capability, String> gaps() {
        return Platform.CURRENT.gaps();
    }

    @Test
    void the_table_of_clients_says_what_is_declared() throws IOException {
        for (String document : List.of("../README.md", "../poolswitch-jaxrs/README.md")) {
            SupportMatrix.in(Path.of(document)).assertColumn(Platform.CURRENT.label(), gaps());
        }
    }
}
