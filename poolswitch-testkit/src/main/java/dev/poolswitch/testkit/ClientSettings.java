package dev.poolswitch.testkit;

import java.time.Duration;

/**
 * How a client for a test is to be built; all else stays as the client's makers have chosen, for that is what users have.
 *
 * @param followRedirects whether redirects are followed
 * @param readTimeout how long the client waits for bytes
 * @param cache whether answers are cached in memory or in a temporary directory
 * @param http2 whether HTTP/2 is spoken, without TLS and without asking first
 */
public record ClientSettings(boolean followRedirects, Duration readTimeout, boolean cache, boolean http2) {

    /** Redirects followed, no cache, and more patience than any test has. */
    public static ClientSettings usual() {
        return new ClientSettings(true, Duration.ofSeconds(60), false, false);
    }

    /** A copy that returns redirects to the caller. */
    public ClientSettings withoutRedirects() {
        return new ClientSettings(false, readTimeout, cache, http2);
    }

    /** A copy with another patience. */
    public ClientSettings withReadTimeout(Duration patience) {
        return new ClientSettings(followRedirects, patience, cache, http2);
    }

    /** A copy with a cache. */
    public ClientSettings withCache() {
        return new ClientSettings(followRedirects, readTimeout, true, http2);
    }

    /** A copy that speaks HTTP/2. */
    public ClientSettings withHttp2() {
        return new ClientSettings(followRedirects, readTimeout, cache, true);
    }
}
