package dev.poolswitch.config;

import dev.poolswitch.KeyPool;
import dev.poolswitch.Strategy;
import dev.poolswitch.WhenExhausted;
import dev.poolswitch.verdict.ResponseClassifier;
import dev.poolswitch.verdict.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A pool described by a JSON file or by environment variables. Immutable.
 *
 * <pre>{@code
 * {
 *   "upstream": "https://api.openai.com",
 *   "keys": ["${OPENAI_KEY_1}", {"id": "paid", "secret": "${OPENAI_KEY_2}", "requestsPerMinute": 500, "tier": 1}],
 *   "strategy": "quota_failover",
 *   "whenExhausted": {"wait": "30s"}
 * }
 * }</pre>
 *
 * <p>The settings are named like the methods of {@link KeyPool.Builder} and {@link dev.poolswitch.ApiKey.Builder}; a
 * duration is {@code 250ms}, {@code 30s}, {@code 5m}, {@code 2h}, {@code 1d} or a number of seconds; comments are allowed.
 * A secret of the form {@code ${NAME}} is read from the environment. A setting that does not exist is an error, and no
 * error shows a value.
 */
public final class PoolSwitchConfig {

    private static final String PREFIX = "POOLSWITCH_";
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS, JsonReadFeature.ALLOW_TRAILING_COMMA)
            .build();
    /** What is read from the environment, and whether the file has a number, a list or a text there. */
    private static final Map<String, Kind> VARIABLES = variables();

    private final JsonNode root;
    private final Map<String, String> environment;

    private enum Kind {
        TEXT,
        NUMBER,
        LIST
    }

    /**
     * Reads a file.
     *
     * @throws IOException when the file cannot be read or is no JSON; the message names the file and the place
     * @throws IllegalArgumentException when a setting is wrong; the message names it and what is allowed
     */
    public static PoolSwitchConfig load(Path file) throws IOException {
        Objects.requireNonNull(file, "file");
        JsonNode root;
        try {
            root = JSON.readTree(Files.readString(file));
        } catch (JacksonException e) {
            // The cause is left out: its message quotes the text around the mistake, which may be a key.
            throw new IOException(
                    file + " is no JSON: mistake at line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr());
        }
        return checked(new PoolSwitchConfig(root, System.getenv()));
    }

    /**
     * Reads {@code POOLSWITCH_UPSTREAM_BASE_URL}, {@code POOLSWITCH_KEYS} (separated by commas) and, where set,
     * {@code POOLSWITCH_NAME}, {@code _STRATEGY}, {@code _RETRY_ATTEMPTS}, {@code _MAX_ROTATIONS}, {@code _COOLDOWN},
     * {@code _MAX_FAILURES}, {@code _RETRYABLE_METHODS}, {@code _RATE_LIMIT_PER_SECOND}, {@code _FIRST_EVENT_HOLD} and
     * {@code _WHEN_EXHAUSTED} ({@code fail_fast}, {@code best_effort} or a duration).
     *
     * @throws IllegalArgumentException when a variable is missing or wrong; the message names it and what is allowed
     */
    public static PoolSwitchConfig fromEnvironment() {
        return fromEnvironment(System.getenv());
    }

    /** As {@link #fromEnvironment()}, from other variables than the process's own. */
    public static PoolSwitchConfig fromEnvironment(Map<String, String> environment) {
        ObjectNode root = JSON.createObjectNode();
        VARIABLES.forEach((variable, kind) -> {
            String value = environment.get(PREFIX + variable);
            if (value != null && !value.isBlank()) {
                root.set(setting(variable), node(variable, kind, value.strip()));
            }
        });
        for (String needed : List.of("UPSTREAM_BASE_URL", "KEYS")) {
            if (!root.has(setting(needed))) {
                throw new IllegalArgumentException("the environment variable " + PREFIX + needed + " must be set");
            }
        }
        return checked(new PoolSwitchConfig(root, environment));
    }

    private PoolSwitchConfig(JsonNode root, Map<String, String> environment) {
        this.root = root;
        this.environment = environment;
    }

    /** A builder with these settings, for a store, listeners and whatever else a file cannot hold. */
    public KeyPool.Builder toPoolBuilder() {
        KeyPool.Builder pool = KeyPool.builder();
        Settings settings = new Settings("", root);
        settings.text("name", pool::name);
        settings.texts("upstream", pool::upstream);
        int[] number = new int[1];
        KeyReader keys = new KeyReader(environment);
        settings.items("keys", (path, key) -> pool.key(keys.key(path, key, ++number[0])));
        settings.any("placement", (path, placement) -> pool.placement(KeyReader.placement(path, placement)));
        settings.text("strategy", strategy -> pool.strategy(Strategy.byName(strategy)));
        settings.integer("retryAttempts", pool::retryAttempts);
        settings.integer("maxRotations", pool::maxRotations);
        settings.duration("cooldown", pool::cooldown);
        settings.integer("maxFailures", pool::maxFailures);
        settings.texts("retryableMethods", pool::retryableMethods);
        settings.number("rateLimitPerSecond", pool::rateLimitPerSecond);
        settings.any("whenExhausted", (path, policy) -> pool.whenExhausted(policy(path, policy)));
        settings.text("provider", provider -> pool.classifier(ResponseClassifier.byName(provider)));
        settings.any("rules", (path, rules) -> pool.rules(rules(path, rules)));
        settings.flag("allowCleartext", pool::allowCleartext);
        settings.duration("leaseTimeout", pool::leaseTimeout);
        settings.duration("firstEventHold", pool::firstEventHold);
        settings.finish();
        return pool;
    }

    /** Shows no value. */
    @Override
    public String toString() {
        return "PoolSwitchConfig" + root.propertyNames();
    }

    /** Finds mistakes when the file is read and not when the pool is built. */
    private static PoolSwitchConfig checked(PoolSwitchConfig config) {
        KeyPool.Builder unused = config.toPoolBuilder();
        Objects.requireNonNull(unused);
        return config;
    }

    private static WhenExhausted policy(String path, JsonNode node) {
        String allowed = "\"fail_fast\", \"best_effort\", a duration or {\"wait\": a duration}";
        if (node.isObject()) {
            Settings settings = new Settings(path, node);
            List<Duration> wait = new ArrayList<>();
            settings.duration("wait", wait::add);
            settings.finish();
            Settings.require(!wait.isEmpty(), path, allowed);
            return WhenExhausted.waitUpTo(wait.get(0));
        }
        String name = node.isString() ? node.asString() : "";
        return switch (name) {
            case "fail_fast" -> WhenExhausted.failFast();
            case "best_effort" -> WhenExhausted.bestEffort();
            default -> {
                boolean duration = node.isIntegralNumber() || Settings.duration(name) != null;
                Settings.require(duration, path, allowed);
                yield WhenExhausted.waitUpTo(Settings.duration(path, node));
            }
        };
    }

    @SuppressWarnings("unchecked") // An array of objects becomes a list of maps.
    private static Rule[] rules(String path, JsonNode node) {
        Settings.require(node.isArray(), path, "a list of rules");
        for (JsonNode rule : node) {
            Settings.require(rule.isObject(), path, "a list of rules, each an object");
        }
        List<Map<String, Object>> plain = JSON.treeToValue(node, List.class);
        return Rule.parse(plain).toArray(new Rule[0]);
    }

    private static JsonNode node(String variable, Kind kind, String value) {
        return switch (kind) {
            case TEXT -> JSON.getNodeFactory().stringNode(value);
            case NUMBER -> {
                Settings.require(
                        value.matches("[0-9]{1,9}(\\.[0-9]{1,9})?"),
                        "the environment variable " + PREFIX + variable,
                        "a number");
                yield JSON.readTree(value.replaceFirst("^0+(?=[0-9])", ""));
            }
            case LIST -> {
                ArrayNode list = JSON.createArrayNode();
                for (String item : value.split(",", -1)) {
                    list.add(item.strip());
                }
                yield list;
            }
        };
    }

    private static String setting(String variable) {
        if (variable.equals("UPSTREAM_BASE_URL")) {
            return "upstream";
        }
        StringBuilder name = new StringBuilder();
        for (String word : variable.split("_", -1)) {
            String lower = word.toLowerCase(java.util.Locale.ROOT);
            name.append(name.isEmpty() ? lower : Character.toUpperCase(lower.charAt(0)) + lower.substring(1));
        }
        return name.toString();
    }

    private static Map<String, Kind> variables() {
        Map<String, Kind> variables = new LinkedHashMap<>();
        variables.put("UPSTREAM_BASE_URL", Kind.LIST);
        variables.put("KEYS", Kind.LIST);
        variables.put("NAME", Kind.TEXT);
        variables.put("STRATEGY", Kind.TEXT);
        variables.put("RETRY_ATTEMPTS", Kind.NUMBER);
        variables.put("MAX_ROTATIONS", Kind.NUMBER);
        variables.put("COOLDOWN", Kind.TEXT);
        variables.put("MAX_FAILURES", Kind.NUMBER);
        variables.put("RETRYABLE_METHODS", Kind.LIST);
        variables.put("RATE_LIMIT_PER_SECOND", Kind.NUMBER);
        variables.put("WHEN_EXHAUSTED", Kind.TEXT);
        variables.put("FIRST_EVENT_HOLD", Kind.TEXT);
        return variables;
    }
}
