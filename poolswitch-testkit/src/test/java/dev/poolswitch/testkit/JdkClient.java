package dev.poolswitch.testkit;

import dev.poolswitch.KeyPool;
import dev.poolswitch.Origin;
import dev.poolswitch.http.PoolRouter;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The smallest adapter that keeps the contract, over the JDK's own client; it may be told to break it. */
final class JdkClient implements ClientUnderTest {

    private final ClientSettings settings;
    private final Defect defect;
    private final @Nullable PoolRouter router;
    private final AtomicInteger inUse = new AtomicInteger();
    private final ExecutorService executor = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "jdk-client");
        thread.setDaemon(true);
        return thread;
    });
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(executor)
            .build();

    JdkClient(ClientSettings settings, Defect defect, KeyPool... pools) {
        this.settings = settings;
        this.defect = defect;
        this.router = pools.length == 0 ? null : PoolRouter.of(pools);
    }

    @Override
    public TestCall call(TestRequest request) {
        return new JdkCall(this, request);
    }

    PoolRouter.@Nullable Route route(URI url) {
        int port = url.getPort() < 0 ? Origin.defaultPort(url.getScheme()) : url.getPort();
        return router == null ? null : router.route(url.getScheme(), url.getHost(), port);
    }

    boolean has(Defect which) {
        return defect == which;
    }

    HttpClient http() {
        return http;
    }

    ExecutorService executor() {
        return executor;
    }

    boolean followsRedirects() {
        return settings.followRedirects();
    }

    Duration readTimeout() {
        return settings.readTimeout();
    }

    void connectionTaken() {
        inUse.incrementAndGet();
    }

    void connectionFreed() {
        inUse.decrementAndGet();
    }

    @Override
    public int connectionsInUse() {
        return inUse.get();
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
