package dev.poolswitch.benchmarks.clients;

import dev.poolswitch.KeyPool;
import dev.poolswitch.okhttp.PoolSwitchInterceptor;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

final class OkHttpCaller implements Caller {

    private final OkHttpClient client;
    private final Request post;
    private final Request stream;
    private final byte[] buffer = new byte[64 * 1024];

    OkHttpCaller(URI post, URI stream, @Nullable KeyPool pool) {
        OkHttpClient.Builder builder = new OkHttpClient.Builder();
        client = (pool == null ? builder : PoolSwitchInterceptor.install(builder, pool)).build();
        Request.Builder request = new Request.Builder();
        if (pool == null) {
            request.header("Authorization", "Bearer secret");
        }
        RequestBody body = RequestBody.create(BYTES, MediaType.get("application/json"));
        this.post = request.url(post.toString()).post(body).build();
        this.stream = request.url(stream.toString()).get().build();
    }

    @Override
    public long post() throws IOException {
        return read(post);
    }

    @Override
    public long stream() throws IOException {
        return read(stream);
    }

    private long read(Request request) throws IOException {
        try (Response response = client.newCall(request).execute();
                InputStream body = response.body().byteStream()) {
            return Bodies.drain(body, buffer);
        }
    }

    @Override
    public void close() {
        client.connectionPool().evictAll();
        client.dispatcher().executorService().shutdown();
    }
}
