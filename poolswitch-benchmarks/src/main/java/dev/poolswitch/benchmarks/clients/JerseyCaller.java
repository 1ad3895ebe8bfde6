package dev.poolswitch.benchmarks.clients;

import dev.poolswitch.KeyPool;
import dev.poolswitch.jaxrs.PoolSwitchFilter;
import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.ClientBuilder;
import jakarta.ws.rs.client.Entity;
import jakarta.ws.rs.client.Invocation;
import jakarta.ws.rs.client.WebTarget;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** Jersey over its default connector, HttpURLConnection. */
final class JerseyCaller implements Caller {

    private final Client client = ClientBuilder.newClient();
    private final @Nullable PoolSwitchFilter filter;
    private final WebTarget post;
    private final WebTarget stream;
    private final byte[] buffer = new byte[64 * 1024];

    JerseyCaller(URI post, URI stream, @Nullable KeyPool pool) {
        this.filter = pool == null ? null : PoolSwitchFilter.of(pool);
        if (filter != null) {
            client.register(filter);
        }
        this.post = client.target(post);
        this.stream = client.target(stream);
    }

    @Override
    public long post() throws IOException {
        try (Response response = request(post).post(Entity.json(JSON))) {
            return read(response);
        }
    }

    @Override
    public long stream() throws IOException {
        try (Response response = request(stream).get()) {
            return read(response);
        }
    }

    private Invocation.Builder request(WebTarget target) {
        Invocation.Builder request = target.request();
        return filter == null ? request.header("Authorization", "Bearer secret") : request;
    }

    private long read(Response response) throws IOException {
        try (InputStream body = response.readEntity(InputStream.class)) {
            return Bodies.drain(body, buffer);
        }
    }

    @Override
    public void close() {
        client.close();
        if (filter != null) {
            filter.close();
        }
    }
}
