package dev.poolswitch.verdict;

import java.time.Duration;
import java.time.ZoneId;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a rule takes the wait from.
 *
 * @param source the place
 * @param name the header's name or the path in the body; {@code null} for the other sources
 * @param atLeast what the answer states is not believed when it is shorter
 * @param otherwise the wait when the answer states none; {@code null} for none
 * @param midnightOf the wait ends at the next midnight of this zone when the answer states none; {@code null} for none
 */
record WaitRule(
        Source source,
        @Nullable String name,
        Duration atLeast,
        @Nullable Duration otherwise,
        @Nullable ZoneId midnightOf) {

    enum Source {
        /** Wherever {@link Waits} finds one. */
        STATED,
        HEADER,
        JSON,
        PROSE,
        /** What the answer states is not looked at. */
        NOWHERE
    }

    static final WaitRule STATED = new WaitRule(Source.STATED, null, Duration.ZERO, null, null);
    static final WaitRule NONE = new WaitRule(Source.NOWHERE, null, Duration.ZERO, null, null);

    @Nullable
    Duration of(Evidence evidence) {
        Duration found = switch (source) {
            case STATED -> Waits.stated(evidence, atLeast);
            case HEADER -> orStated(Waits.ofHeader(evidence, named()), evidence);
            case JSON -> orStated(Waits.ofPath(evidence, named()), evidence);
            case PROSE -> orStated(Waits.ofProse(evidence), evidence);
            case NOWHERE -> null;
        };
        if (found != null) {
            return found;
        }
        return midnightOf != null ? Waits.untilMidnight(midnightOf, evidence.now()) : otherwise;
    }

    private String named() {
        return Objects.requireNonNull(name, "name");
    }

    private @Nullable Duration orStated(@Nullable Duration wait, Evidence evidence) {
        return wait != null ? wait : Waits.stated(evidence, atLeast);
    }
}
