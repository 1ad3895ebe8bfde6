package dev.poolswitch.benchmarks.body;

import dev.poolswitch.verdict.Answer;
import dev.poolswitch.verdict.UsageReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
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

/**
 * A megabyte of an answer passes by in pieces of 8 KiB, as clients read it: copied into a buffer, which is why a piece is in
 * the processor's nearest cache when it is looked at.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Benchmark)
public class UsageReaderBenchmark {

    static final int SIZE = 1_000_000;
    private static final int PIECE = 8 * 1024;
    private static final String USAGE = "\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":12,\"total_tokens\":21}";

    /** {@code json}: one long text; {@code sse}: a chunk for each token; {@code embedding}: an array of numbers. */
    @Param({"json", "sse", "embedding"})
    public String body = "json";

    private final byte[] buffer = new byte[PIECE];
    private byte[] bytes = new byte[0];

    @Setup(Level.Trial)
    public void make() {
        bytes = body(body).getBytes(StandardCharsets.US_ASCII);
    }

    @Benchmark
    public long copied() {
        long last = 0;
        for (int at = 0; at < bytes.length; at += PIECE) {
            last += next(at);
        }
        return last;
    }

    @Benchmark
    public long copiedAndRead() {
        try (UsageReader usage = body.equals("sse") ? UsageReader.plain() : UsageReader.of(new Head(bytes.length))) {
            for (int at = 0; at < bytes.length; at += PIECE) {
                usage.accept(buffer, 0, next(at));
            }
            return usage.totalTokens();
        }
    }

    private int next(int at) {
        int count = Math.min(PIECE, bytes.length - at);
        System.arraycopy(bytes, at, buffer, 0, count);
        return count;
    }

    static String body(String kind) {
        StringBuilder text = new StringBuilder(SIZE + 1_000);
        switch (kind) {
            case "sse" -> {
                while (text.length() < SIZE) {
                    text.append(
                                    "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"model\":\"gpt-4o\",")
                            .append(
                                    "\"choices\":[{\"index\":0,\"delta\":{\"content\":\" well\"},\"finish_reason\":null}]}\n\n");
                }
                text.append("data: {\"choices\":[],").append(USAGE).append("}\n\ndata: [DONE]\n\n");
            }
            case "embedding" -> {
                text.append("{\"data\":[{\"embedding\":[0.5");
                while (text.length() < SIZE) {
                    text.append(",-0.006929283495992422");
                }
                text.append("]}],").append(USAGE).append('}');
            }
            default -> {
                text.append("{\"choices\":[{\"message\":{\"content\":\"");
                while (text.length() < SIZE) {
                    text.append("All is well, she said, and \\\"well\\\" it was. ");
                }
                text.append("\"}}],").append(USAGE).append('}');
            }
        }
        return text.toString();
    }

    /** Documents come with their length, streams do not. */
    private record Head(long length) implements Answer {

        @Override
        public int status() {
            return 200;
        }

        @Override
        public @Nullable String header(String name) {
            return name.equalsIgnoreCase("content-length") ? String.valueOf(length) : null;
        }

        @Override
        public List<String> headers(String name) {
            String value = header(name);
            return value == null ? List.of() : List.of(value);
        }

        @Override
        public void forEachHeader(BiConsumer<String, String> consumer) {
            consumer.accept("content-length", String.valueOf(length));
        }

        @Override
        public Instant receivedAt() {
            return Instant.EPOCH;
        }

        @Override
        public byte[] bodyPrefix(int maxBytes) {
            return new byte[0];
        }
    }
}
