package dev.poolswitch.config;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One object of a configuration file, read setting by setting. Errors name the setting by its path and what is allowed,
 * never the value, which may be a secret; a setting that nobody asked for is an error.
 */
final class Settings {

    private final String path;
    private final JsonNode node;
    private final TreeSet<String> known = new TreeSet<>();

    Settings(String path, JsonNode node) {
        this.path = path;
        this.node = node;
        if (!node.isObject()) {
            throw new IllegalArgumentException((path.isEmpty() ? "the configuration" : path) + " must be an object");
        }
    }

    void text(String name, Consumer<String> use) {
        with(name, value -> use.accept(text(path(name), value)));
    }

    void integer(String name, Consumer<Integer> use) {
        with(name, value -> use.accept(Math.toIntExact(whole(path(name), value))));
    }

    void longInteger(String name, Consumer<Long> use) {
        with(name, value -> use.accept(whole(path(name), value)));
    }

    void number(String name, Consumer<Double> use) {
        with(name, value -> {
            require(value.isNumber(), path(name), "a number");
            use.accept(value.asDouble());
        });
    }

    void flag(String name, Consumer<Boolean> use) {
        with(name, value -> {
            require(value.isBoolean(), path(name), "true or false");
            use.accept(value.asBoolean());
        });
    }

    void duration(String name, Consumer<Duration> use) {
        with(name, value -> use.accept(duration(path(name), value)));
    }

    /** A text or a list of texts. */
    void texts(String name, Consumer<String[]> use) {
        with(name, value -> {
            List<String> texts = new ArrayList<>();
            each(path(name), value, (where, item) -> texts.add(text(where, item)));
            use.accept(texts.toArray(new String[0]));
        });
    }

    /** A value or a list of values. */
    void items(String name, Visitor use) {
        with(name, value -> each(path(name), value, use));
    }

    /** A value of any kind. */
    void any(String name, Visitor use) {
        with(name, value -> use.visit(path(name), value));
    }

    /** The members of an object. */
    void members(String name, Visitor use) {
        with(name, value -> {
            require(value.isObject(), path(name), "an object");
            value.properties().forEach(member -> use.visit(path(name) + "." + member.getKey(), member.getValue()));
        });
    }

    /** Refuses what nobody asked for: a misspelt setting must not be ignored. */
    void finish() {
        for (String name : node.propertyNames()) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException(
                        path(shown(name)) + " is no setting; there are " + String.join(", ", known));
            }
        }
    }

    /** What is done with a setting. */
    @FunctionalInterface
    interface Visitor {
        void visit(String path, JsonNode value);
    }

    static String text(String path, JsonNode value) {
        require(value.isString(), path, "a text");
        return value.asString();
    }

    static long whole(String path, JsonNode value) {
        require(value.isIntegralNumber() && value.canConvertToLong(), path, "a whole number");
        return value.asLong();
    }

    /** {@code 30s}, {@code 5m}, {@code 2h}, {@code 1d}, {@code 250ms}, ISO 8601, or a number of seconds. */
    static Duration duration(String path, JsonNode value) {
        if (value.isIntegralNumber() && value.canConvertToLong()) {
            return Duration.ofSeconds(value.asLong());
        }
        Duration duration = value.isString() ? duration(value.asString().strip()) : null;
        require(duration != null, path, "a duration such as 250ms, 30s, 5m, 2h, 1d or a number of seconds");
        return duration == null ? Duration.ZERO : duration;
    }

    static @Nullable Duration duration(String text) {
        Map<String, Function<Long, Duration>> units = new LinkedHashMap<>();
        units.put("ms", Duration::ofMillis);
        units.put("s", Duration::ofSeconds);
        units.put("m", Duration::ofMinutes);
        units.put("h", Duration::ofHours);
        units.put("d", Duration::ofDays);
        try {
            for (Map.Entry<String, Function<Long, Duration>> unit : units.entrySet()) {
                String digits = text.substring(
                        0, Math.max(0, text.length() - unit.getKey().length()));
                if (text.endsWith(unit.getKey()) && digits.matches("[0-9]{1,15}")) {
                    return unit.getValue().apply(Long.parseLong(digits));
                }
            }
            return text.matches("[0-9]{1,15}") ? Duration.ofSeconds(Long.parseLong(text)) : Duration.parse(text);
        } catch (DateTimeParseException | ArithmeticException e) {
            return null;
        }
    }

    static void require(boolean fine, String path, String allowed) {
        if (!fine) {
            throw new IllegalArgumentException(path + " must be " + allowed);
        }
    }

    private void with(String name, Consumer<JsonNode> use) {
        known.add(name);
        JsonNode value = node.get(name);
        if (value == null || value.isNull()) {
            return;
        }
        try {
            use.accept(value);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(path(name) + " is too large", e);
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            throw message.startsWith(path(name)) ? e : new IllegalArgumentException(path(name) + ": " + message, e);
        }
    }

    private static void each(String path, JsonNode value, Visitor use) {
        if (!value.isArray()) {
            use.visit(path, value);
            return;
        }
        for (int i = 0; i < value.size(); i++) {
            use.visit(path + "[" + i + "]", value.get(i));
        }
    }

    private String path(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private static String shown(String name) {
        String printable = name.replaceAll("[^\\x21-\\x7e]", "?");
        return printable.length() <= 40 ? printable : printable.substring(0, 40) + "...";
    }
}
