package dev.poolswitch;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a key stands in a request: in a header, with or without a scheme word, or in a query parameter. Immutable.
 *
 * <p>Prefer a header: a query parameter ends up in access logs of every proxy on the way.
 */
public final class KeyPlacement {

    private static final KeyPlacement BEARER = new KeyPlacement("Authorization", "Bearer", false);

    private final String name;
    private final @Nullable String scheme;
    private final boolean query;

    /** {@code Authorization: Bearer <secret>} (RFC 6750), the default. */
    public static KeyPlacement bearer() {
        return BEARER;
    }

    /**
     * {@code <name>: <secret>}, such as {@code x-api-key}.
     *
     * @throws IllegalArgumentException when the name is no header name (RFC 9110 section 5.1)
     */
    public static KeyPlacement header(String name) {
        return new KeyPlacement(Checks.token("placement header name", name), null, false);
    }

    /**
     * {@code <name>: <scheme> <secret>}, such as {@code Authorization: Token …}.
     *
     * @throws IllegalArgumentException when the name or the scheme is no token (RFC 9110 section 5.6.2)
     */
    public static KeyPlacement header(String name, String scheme) {
        return new KeyPlacement(
                Checks.token("placement header name", name), Checks.token("placement scheme", scheme), false);
    }

    /**
     * {@code ?<name>=<secret>}. The parameter is added at the last moment and never is in a URL that PoolSwitch prints.
     *
     * @throws IllegalArgumentException when the name is empty or has characters that would need encoding
     */
    public static KeyPlacement queryParameter(String name) {
        return new KeyPlacement(Checks.token("placement query parameter", name), null, true);
    }

    private KeyPlacement(String name, @Nullable String scheme, boolean query) {
        this.name = name;
        this.scheme = scheme;
        this.query = query;
    }

    /** The header's or the query parameter's name. */
    public String name() {
        return name;
    }

    /** Whether the key stands in a query parameter and not in a header. */
    public boolean inQuery() {
        return query;
    }

    /** The header's or the parameter's value for a secret. Never log it. */
    public String value(String secret) {
        return scheme == null ? secret : scheme + " " + secret;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof KeyPlacement that
                && query == that.query
                && name.equalsIgnoreCase(that.name)
                && Objects.equals(scheme, that.scheme);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name.toLowerCase(java.util.Locale.ROOT), scheme, query);
    }

    @Override
    public String toString() {
        if (query) {
            return "query parameter " + name;
        }
        return scheme == null ? "header " + name : "header " + name + " with scheme " + scheme;
    }
}
