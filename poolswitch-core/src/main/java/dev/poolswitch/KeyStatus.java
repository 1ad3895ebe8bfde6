package dev.poolswitch;

import dev.poolswitch.verdict.Scope;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A key at one moment. Counters include those of earlier runs when a store keeps them.
 *
 * @param id the key's id
 * @param state whether it is used, and if not, why
 * @param tier the key's tier
 * @param group the key's group; {@code null} without one
 * @param inFlight leases that have not ended
 * @param requests leases taken
 * @param successes leases of this run that ended well
 * @param refusals answers that refused the key
 * @param failures answers or connections that broke
 * @param failovers calls that went on with another key
 * @param cooldownUntil when the key is used or tested again; {@code null} when nothing blocks it or only an event can
 *     end the block
 * @param reason why it is not ready, in machine-readable words; empty when it is
 * @param estimatedRemainingQuota what is left of the monthly quota; empty without one
 * @param utilisation the fullest of its limits, 0 to 1
 * @param successRate the share of leases that succeeded lately, 0 to 1
 * @param latency the mean time from lease to answer lately
 * @param metadata what the application noted
 * @param resends sends of this run that a client made on its own below a call: hops of a redirect, stale connections,
 *     challenges; with the leases they are all that the upstream has seen
 * @param blocks all that keeps calls away from it: what holds for the key, for single models, for its group and for the
 *     whole upstream; a key may be {@link KeyState#READY} and closed for some models
 */
public record KeyStatus(
        String id,
        KeyState state,
        int tier,
        @Nullable String group,
        int inFlight,
        long requests,
        long successes,
        long refusals,
        long failures,
        long failovers,
        @Nullable Instant cooldownUntil,
        String reason,
        OptionalLong estimatedRemainingQuota,
        double utilisation,
        double successRate,
        Duration latency,
        Map<String, String> metadata,
        long resends,
        List<Block> blocks) {

    public KeyStatus {
        blocks = List.copyOf(blocks);
    }

    /**
     * One thing that keeps calls away from a key.
     *
     * @param scope how much it closes: the key, one model of it, its group, the whole upstream
     * @param subject the model or the group, else empty
     * @param state why, never {@link KeyState#READY}
     * @param until when calls pass again or one may test it; {@code null} when only an event can tell
     * @param reason why, in machine-readable words; empty when the state says it all
     */
    public record Block(
            Scope scope,
            String subject,
            KeyState state,
            @Nullable Instant until,
            String reason) {}

    /** What keeps calls for a model away; empty when they pass, or wait for nothing but what keeps all calls away. */
    public List<Block> blocksOf(String model) {
        return blocks.stream()
                .filter(block ->
                        block.scope() == Scope.KEY_AND_MODEL && block.subject().equals(model))
                .toList();
    }
}
