package dev.poolswitch.verdict;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A recorded answer and what it means; the format is told in {@code reference/response-cases.md}. */
record ResponseCase(String provider, String name, ScriptedAnswer answer, JsonNode expect) {

    private static final List<ResponseCase> ALL = load();

    static List<ResponseCase> all() {
        return ALL;
    }

    private static List<ResponseCase> load() {
        List<ResponseCase> cases = new ArrayList<>(read("response-cases.jsonl"));
        cases.addAll(read("more-response-cases.jsonl"));
        return cases;
    }

    static List<ResponseCase> read(String resource) {
        try (BufferedReader in = new BufferedReader(
                new InputStreamReader(ResponseCase.class.getResourceAsStream(resource), StandardCharsets.UTF_8))) {
            return in.lines()
                    .filter(line -> !line.isBlank())
                    .map(ResponseCase::of)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ResponseCase of(String line) {
        JsonNode node = JsonMapper.shared().readTree(line);
        List<Map.Entry<String, String>> lines = new ArrayList<>();
        node.path("headers").properties().forEach(header -> {
            if (header.getValue().isArray()) {
                header.getValue().forEach(value -> lines.add(Map.entry(header.getKey(), value.asString())));
            } else {
                lines.add(Map.entry(header.getKey(), header.getValue().asString()));
            }
        });
        String body = node.path("body").asString("");
        byte[] bytes = node.path("bodyEncoding").asString("").equals("base64")
                ? Base64.getDecoder().decode(body)
                : body.getBytes(StandardCharsets.UTF_8);
        Instant now = node.has("now") ? Instant.parse(node.path("now").asString()) : ScriptedAnswer.NOW;
        return new ResponseCase(
                node.path("provider").asString(),
                node.path("name").asString(),
                new ScriptedAnswer(node.path("status").asInt(), lines, bytes, now),
                node.path("expect"));
    }

    /** What differs between the verdict and the expectation; empty when nothing. */
    List<String> differences(Verdict verdict) {
        List<String> differences = new ArrayList<>();
        compare(differences, "verdict", kind(), verdict.kind().name());
        if (!text("scope").isEmpty()) {
            compare(differences, "scope", scope(), verdict.scope().name());
        }
        compare(differences, "otherKey", expect.path("retryOnOtherKey").asBoolean(), verdict.otherKeyMayServe());
        if (!sameWait(verdict.waitFor())) {
            differences.add("wait: expected " + expect.path("cooldownSeconds") + " but was " + verdict.waitFor());
        }
        compare(differences, "requests", number("remainingRequests"), verdict.remainingRequests());
        compare(differences, "tokens", number("remainingTokens"), verdict.remainingTokens());
        if (verdict.kind() == VerdictKind.SUCCESS) {
            compare(differences, "totalTokens", number("totalTokens"), usage());
        }
        return differences;
    }

    /** The tokens that the body tells of by the reader's word; -1 for none. */
    long usage() {
        try (UsageReader reader = UsageReader.of(answer)) {
            reader.accept(answer.body(), 0, answer.body().length);
            return reader.totalTokens();
        }
    }

    private String kind() {
        String kind = text("verdict");
        return kind.equals("KEY_REJECTED") && text("scope").equals("model") ? "KEY_FORBIDDEN" : kind;
    }

    private String scope() {
        if (text("scope").equals("organisation")) {
            return "GROUP";
        }
        return text("scope").equals("model") ? "KEY_AND_MODEL" : "KEY";
    }

    private boolean sameWait(@Nullable Duration wait) {
        JsonNode expected = expect.path("cooldownSeconds");
        if (expected.isNull() || wait == null) {
            return expected.isNull() && wait == null;
        }
        return Math.abs(expected.asDouble() - wait.toNanos() / 1e9) < 1e-3;
    }

    private String text(String field) {
        return expect.path(field).asString("");
    }

    private long number(String field) {
        return expect.path(field).isNumber() ? expect.path(field).asLong() : -1;
    }

    private static void compare(List<String> differences, String what, Object expected, Object actual) {
        if (!expected.equals(actual)) {
            differences.add(what + ": expected " + expected + " but was " + actual);
        }
    }

    @Override
    public String toString() {
        return provider + "/" + name;
    }
}
