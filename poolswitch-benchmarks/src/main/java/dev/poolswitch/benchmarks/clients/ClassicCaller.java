package dev.poolswitch.benchmarks.clients;

import dev.poolswitch.KeyPool;
import dev.poolswitch.httpclient5.PoolSwitchExecHandler;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.jspecify.annotations.Nullable;

final class ClassicCaller implements Caller {

    private final CloseableHttpClient client;
    private final URI post;
    private final URI stream;
    private final boolean bare;
    private final byte[] buffer = new byte[64 * 1024];

    ClassicCaller(URI post, URI stream, @Nullable KeyPool pool) {
        HttpClientBuilder builder = HttpClients.custom().disableContentCompression();
        this.client = (pool == null ? builder : PoolSwitchExecHandler.install(builder, pool)).build();
        this.post = post;
        this.stream = stream;
        this.bare = pool == null;
    }

    @Override
    public long post() throws IOException {
        HttpPost request = new HttpPost(post);
        request.setEntity(new ByteArrayEntity(BYTES, ContentType.APPLICATION_JSON));
        return read(request);
    }

    @Override
    public long stream() throws IOException {
        return read(new HttpGet(stream));
    }

    private long read(HttpUriRequestBase request) throws IOException {
        if (bare) {
            request.setHeader("Authorization", "Bearer secret");
        }
        return client.execute(request, response -> {
            try (InputStream body = response.getEntity().getContent()) {
                return Bodies.drain(body, buffer);
            }
        });
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
