package dev.poolswitch.http;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How far a look into a body goes that nobody reads yet, and how long it may wait. Immutable.
 *
 * @param patience how long to wait; {@code null} to wait for the first read only, which is never cut short, so that a slow
 *     or endless answer is not disturbed
 * @param firstEvent whether it is enough to see the first whole event of a stream of server-sent events, its end included.
 *     However such a look ends, the body must stay whole; after another one that ran out of patience, the connection may
 *     be given up
 */
public record Look(@Nullable Duration patience, boolean firstEvent) {

    /** What the first read brings: for answers that seem to be good. */
    public static final Look FIRST_READ = new Look(null, false);

    /** As much as comes soon: for errors, which are judged by what has come by then when they come in drops. */
    public static final Look ERROR = new Look(Duration.ofMillis(200), false);

    /** Up to the end of the first event of a stream, if that comes in time. */
    public static Look firstEvent(Duration hold) {
        return new Look(Objects.requireNonNull(hold, "hold"), true);
    }
}
