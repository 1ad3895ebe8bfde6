package dev.poolswitch.http;

import dev.poolswitch.KeyPool;
import dev.poolswitch.LeaseRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a request says about itself where the pool wants to know: the model, and how many tokens it may cost. Read from
 * the path (Azure's {@code /deployments/{model}/}, Gemini's {@code /models/{model}:}) and from the top level of a JSON
 * body, of which 64 KiB at most are looked at.
 */
record RequestFacts(@Nullable String model, long outputTokens) {

    private static final int LONGEST_PREFIX = 64 * 1024;
    /** About four bytes of text make a token; too many are reserved rather than too few, and settled at the end. */
    private static final int BYTES_PER_TOKEN = 4;

    private static final long MOST_TOKENS = 1_000_000_000;
    private static final List<String> OUTPUT_LIMITS =
            List.of("max_tokens", "max_completion_tokens", "max_output_tokens", "max_tokens_to_sample");

    /** Adds to what is wanted of a lease what the application has not said itself. */
    static LeaseRequest complete(LeaseRequest wanted, RequestView request, KeyPool pool) {
        boolean model = pool.asksForModel() && wanted.model().isEmpty();
        boolean tokens = pool.asksForTokens() && wanted.tokens() == 0;
        if (!model && !tokens) {
            return wanted;
        }
        RequestFacts facts = of(request);
        LeaseRequest complete = wanted;
        if (model && facts.model != null) {
            complete = complete.withModel(facts.model);
        }
        if (tokens) {
            long input = Math.max(0, request.contentLength()) / BYTES_PER_TOKEN;
            complete = complete.withTokens(Math.min(MOST_TOKENS, input + facts.outputTokens));
        }
        return complete;
    }

    static RequestFacts of(RequestView request) {
        String inPath = modelInPath(request.path());
        RequestFacts inBody = ofBody(request.bodyPrefix(LONGEST_PREFIX));
        return inPath == null ? inBody : new RequestFacts(inPath, inBody.outputTokens);
    }

    private static @Nullable String modelInPath(String path) {
        String deployment = between(path, "/deployments/", '/');
        return deployment != null ? deployment : between(path, "/models/", ':');
    }

    private static @Nullable String between(String path, String before, char after) {
        int start = path.indexOf(before);
        int end = start < 0 ? -1 : path.indexOf(after, start + before.length());
        boolean plain = end > start + before.length();
        String found = plain ? path.substring(start + before.length(), end) : null;
        return found == null || found.indexOf('/') >= 0 ? null : found;
    }

    private static RequestFacts ofBody(byte[] prefix) {
        String model = null;
        long output = 0;
        TopLevelMembers members = new TopLevelMembers(prefix);
        while (members.next()) {
            if (members.isNamed("model") && members.isText()) {
                model = usable(members.text());
            } else if (isOutputLimit(members)) {
                output = Math.max(output, members.number(MOST_TOKENS));
            }
        }
        return new RequestFacts(model, output);
    }

    private static boolean isOutputLimit(TopLevelMembers members) {
        for (String limit : OUTPUT_LIMITS) {
            if (members.isNamed(limit)) {
                return true;
            }
        }
        return false;
    }

    /** A model's name is stored and shown, so it must look like one. */
    private static @Nullable String usable(String model) {
        boolean fine = !model.isEmpty() && model.length() <= 128;
        for (int i = 0; fine && i < model.length(); i++) {
            fine = model.charAt(i) > ' ' && model.charAt(i) < 0x7f;
        }
        return fine ? model : null;
    }
}
