package dev.poolswitch.config;

import dev.poolswitch.ApiKey;
import dev.poolswitch.KeyPlacement;
import dev.poolswitch.ModelLimits;
import java.time.Duration;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Reads keys: a plain secret, or an object. */
final class KeyReader {

    private final Map<String, String> environment;

    KeyReader(Map<String, String> environment) {
        this.environment = environment;
    }

    ApiKey key(String path, JsonNode node, int number) {
        if (node.isString()) {
            return ApiKey.of("key-" + number, secret(path, node.asString()));
        }
        Settings settings = new Settings(path, node);
        String[] idAndSecret = {"key-" + number, ""};
        settings.text("id", id -> idAndSecret[0] = id);
        settings.text("secret", secret -> idAndSecret[1] = secret(path + ".secret", secret));
        Settings.require(!idAndSecret[1].isEmpty(), path + ".secret", "given, as a text or as ${VARIABLE}");
        ApiKey.Builder key = ApiKey.builder(idAndSecret[0], idAndSecret[1]);
        settings.longInteger("monthlyQuota", key::monthlyQuota);
        settings.longInteger("requestsPerMinute", key::requestsPerMinute);
        settings.longInteger("tokensPerMinute", key::tokensPerMinute);
        settings.items("limits", (where, limit) -> limit(where, limit, key::requests, key::tokens));
        settings.integer("maxConcurrent", key::maxConcurrent);
        settings.number("weight", key::weight);
        settings.integer("tier", key::tier);
        settings.text("group", key::group);
        settings.items("models", (where, model) -> key.model(model(where, model)));
        settings.text("baseUrl", key::baseUrl);
        settings.any("placement", (where, placement) -> key.placement(placement(where, placement)));
        settings.members(
                "metadata",
                (where, value) ->
                        key.metadata(where.substring(where.lastIndexOf('.') + 1), Settings.text(where, value)));
        settings.finish();
        return key.build();
    }

    /** {@code "bearer"}, {@code {"header": "x-api-key", "scheme": "Token"}} or {@code {"query": "key"}}. */
    static KeyPlacement placement(String path, JsonNode node) {
        if (node.isString()) {
            Settings.require(node.asString().equals("bearer"), path, "\"bearer\", {\"header\": …} or {\"query\": …}");
            return KeyPlacement.bearer();
        }
        Settings settings = new Settings(path, node);
        String[] parts = new String[3];
        settings.text("header", name -> parts[0] = name);
        settings.text("scheme", scheme -> parts[1] = scheme);
        settings.text("query", name -> parts[2] = name);
        settings.finish();
        Settings.require(
                (parts[0] == null) != (parts[2] == null) && (parts[1] == null || parts[0] != null),
                path,
                "\"bearer\", {\"header\": …, \"scheme\": …} or {\"query\": …}");
        if (parts[2] != null) {
            return KeyPlacement.queryParameter(parts[2]);
        }
        return parts[1] == null ? KeyPlacement.header(parts[0]) : KeyPlacement.header(parts[0], parts[1]);
    }

    /** Secrets belong into the environment: {@code ${OPENAI_KEY}} is replaced by the variable. */
    private String secret(String path, String text) {
        if (!text.startsWith("${") || !text.endsWith("}")) {
            return text;
        }
        String variable = text.substring(2, text.length() - 1);
        String value = environment.get(variable);
        if (value == null) {
            throw new IllegalArgumentException(
                    path + " names the environment variable " + variable + ", which is not set");
        }
        return value.strip();
    }

    private static ModelLimits model(String path, JsonNode node) {
        if (node.isString()) {
            return ModelLimits.of(node.asString());
        }
        Settings settings = new Settings(path, node);
        ModelLimits[] model = new ModelLimits[1];
        settings.text("model", name -> model[0] = ModelLimits.of(name));
        Settings.require(model[0] != null, path + ".model", "given");
        settings.longInteger("requestsPerMinute", amount -> model[0] = model[0].requestsPerMinute(amount));
        settings.longInteger("tokensPerMinute", amount -> model[0] = model[0].tokensPerMinute(amount));
        settings.items(
                "limits",
                (where, limit) -> limit(
                        where,
                        limit,
                        (amount, window) -> model[0] = model[0].requests(amount, window),
                        (amount, window) -> model[0] = model[0].tokens(amount, window)));
        settings.finish();
        return model[0];
    }

    /** Takes an amount and its window. */
    @FunctionalInterface
    private interface LimitSetter {
        void set(long amount, Duration window);
    }

    private static void limit(String path, JsonNode node, LimitSetter requests, LimitSetter tokens) {
        Settings settings = new Settings(path, node);
        Duration[] window = new Duration[1];
        settings.duration("window", given -> window[0] = given);
        Settings.require(window[0] != null, path + ".window", "given, such as 1m");
        boolean[] any = new boolean[1];
        settings.longInteger("requests", amount -> {
            requests.set(amount, window[0]);
            any[0] = true;
        });
        settings.longInteger("tokens", amount -> {
            tokens.set(amount, window[0]);
            any[0] = true;
        });
        settings.finish();
        Settings.require(any[0], path, "an object with requests or tokens, and a window");
    }
}
