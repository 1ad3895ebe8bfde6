package dev.poolswitch.jaxrs;

import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.WebTarget;
import jakarta.ws.rs.core.Configuration;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** A client that sends attempts. Thread-safe. */
final class Transport {

    /** Most applications call one address; Jersey allocates 3 KB for a target. */
    private record Target(URI uri, WebTarget target) {}

    private final Client client;
    private final boolean shared;
    private final boolean reusable;
    private final Configuration configuration;
    private volatile @Nullable Target latest;

    /**
     * A transport over a client that is configured.
     *
     * @param shared whether its connections are those of the application's client, which closes them itself
     */
    Transport(Client client, boolean shared) {
        this.client = client;
        this.shared = shared;
        this.reusable = Implementations.sharesTargets(client);
        this.configuration = client.getConfiguration();
    }

    Configuration configuration() {
        return configuration;
    }

    /** A target for an address. */
    WebTarget target(URI uri) {
        return client.target(uri);
    }

    /** As {@link #target}, for an address that holds no secret, so that it may be kept. */
    WebTarget publicTarget(URI uri) {
        Target known = latest;
        if (known == null || !known.uri.equals(uri)) {
            known = new Target(uri, target(uri));
            latest = reusable ? known : null;
        }
        return known.target;
    }

    /** Closes the client; does not refer to this object, so that it can run when that is garbage. */
    Runnable closing() {
        Client own = client;
        return shared ? () -> {} : own::close;
    }
}
