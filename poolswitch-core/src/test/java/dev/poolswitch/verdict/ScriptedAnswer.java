package dev.poolswitch.verdict;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** An answer out of thin air. */
@SuppressWarnings("ArrayRecordComponent")
record ScriptedAnswer(int status, List<Map.Entry<String, String>> lines, byte[] body, Instant receivedAt)
        implements Answer {

    static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

    static ScriptedAnswer of(int status, String body, String... namesAndValues) {
        List<Map.Entry<String, String>> lines = new ArrayList<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            lines.add(Map.entry(namesAndValues[i], namesAndValues[i + 1]));
        }
        return new ScriptedAnswer(status, lines, body.getBytes(StandardCharsets.UTF_8), NOW);
    }

    @Override
    public @Nullable String header(String name) {
        for (Map.Entry<String, String> line : lines) {
            if (line.getKey().equalsIgnoreCase(name)) {
                return line.getValue();
            }
        }
        return null;
    }

    @Override
    public List<String> headers(String name) {
        return lines.stream()
                .filter(line -> line.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .toList();
    }

    @Override
    public void forEachHeader(BiConsumer<String, String> consumer) {
        lines.forEach(line -> consumer.accept(line.getKey(), line.getValue()));
    }

    @Override
    public byte[] bodyPrefix(int maxBytes) {
        return body.length <= maxBytes ? body : Arrays.copyOf(body, maxBytes);
    }
}
