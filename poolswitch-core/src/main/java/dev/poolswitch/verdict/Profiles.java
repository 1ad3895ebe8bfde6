package dev.poolswitch.verdict;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The built-in profiles, read once from {@code rules.json} (what holds for every API) and {@code profiles.json} (what
 * holds for one provider). Both are written in the language of {@link Rule#parse(List)}, grouped by the steps of the
 * decision: within a step the provider's rules come first. Sources of each rule: {@code reference/providers.md}.
 */
final class Profiles {

    /** The steps of the decision, in their order. */
    private static final List<String> STEPS = List.of("edge", "key", "size", "source", "capacity", "quota", "status");

    private static final class Loaded {
        static final List<Profile> ALL = load();
    }

    private Profiles() {}

    static List<Profile> all() {
        return Loaded.ALL;
    }

    static Profile generic() {
        return Loaded.ALL.get(0);
    }

    static Profile forHost(String upstream) {
        String host = Profile.host(upstream);
        for (Profile profile : Loaded.ALL) {
            if (profile.servesHost(host)) {
                return profile;
            }
        }
        return generic();
    }

    static Profile byName(String name) {
        List<String> known = new ArrayList<>();
        for (Profile profile : Loaded.ALL) {
            if (profile.names().contains(name)) {
                return profile;
            }
            known.add(profile.names().get(0));
        }
        throw new IllegalArgumentException("no profile is named '" + name + "'; there are " + known);
    }

    private static List<Profile> load() {
        Map<String, List<Map<String, Object>>> steps = read("rules.json", new TypeReference<>() {});
        Map<String, List<Rule>> common = new HashMap<>();
        steps.forEach((step, rules) -> common.put(step, rules("common." + step, rules)));
        List<Map<String, Object>> profiles = read("profiles.json", new TypeReference<>() {});
        List<Profile> loaded = new ArrayList<>(profiles.size());
        for (Map<String, Object> profile : profiles) {
            loaded.add(profile(profile, common));
        }
        return List.copyOf(loaded);
    }

    private static <T> T read(String resource, TypeReference<T> type) {
        try (InputStream in = Profiles.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks " + resource);
            }
            return JsonMapper.shared().readValue(in, type);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Profile profile(Map<String, Object> data, Map<String, List<Rule>> common) {
        List<String> names = texts(data.get("names"));
        Map<VerdictKind, Scope> scopes = new EnumMap<>(VerdictKind.class);
        scopes.put(VerdictKind.OVERLOADED, Scope.KEY_AND_MODEL);
        scopes.put(VerdictKind.KEY_FORBIDDEN, Scope.KEY_AND_MODEL);
        entries(data.get("scopes"))
                .forEach((kind, scope) -> scopes.put(VerdictKind.valueOf(kind), Scope.valueOf(scope)));
        Map<String, Duration> windows = new HashMap<>();
        entries(data.get("windows"))
                .forEach((bucket, window) -> windows.put(bucket, WaitText.reset(window, Instant.EPOCH)));
        List<Rule> rules = new ArrayList<>();
        for (String step : STEPS) {
            rules.addAll(rules(names.get(0) + "." + step, data.get(step)));
            rules.addAll(common.getOrDefault(step, List.of()));
        }
        return new Profile(
                names, texts(data.get("hosts")), Map.copyOf(scopes), Map.copyOf(windows), List.copyOf(rules));
    }

    private static List<Rule> rules(String where, @Nullable Object data) {
        List<Rule> rules = new ArrayList<>();
        if (data instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                rules.add(new RuleReader(where + "[" + i + "]", map(list.get(i))).read());
            }
        }
        return rules;
    }

    private static Map<String, Object> map(@Nullable Object data) {
        Map<String, Object> copy = new HashMap<>();
        if (data instanceof Map<?, ?> map) {
            map.forEach((key, value) -> copy.put(String.valueOf(key), value));
        }
        return copy;
    }

    private static Map<String, String> entries(@Nullable Object data) {
        Map<String, String> copy = new HashMap<>();
        map(data).forEach((key, value) -> copy.put(key, String.valueOf(value)));
        return copy;
    }

    private static List<String> texts(@Nullable Object data) {
        return data instanceof List<?> list ? list.stream().map(String::valueOf).toList() : List.of();
    }
}
