package dev.poolswitch.http;

import dev.poolswitch.KeyPool;
import dev.poolswitch.Origin;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Finds the pool whose keys are for a request's origin. Immutable. */
public final class PoolRouter {

    /**
     * A pool and which of its origins a request is for.
     *
     * @param pool the pool
     * @param origin the origin
     */
    public record Route(KeyPool pool, Origin origin) {}

    private final Route[] routes;

    /**
     * A router over pools.
     *
     * @throws IllegalArgumentException when there is no pool, a pool has no upstream, or two have the same one
     */
    public static PoolRouter of(KeyPool... pools) {
        Objects.requireNonNull(pools, "pools");
        if (pools.length == 0) {
            throw new IllegalArgumentException("at least one pool is needed");
        }
        List<Route> routes = new ArrayList<>();
        for (KeyPool pool : pools) {
            Objects.requireNonNull(pool, "pool");
            List<Origin> upstream = pool.settings().upstream();
            if (upstream.isEmpty()) {
                throw new IllegalArgumentException("pool " + pool.name()
                        + " has no upstream; call upstream(\"https://api.example.com\") on its builder");
            }
            for (Origin origin : upstream) {
                if (routes.stream().anyMatch(route -> route.origin().equals(origin))) {
                    throw new IllegalArgumentException(
                            "two pools are for " + origin + "; give each origin to one pool");
                }
                routes.add(new Route(pool, origin));
            }
        }
        return new PoolRouter(routes.toArray(new Route[0]));
    }

    private PoolRouter(Route[] routes) {
        this.routes = routes;
    }

    /** The route of a request; {@code null} when no pool is for its origin and it must pass untouched. */
    public @Nullable Route route(String scheme, String host, int port) {
        for (Route route : routes) {
            if (route.origin().is(scheme, host, port)) {
                return route;
            }
        }
        return null;
    }

    /** As {@link #route(String, String, int)}; nothing but http and https has a pool. */
    public @Nullable Route route(URI uri) {
        for (Route route : routes) {
            if (Hop.leads(uri, route.origin())) {
                return route;
            }
        }
        return null;
    }

    /** The pools' names, for messages. */
    @Override
    public String toString() {
        List<String> names = new ArrayList<>();
        for (Route route : routes) {
            if (!names.contains(route.pool().name())) {
                names.add(route.pool().name());
            }
        }
        return names.toString();
    }
}
