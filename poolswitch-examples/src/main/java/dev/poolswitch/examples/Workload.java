package dev.poolswitch.examples;

import dev.poolswitch.ApiKey;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Sends chat completions from several threads and shows how it goes. */
final class Workload {

    private static final MediaType JSON = MediaType.get("application/json");
    private static final String CHAT =
            "{\"model\":\"gpt-4o-mini\",\"messages\":[{\"role\":\"user\",\"content\":\"Say hello.\"}]}";
    private static final long PROGRESS_MILLIS = 200;

    private final OkHttpClient client;
    private final Upstream upstream;
    private final @Nullable ApiKey own;

    /** The key is for a client without PoolSwitch; with it the application sends none. */
    Workload(OkHttpClient client, Upstream upstream, @Nullable ApiKey own) {
        this.client = client;
        this.upstream = upstream;
        this.own = own;
    }

    /** What happened, with the latency of each call in nanoseconds, sorted. */
    record Result(int calls, int answered, List<Long> nanos, Duration took) {

        String latencies() {
            return String.format("p50 %.1f ms, p99 %.1f ms", at(0.50) / 1e6, at(0.99) / 1e6);
        }

        private long at(double share) {
            return nanos.get((int) Math.min(nanos.size() - 1, Math.floor(share * nanos.size())));
        }
    }

    Result run(String title, int calls, int threads, PrintStream out) throws InterruptedException {
        AtomicInteger begun = new AtomicInteger();
        AtomicInteger ended = new AtomicInteger();
        AtomicInteger answered = new AtomicInteger();
        long[] nanos = new long[calls];
        long start = System.nanoTime();
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        for (int thread = 0; thread < threads; thread++) {
            executor.execute(() -> {
                for (int call = begun.getAndIncrement(); call < calls; call = begun.getAndIncrement()) {
                    long sent = System.nanoTime();
                    if (call()) {
                        answered.incrementAndGet();
                    }
                    nanos[call] = System.nanoTime() - sent;
                    ended.incrementAndGet();
                }
            });
        }
        executor.shutdown();
        while (!executor.awaitTermination(PROGRESS_MILLIS, TimeUnit.MILLISECONDS)) {
            progress(out, title, ended.get(), calls, answered.get());
        }
        progress(out, title, ended.get(), calls, answered.get());
        out.println();
        return new Result(
                calls,
                answered.get(),
                Arrays.stream(nanos).sorted().boxed().toList(),
                Duration.ofNanos(System.nanoTime() - start));
    }

    private boolean call() {
        Request.Builder request = new Request.Builder()
                .url(upstream.baseUrl().replaceAll("/$", "") + "/v1/chat/completions")
                .post(RequestBody.create(CHAT, JSON));
        if (own != null) {
            request.header("Authorization", "Bearer " + own.secret());
        }
        try (Response response = client.newCall(request.build()).execute()) {
            return response.isSuccessful() && response.body().string().length() > 0;
        } catch (IOException e) {
            System.err.println("a call failed: " + e.getMessage());
            return false;
        }
    }

    private static void progress(PrintStream out, String title, int ended, int calls, int answered) {
        out.printf("\r%-30s %3d/%d calls, %d answered", title, ended, calls, answered);
        out.flush();
    }
}
