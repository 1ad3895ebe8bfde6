package dev.poolswitch.testkit.server;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a request wants of the provider.
 *
 * @param words how many words the answer will have, each of which is a token
 */
record Ask(Endpoint endpoint, String model, boolean stream, boolean includeUsage, long promptTokens, int words) {
    private static final String GENERATE = ":generateContent";
    private static final String GENERATE_STREAM = ":streamGenerateContent";

    /** What can be asked for. */
    enum Endpoint {
        MODELS,
        EMBEDDINGS,
        CHAT,
        MESSAGES,
        GENERATE
    }

    long tokens() {
        return promptTokens + words;
    }

    static @Nullable Endpoint endpoint(RecordedRequest request) {
        String path = request.path();
        if (request.method().equals("GET") || request.method().equals("HEAD")) {
            return path.endsWith("/models") ? Endpoint.MODELS : null;
        }
        if (!request.method().equals("POST")) {
            return null;
        }
        if (path.endsWith("/chat/completions")) {
            return Endpoint.CHAT;
        }
        if (path.endsWith("/embeddings")) {
            return Endpoint.EMBEDDINGS;
        }
        if (path.endsWith("/messages")) {
            return Endpoint.MESSAGES;
        }
        return path.endsWith(GENERATE) || path.endsWith(GENERATE_STREAM) ? Endpoint.GENERATE : null;
    }

    /** Understands the request, or returns {@code null} if its body is not a JSON object. */
    static @Nullable Ask of(RecordedRequest request, Endpoint endpoint, int maxWords) {
        if (endpoint == Endpoint.MODELS) {
            return new Ask(endpoint, "", false, false, 0, 0);
        }
        Map<String, String> fields = JsonFields.of(request.bodyText());
        // Of a body too long to be recorded only the beginning is here; it gets the benefit of the doubt.
        if (fields == null && request.bodyLength() == request.keptBody().length) {
            return null;
        }
        Map<String, String> known = fields == null ? Map.of() : fields;
        boolean stream = "true".equals(known.get("stream")) || request.path().endsWith(GENERATE_STREAM);
        return new Ask(
                endpoint,
                endpoint == Endpoint.GENERATE ? modelOf(request.path()) : known.getOrDefault("model", "unknown"),
                stream,
                "true".equals(known.get("stream_options.include_usage")),
                Math.max(1, request.bodyLength() / 4),
                endpoint == Endpoint.EMBEDDINGS ? 0 : words(known, maxWords));
    }

    private static String modelOf(String path) {
        return path.substring(path.lastIndexOf('/') + 1, path.lastIndexOf(':'));
    }

    private static int words(Map<String, String> fields, int maxWords) {
        String wanted = fields.getOrDefault("max_tokens", fields.get("max_completion_tokens"));
        try {
            return wanted == null ? maxWords : (int) Math.max(1, Math.min(maxWords, Long.parseLong(wanted)));
        } catch (NumberFormatException e) {
            return maxWords;
        }
    }
}
