package dev.poolswitch.benchmarks.clients;

import dev.poolswitch.ApiKey;
import dev.poolswitch.KeyPool;
import dev.poolswitch.ModelLimits;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A call over loopback, bare and with the plug-in, for JMH's profilers; {@link ClientPairs} is sharper about time. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Benchmark)
public class ClientBenchmark {

    @Param({"OKHTTP", "CLASSIC", "ASYNC", "JERSEY"})
    public String client = "OKHTTP";

    @Param({"bare", "pool", "models"})
    public String plugin = "bare";

    private final CannedServer server = new CannedServer();
    private @Nullable KeyPool pool;
    private @Nullable Caller caller;

    @Setup(Level.Trial)
    public void open() {
        if (!plugin.equals("bare")) {
            ApiKey.Builder key = ApiKey.builder("key", "good");
            if (plugin.equals("models")) {
                key.model(ModelLimits.of("gpt-4o").requestsPerMinute(1_000_000_000));
            }
            pool = KeyPool.builder()
                    .upstream(server.uri("/").toString())
                    .key(key.build())
                    .build();
        }
        caller = ClientKind.valueOf(client).caller(server, pool);
    }

    @Benchmark
    public long post() throws Exception {
        if (caller == null) {
            throw new IllegalStateException("not open");
        }
        return caller.post();
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        if (caller != null) {
            caller.close();
        }
        server.close();
    }
}
