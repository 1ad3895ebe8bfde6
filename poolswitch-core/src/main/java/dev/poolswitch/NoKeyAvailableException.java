package dev.poolswitch;

import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * No key could serve a call. The message names the pool, the keys with their reasons and when the first recovers; it
 * never holds a secret.
 */
public final class NoKeyAvailableException extends IOException {

    private static final long serialVersionUID = 1L;

    /** A pool of thousands must not make a message of megabytes. */
    private static final int SHOWN = 20;

    private final String pool;
    private final LinkedHashMap<String, String> reasons;
    private final @Nullable Instant earliestRecovery;

    NoKeyAvailableException(String pool, String what, Map<String, String> reasons, @Nullable Instant earliestRecovery) {
        super(message(pool, what, reasons, earliestRecovery));
        this.pool = pool;
        this.reasons = new LinkedHashMap<>(reasons);
        this.earliestRecovery = earliestRecovery;
    }

    /** The pool's name. */
    public String pool() {
        return pool;
    }

    /** Why each key could not serve the call, by key id. */
    public Map<String, String> reasons() {
        return Map.copyOf(reasons);
    }

    /**
     * When the first key is expected to serve again; {@link Instant#MAX} when no time is known, for instance because all
     * keys are disabled.
     */
    public Instant earliestRecovery() {
        return earliestRecovery == null ? Instant.MAX : earliestRecovery;
    }

    private static String message(
            String pool, String what, Map<String, String> reasons, @Nullable Instant earliestRecovery) {
        String shown = reasons.entrySet().stream()
                .limit(SHOWN)
                .map(entry -> entry.getKey() + ": " + entry.getValue())
                .collect(Collectors.joining(", "));
        String more = reasons.size() > SHOWN ? " and " + (reasons.size() - SHOWN) + " more" : "";
        String recovery = earliestRecovery == null ? "no recovery time known" : "earliest recovery " + earliestRecovery;
        return "pool " + pool + ": " + what + "; " + recovery + " (" + shown + more + ")";
    }
}
