package dev.poolswitch.benchmarks.clients;

import dev.poolswitch.KeyPool;
import dev.poolswitch.httpclient5.PoolSwitchAsyncExecHandler;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import org.apache.hc.client5.http.async.methods.AbstractBinResponseConsumer;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.nio.AsyncRequestProducer;
import org.apache.hc.core5.http.nio.entity.AsyncEntityProducers;
import org.apache.hc.core5.http.nio.support.AsyncRequestBuilder;
import org.jspecify.annotations.Nullable;

final class AsyncCaller implements Caller {

    private final CloseableHttpAsyncClient client;
    private final URI post;
    private final URI stream;
    private final boolean bare;

    AsyncCaller(URI post, URI stream, @Nullable KeyPool pool) {
        HttpAsyncClientBuilder builder = HttpAsyncClients.custom();
        this.client = (pool == null ? builder : PoolSwitchAsyncExecHandler.install(builder, pool)).build();
        this.post = post;
        this.stream = stream;
        this.bare = pool == null;
        client.start();
    }

    @Override
    public long post() throws Exception {
        return read(AsyncRequestBuilder.post(post)
                .setEntity(AsyncEntityProducers.create(BYTES, ContentType.APPLICATION_JSON)));
    }

    @Override
    public long stream() throws Exception {
        return read(AsyncRequestBuilder.get(stream));
    }

    private long read(AsyncRequestBuilder request) throws Exception {
        if (bare) {
            request.setHeader("Authorization", "Bearer secret");
        }
        AsyncRequestProducer producer = request.build();
        return client.execute(producer, new Counter(), null).get();
    }

    @Override
    public void close() throws IOException {
        client.close();
    }

    private static final class Counter extends AbstractBinResponseConsumer<Long> {

        private long total;

        @Override
        protected void start(HttpResponse response, ContentType contentType) {}

        @Override
        protected int capacityIncrement() {
            return Integer.MAX_VALUE;
        }

        @Override
        protected void data(ByteBuffer piece, boolean endOfStream) {
            total += piece.remaining();
            piece.position(piece.limit());
        }

        @Override
        protected Long buildResult() {
            return total;
        }

        @Override
        public void releaseResources() {}
    }
}
