package dev.poolswitch.clients;

import dev.poolswitch.KeyPlacement;
import dev.poolswitch.httpclient5.PoolSwitchExecHandler;
import dev.poolswitch.testkit.server.Dialect;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;

/** A library that stands on Apache HttpClient 5. */
abstract class OnHttpClient5 extends ClientTest {

    PoolingHttpClientConnectionManager connections =
            PoolingHttpClientConnectionManagerBuilder.create().build();

    @SuppressWarnings("NullAway.Init")
    private CloseableHttpClient http;

    OnHttpClient5() {
        super(KeyPlacement.bearer(), Dialect.OPENAI);
    }

    @Override
    void build() {
        connections = PoolingHttpClientConnectionManagerBuilder.create().build();
        // snippet: httpclient5
        CloseableHttpClient http = PoolSwitchExecHandler.install(HttpClients.custom(), pool)
                .setConnectionManager(connections) // test only
                .build();
        // end
        this.http = http;
        build(http);
    }

    abstract void build(CloseableHttpClient http);

    @Override
    int connectionsInUse() {
        return connections.getTotalStats().getLeased();
    }

    @Override
    void closeClient() {
        try {
            http.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void readLines(InputStream body, Arrivals arrivals) throws IOException {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            while (lines.readLine() != null) {
                arrivals.mark();
            }
        }
    }
}
