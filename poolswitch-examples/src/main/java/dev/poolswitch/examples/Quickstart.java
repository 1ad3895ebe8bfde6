package dev.poolswitch.examples;

import dev.poolswitch.ApiKey;
import dev.poolswitch.KeyPool;
import dev.poolswitch.PoolStatus;
import dev.poolswitch.okhttp.PoolSwitchInterceptor;
import dev.poolswitch.sqlite.SqliteStateStore;
import dev.poolswitch.store.KeyStateStore;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;

/**
 * The quickstart: an ordinary OkHttp client, four keys of which one is spent and one revoked, 300 calls from 8 threads,
 * and a restart that forgets nothing.
 *
 * <p>Without arguments it talks to a fake provider in this process. Set {@code POOLSWITCH_UPSTREAM_BASE_URL} and
 * {@code POOLSWITCH_KEYS} (separated by commas) to talk to a real one.
 */
public final class Quickstart {

    private static final int CALLS = 300;
    private static final int THREADS = 8;
    private static final int CALLS_WITHOUT = 50;

    private final PrintStream out;
    private final Upstream upstream;
    private final Path stateFile;

    private Quickstart(PrintStream out, Upstream upstream, Path stateFile) {
        this.out = out;
        this.upstream = upstream;
        this.stateFile = stateFile;
    }

    public static void main(String[] args) throws Exception {
        Path directory = Files.createTempDirectory("poolswitch-quickstart");
        try (Upstream upstream = Upstream.fromEnvironment(System.getenv())) {
            boolean fine = new Quickstart(System.out, upstream, directory.resolve("keys.db")).run();
            System.exit(fine ? 0 : 1);
        } catch (IllegalArgumentException e) {
            System.err.println("quickstart: " + e.getMessage());
            System.exit(2);
        }
    }

    private boolean run() throws IOException, InterruptedException {
        out.println("PoolSwitch quickstart against " + upstream.description());
        Workload.Result without = withoutPoolSwitch();
        Workload.Result with;
        try (KeyStateStore store = SqliteStateStore.open(stateFile);
                KeyPool pool = pool(store)) {
            with = withPoolSwitch(pool);
            out.println();
            out.print(StatusTable.of(pool.status()));
            out.println();
            tell(with, without, pool.status());
        }
        boolean remembered = afterRestart();
        return with.answered() == CALLS && remembered;
    }

    private KeyPool pool(KeyStateStore store) {
        KeyPool.Builder builder = KeyPool.builder()
                .name("quickstart")
                .upstream(upstream.baseUrl())
                .store(store);
        for (ApiKey key : upstream.keys()) {
            builder.key(key);
        }
        return builder.build();
    }

    private Workload.Result withoutPoolSwitch() throws InterruptedException {
        OkHttpClient client = client(new OkHttpClient.Builder());
        try {
            return new Workload(client, upstream, upstream.bestKey())
                    .run("without PoolSwitch, one key", CALLS_WITHOUT, 1, out);
        } finally {
            close(client);
            upstream.forgetUse();
        }
    }

    private Workload.Result withPoolSwitch(KeyPool pool) throws InterruptedException {
        // This is the whole integration: one line on the client that the application has.
        OkHttpClient client = client(PoolSwitchInterceptor.install(new OkHttpClient.Builder(), pool));
        try {
            return new Workload(client, upstream, null).run("with PoolSwitch", CALLS, THREADS, out);
        } finally {
            close(client);
        }
    }

    private void tell(Workload.Result with, Workload.Result without, PoolStatus status) {
        long refusals = status.keys().stream().mapToLong(key -> key.refusals()).sum();
        long failovers =
                status.keys().stream().mapToLong(key -> key.failovers()).sum();
        out.printf("calls answered        %d of %d%n", with.answered(), with.calls());
        out.printf("refusals absorbed     %d (the application saw %d)%n", refusals, with.calls() - with.answered());
        out.printf("failovers             %d%n", failovers);
        out.printf("latency without       %s%n", without.latencies());
        out.printf("latency with          %s (waits for a key included)%n", with.latencies());
        out.printf("time for all calls    %.1f s%n", with.took().toMillis() / 1e3);
    }

    /** A new pool on the same file must know who is benched, so that its first call goes to a healthy key. */
    private boolean afterRestart() throws IOException, InterruptedException {
        upstream.rest();
        try (KeyStateStore store = SqliteStateStore.open(stateFile);
                KeyPool pool = pool(store)) {
            List<String> benched = new ArrayList<>();
            pool.status().keys().stream()
                    .filter(key -> !key.reason().isEmpty())
                    .forEach(key -> benched.add(key.id() + " (" + key.state() + ")"));
            long refusalsBefore = refusals(pool);
            OkHttpClient client = client(PoolSwitchInterceptor.install(new OkHttpClient.Builder(), pool));
            Workload.Result first = new Workload(client, upstream, null).run("first call after the restart", 1, 1, out);
            close(client);
            boolean healthy = first.answered() == 1 && refusals(pool) == refusalsBefore;
            out.println("after the restart     benched: " + String.join(", ", benched) + "; the first call "
                    + (healthy ? "went to a healthy key" : "WAS REFUSED"));
            return healthy;
        }
    }

    private static long refusals(KeyPool pool) {
        return pool.status().keys().stream().mapToLong(key -> key.refusals()).sum();
    }

    private static OkHttpClient client(OkHttpClient.Builder builder) {
        return builder.connectionPool(new ConnectionPool())
                .callTimeout(Duration.ofMinutes(1))
                .build();
    }

    private static void close(OkHttpClient client) {
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
    }
}
