package dev.poolswitch;

import dev.poolswitch.verdict.Budget;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One credential of an upstream: an id that may be shown, a secret that may not, and what is known about its limits. A
 * key with a {@link Builder#baseUrl base URL} of its own is what other systems call a deployment. Immutable;
 * {@link #toString()} never shows the secret.
 */
public final class ApiKey {

    private final String id;
    private final String secret;
    private final OptionalLong monthlyQuota;
    private final List<Limit> limits;
    private final OptionalInt maxConcurrent;
    private final double weight;
    private final int tier;
    private final @Nullable String group;
    private final Map<String, ModelLimits> models;
    private final @Nullable URI baseUrl;
    private final @Nullable KeyPlacement placement;
    private final Map<String, String> metadata;

    /**
     * A key without limits.
     *
     * @throws IllegalArgumentException when the id or the secret is blank or has characters that are not allowed
     */
    public static ApiKey of(String id, String secret) {
        return builder(id, secret).build();
    }

    /** Starts a key with limits or other properties. */
    public static Builder builder(String id, String secret) {
        return new Builder(id, secret);
    }

    private ApiKey(Builder builder) {
        id = builder.id;
        secret = builder.secret;
        monthlyQuota = builder.monthlyQuota;
        limits = List.copyOf(builder.limits);
        maxConcurrent = builder.maxConcurrent;
        weight = builder.weight;
        tier = builder.tier;
        group = builder.group;
        models = Map.copyOf(builder.models);
        baseUrl = builder.baseUrl;
        placement = builder.placement;
        metadata = Map.copyOf(builder.metadata);
    }

    /** The name under which the key is shown, logged and stored. */
    public String id() {
        return id;
    }

    /** The credential itself. Never log it. */
    public String secret() {
        return secret;
    }

    /** How many requests the key may serve in a calendar month; empty when unlimited. */
    public OptionalLong monthlyQuota() {
        return monthlyQuota;
    }

    /** The limits on requests and tokens that hold for all models together. */
    public List<Limit> limits() {
        return limits;
    }

    /** How many leases the key may have at once; empty when unlimited. */
    public OptionalInt maxConcurrent() {
        return maxConcurrent;
    }

    /** The share of the traffic relative to other keys, for the strategies that weigh; 1 unless told. */
    public double weight() {
        return weight;
    }

    /** The tier: keys of a lower tier are used first; 0 unless told. */
    public int tier() {
        return tier;
    }

    /** The account, organisation or project whose limits the key shares with others. */
    public Optional<String> group() {
        return Optional.ofNullable(group);
    }

    /** The models that the key may serve, by name; empty when it may serve all. */
    public Map<String, ModelLimits> models() {
        return models;
    }

    /** The key's own base URL; empty when it is used at the pool's upstream. */
    public Optional<URI> baseUrl() {
        return Optional.ofNullable(baseUrl);
    }

    /** Where the key stands in a request; empty when as in the rest of the pool. */
    public Optional<KeyPlacement> placement() {
        return Optional.ofNullable(placement);
    }

    /** What the application noted about the key; never interpreted. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** Shows the id only. */
    @Override
    public String toString() {
        return "ApiKey[" + id + "]";
    }

    /** Collects the properties of a key. Not thread-safe. A bad value is refused by the method that is given it. */
    public static final class Builder {

        /** Shorter secrets are those of tests, and part of many a harmless id. */
        private static final int SHORTEST_GUARDED = 8;

        private final String id;
        private final String secret;
        private OptionalLong monthlyQuota = OptionalLong.empty();
        private final List<Limit> limits = new ArrayList<>();
        private OptionalInt maxConcurrent = OptionalInt.empty();
        private double weight = 1;
        private int tier;
        private @Nullable String group;
        private final Map<String, ModelLimits> models = new LinkedHashMap<>();
        private @Nullable URI baseUrl;
        private @Nullable KeyPlacement placement;
        private final Map<String, String> metadata = new LinkedHashMap<>();

        private Builder(String id, String secret) {
            this.id = Checks.name("key id", id);
            this.secret = Checks.secret("secret of key " + shownId(id, secret), secret);
            if (id.equals(secret)) {
                throw new IllegalArgumentException("key id must differ from the secret: ids are logged and stored");
            }
            if (holds(id, secret)) {
                throw new IllegalArgumentException("key id must not contain the secret: ids are logged and stored");
            }
        }

        private static boolean holds(String id, @Nullable String secret) {
            return secret != null
                    && (id.equals(secret) || (secret.length() >= SHORTEST_GUARDED && id.contains(secret)));
        }

        /** A message about a bad secret must not print it by way of an id that is the secret. */
        private static String shownId(String id, @Nullable String secret) {
            return holds(id, secret) ? "(id holds the secret)" : id;
        }

        /**
         * How many requests the key may serve in a calendar month, at least 1; unlimited unless told. Processes that share
         * a store which hands over changes count together, each within about a second of the others.
         */
        public Builder monthlyQuota(long requests) {
            monthlyQuota = OptionalLong.of(Checks.atLeast("monthlyQuota of key " + id, 1L, requests));
            return this;
        }

        /** At most so many requests in any minute. */
        public Builder requestsPerMinute(long amount) {
            return requests(amount, Limit.MINUTE);
        }

        /** At most so many tokens in any minute. */
        public Builder tokensPerMinute(long amount) {
            return tokens(amount, Limit.MINUTE);
        }

        /** At most so many requests in any window of this length; several windows may be given. */
        public Builder requests(long amount, Duration window) {
            limits.add(new Limit(Budget.Unit.REQUESTS, amount, window));
            return this;
        }

        /** At most so many tokens in any window of this length; several windows may be given. */
        public Builder tokens(long amount, Duration window) {
            limits.add(new Limit(Budget.Unit.TOKENS, amount, window));
            return this;
        }

        /** How many leases the key may have at once, at least 1; unlimited unless told. */
        public Builder maxConcurrent(int leases) {
            maxConcurrent = OptionalInt.of(Checks.atLeast("maxConcurrent of key " + id, 1, leases));
            return this;
        }

        /** The share of the traffic relative to other keys, above 0 and finite; 1 unless told. */
        public Builder weight(double share) {
            if (!(share > 0) || Double.isInfinite(share)) {
                throw new IllegalArgumentException("weight of key " + id + " must be above 0, but was " + share);
            }
            weight = share;
            return this;
        }

        /** The tier, 0 or above: keys of a lower tier are used first; 0 unless told. */
        public Builder tier(int number) {
            tier = Checks.atLeast("tier of key " + id, 0, number);
            return this;
        }

        /**
         * The account, organisation or project that the key belongs to. Keys of a group share what is limited: the
         * limits on requests and tokens that are given to any of them hold for all of them together (of two for the same
         * window the smaller), and a refusal of the whole group benches all of them. Quota and concurrency stay the
         * key's own.
         */
        public Builder group(String name) {
            group = Checks.name("group of key " + id, name);
            return this;
        }

        /** A model that the key may serve; once one is named, the key serves the named ones only. */
        public Builder model(ModelLimits model) {
            models.put(Checks.notNull("model of key " + id, model).model(), model);
            return this;
        }

        /** The key's own base URL, which replaces the upstream's origin and is put before the path. */
        public Builder baseUrl(String url) {
            baseUrl = Upstreams.parse("baseUrl of key " + id, url);
            return this;
        }

        /** Where this key stands in a request, when not as in the rest of the pool. */
        public Builder placement(KeyPlacement where) {
            placement = Checks.notNull("placement of key " + id, where);
            return this;
        }

        /** Notes something about the key; shown in the status, so never a secret. */
        public Builder metadata(String name, String value) {
            metadata.put(Checks.notBlank("metadata name", name), Checks.notNull("metadata value", value));
            return this;
        }

        /** The key. */
        public ApiKey build() {
            return new ApiKey(this);
        }
    }
}
