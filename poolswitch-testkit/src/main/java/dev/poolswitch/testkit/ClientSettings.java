package dev.poolswitch.testkit;

import java.time.Duration;

/**
 * How a client for a test is to be built; all else stays as the client's makers have chosen, for that is what users have.
 *
 * @param followRedirects whether redirects are followed
 * @param readTimeout how long the client waits for bytes
 * @param cache whether answers are cached in memory or in a temporary directory
 */
public record ClientSettings(boolean followRedirects, Duration readTimeout, boolean cache) {

    /** Redirects followed, no cache, and more patience than any test has. */
    public static ClientSettings usual() {
        return new ClientSettings(true, Duration.ofSeconds(60), false);
    }

    /** A copy that returns redirects to the caller. */
    public ClientSettings withoutRedirects() {
        return new ClientSettings(false, readTimeout, cache);
    }

    /** A copy with another patience. */
    public ClientSettings withReadTimeout(Duration patience) {
        return new ClientSettings(followRedirects, patience, cache);
    }

    /** A copy with a cache. */
    public ClientSettings withCache() {
        return new ClientSettings(followRedirects, readTimeout, true);
    }
}
