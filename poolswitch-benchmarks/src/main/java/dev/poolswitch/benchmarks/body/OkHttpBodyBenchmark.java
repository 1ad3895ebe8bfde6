package dev.poolswitch.benchmarks.body;

import dev.poolswitch.benchmarks.clients.CannedServer;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What a megabyte takes through bare OkHttp: a hundredth of an answer of a hundred. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Benchmark)
public class OkHttpBodyBenchmark {

    private final CannedServer server = new CannedServer();
    private final OkHttpClient client = new OkHttpClient();
    private final byte[] buffer = new byte[8 * 1024];
    private InputStream body = InputStream.nullInputStream();

    @Benchmark
    public long megabyte() throws IOException {
        long total = 0;
        while (total < UsageReaderBenchmark.SIZE) {
            int count = body.read(buffer);
            if (count < 0) {
                open();
            } else {
                total += count;
            }
        }
        return total;
    }

    @Setup(Level.Trial)
    public void open() throws IOException {
        body.close();
        Request request =
                new Request.Builder().url(server.uri("/big").toString()).build();
        Response response = client.newCall(request).execute();
        body = response.body().byteStream();
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        body.close();
        client.connectionPool().evictAll();
        server.close();
    }
}
