package dev.poolswitch.jaxrs;

import dev.poolswitch.KeyPool;
import dev.poolswitch.http.CallOptions;
import dev.poolswitch.http.PoolRouter;
import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.ClientRequestFilter;
import jakarta.ws.rs.client.ClientResponseFilter;
import jakarta.ws.rs.core.Feature;
import jakarta.ws.rs.core.FeatureContext;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives a Jakarta REST client a pool of keys: requests to a pool's upstream are sent with one of its keys, and sent again
 * with another one when a key is refused. All other requests pass untouched.
 *
 * <pre>{@code
 * PoolSwitchFilter filter = PoolSwitchFilter.of(pool);
 * Client client = ClientBuilder.newClient().register(filter);
 * }</pre>
 *
 * <p>It can be registered with a client, or with a target to concern that target only. Filters, interceptors and
 * entity providers of the application work as before, each once a call, whatever happens between the attempts; filters
 * see neither the attempts nor the key. The attempts are made by a transport client of the plug-in's own, which takes
 * over how the application's client writes entities and connects ({@link Builder#transport} says more), and which is
 * closed with this filter. Close it when the last client that it was registered with is closed.
 *
 * <p>Hints for one call travel as a property: {@code target.request().property(PoolSwitchFilter.CALL_OPTIONS, options)}.
 *
 * <p>Attempts and waits happen on the thread that runs request filters: the caller's, or with {@code async()} and
 * {@code rx()} one of the implementation's executor, which CXF does not use for filters. An interrupt ends a wait.
 * Thread-safe. Works with Jakarta REST 3.1 and 4.0.
 */
public final class PoolSwitchFilter implements Feature, AutoCloseable {

    /** The name of the request property whose value is a {@link CallOptions}. */
    public static final String CALL_OPTIONS = "dev.poolswitch.http.CallOptions";

    /** Request filters run upwards, so that the loop is the last one; response filters run downwards: its end is first. */
    private static final int NEAREST_TO_THE_NETWORK = Integer.MAX_VALUE;

    private final PoolRouter router;
    private final Transports transports;
    private final LoopFilter filter;

    /**
     * A filter with a transport client of its own making.
     *
     * @throws IllegalArgumentException when there is no pool, a pool has no upstream, or two pools have the same one
     */
    public static PoolSwitchFilter of(KeyPool... pools) {
        return builder(pools).build();
    }

    /**
     * Begins a filter.
     *
     * @throws IllegalArgumentException as {@link #of}
     */
    public static Builder builder(KeyPool... pools) {
        return new Builder(PoolRouter.of(pools));
    }

    private PoolSwitchFilter(Builder builder) {
        this.router = builder.router;
        this.transports = new Transports(builder.transport);
        this.filter = new LoopFilter(router, transports);
    }

    @Override
    public boolean configure(FeatureContext context) {
        context.register(
                filter,
                Map.of(
                        ClientRequestFilter.class, NEAREST_TO_THE_NETWORK,
                        ClientResponseFilter.class, NEAREST_TO_THE_NETWORK));
        return true;
    }

    /** Closes the transport clients. Requests to a pool's upstream fail from now on. */
    @Override
    public void close() {
        transports.close();
    }

    /** Shows the pools' names. */
    @Override
    public String toString() {
        return "PoolSwitchFilter" + router;
    }

    /** Makes a {@link PoolSwitchFilter}. Not thread-safe. */
    public static final class Builder {

        private final PoolRouter router;
        private @Nullable Supplier<Client> transport;

        private Builder(PoolRouter router) {
            this.router = router;
        }

        /**
         * Where the clients come from that send the attempts. The plug-in configures and closes what it is given, so
         * each call must return a new client: one is asked for at the first request and one for each further set of
         * entity providers that requests are configured with. Needed when the application's client has settings that
         * cannot be read from it; the default takes over the SSL context, the host name verifier and the properties,
         * and beyond that Jersey's connector provider or RESTEasy's HTTP engine.
         */
        public Builder transport(Supplier<Client> clients) {
            transport = Objects.requireNonNull(clients, "transport");
            return this;
        }

        /** The filter. */
        public PoolSwitchFilter build() {
            return new PoolSwitchFilter(this);
        }
    }
}
