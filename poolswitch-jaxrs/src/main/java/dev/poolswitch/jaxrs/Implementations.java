package dev.poolswitch.jaxrs;

import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.ClientBuilder;
import jakarta.ws.rs.client.ClientRequestContext;
import jakarta.ws.rs.core.Configurable;
import jakarta.ws.rs.core.Configuration;
import jakarta.ws.rs.core.Response;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What Jakarta REST has no words for, asked of the implementations by reflection. Where one does not answer, the portable
 * behaviour remains: a transport client with default connections, and answers that are closed the implementation's way.
 */
final class Implementations {

    /** Followed by default, also by POST, and with every header to every host. */
    private static final String JERSEY_REDIRECTS = "jersey.config.client.followRedirects";

    private static final String CXF_REDIRECTS = "http.autoredirect";
    private static final String RESTEASY_REDIRECTS = "dev.resteasy.client.follow.redirects";

    /** Properties that are not the application's to set on a transport: a redirect there takes the key along. */
    private static final Set<String> REDIRECTS = Set.of(JERSEY_REDIRECTS, CXF_REDIRECTS, RESTEASY_REDIRECTS);

    /** What was found by name; some of it is asked for by each call. Names are not asked for with two kinds of argument. */
    private static final ClassValue<Map<String, Optional<Method>>> METHODS = new ClassValue<>() {
        @Override
        protected Map<String, Optional<Method>> computeValue(Class<?> type) {
            return new ConcurrentHashMap<>();
        }
    };

    private Implementations() {}

    /**
     * What decides how the application's client connects, beyond the portable settings: RESTEasy's engine, which has all
     * of its builder's settings, or Jersey's connector provider. {@code null} where there is none.
     */
    static @Nullable Object connections(@Nullable Client client, @Nullable Configuration configuration) {
        Object engine = engine(client);
        return engine != null ? engine : call(configuration, "getConnectorProvider");
    }

    /**
     * A builder whose clients connect in the same way.
     *
     * @throws IllegalStateException when these connections would let a redirect take the key along
     */
    static ClientBuilder builder(@Nullable Object connections) {
        ClientBuilder builder = ClientBuilder.newBuilder();
        if (connections == null) {
            return builder;
        }
        if (Boolean.TRUE.equals(call(connections, "isFollowRedirects"))) {
            throw new IllegalStateException("RESTEasy's engine follows redirects, which could carry the key to another"
                    + " host; give PoolSwitch clients of its own, with which it follows them itself:"
                    + " PoolSwitchFilter.builder(pool).transport(ClientBuilder::newClient)");
        }
        Method httpEngine = taking(builder.getClass(), "httpEngine", connections);
        if (httpEngine != null) {
            invoke(builder, httpEngine, connections);
            return builder;
        }
        Configuration jersey = jerseyConfig(builder, connections);
        return jersey == null ? builder : builder.withConfig(jersey);
    }

    /** Whether threads may share a target, as they may with all but CXF; told of the one where it is worth it. */
    static boolean sharesTargets(Client client) {
        return client.getClass().getName().startsWith("org.glassfish.jersey.");
    }

    /** Whether closing a client would close the application's connections. */
    static boolean shares(Client client, ClientTraits traits) {
        return traits.connections() != null && engine(client) == traits.connections();
    }

    /** Whether the application's client would follow redirects. */
    static boolean followsRedirects(ClientRequestContext request) {
        Configuration configuration = request.getConfiguration();
        if (call(configuration, "getConnectorProvider") != null) {
            return flag(request, JERSEY_REDIRECTS, true);
        }
        return Boolean.TRUE.equals(call(engine(request.getClient()), "isFollowRedirects"))
                || flag(request, CXF_REDIRECTS, false);
    }

    /** Makes a transport keep the key to itself: redirects come back, so that each hop can be looked at first. */
    static void tame(Client transport) {
        REDIRECTS.forEach(name -> transport.property(name, false));
        Object engine = engine(transport);
        Method setter = engine == null ? null : taking(engine.getClass(), "setFollowRedirects", false);
        if (engine != null && setter != null) {
            invoke(engine, setter, false);
        }
        keepOutOfLog(transport);
        ApacheConnector.tame(transport);
    }

    static boolean concernsRedirects(String property) {
        return REDIRECTS.contains(property);
    }

    /** Closes an answer without reading on. RESTEasy's close would read to the end, however long that takes. */
    static void drop(Response response) {
        Method release = taking(response.getClass(), "releaseConnection", false);
        if (release == null) {
            response.close();
        } else {
            invoke(response, release, false);
        }
    }

    /** CXF logs each request that fails with its address, in which a key may stand; the application has the exception. */
    private static void keepOutOfLog(Configurable<?> transport) {
        try {
            ClassLoader loader = transport.getClass().getClassLoader();
            Class<?> silence = Class.forName("org.apache.cxf.logging.NoOpFaultListener", true, loader);
            transport.property(
                    "org.apache.cxf.logging.FaultListener",
                    silence.getConstructor().newInstance());
        } catch (ReflectiveOperationException e) {
            // Another implementation.
        }
    }

    private static boolean flag(ClientRequestContext request, String name, boolean otherwise) {
        Object value = request.getProperty(name);
        if (value == null && request.getConfiguration() != null) {
            value = request.getConfiguration().getProperty(name);
        }
        return value == null ? otherwise : Boolean.parseBoolean(value.toString());
    }

    private static @Nullable Object engine(@Nullable Client client) {
        return call(client, "httpEngine");
    }

    private static @Nullable Configuration jerseyConfig(ClientBuilder builder, Object connectorProvider) {
        try {
            Class<?> type = Class.forName(
                    "org.glassfish.jersey.client.ClientConfig",
                    true,
                    builder.getClass().getClassLoader());
            Object config = type.getConstructor().newInstance();
            Method setter = taking(type, "connectorProvider", connectorProvider);
            return setter == null ? null : (Configuration) invoke(config, setter, connectorProvider);
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }

    /** What a method without parameters returns; {@code null} if there is none of that name. */
    private static @Nullable Object call(@Nullable Object target, String name) {
        Method method = target == null ? null : find(target.getClass(), name, null);
        return target == null || method == null ? null : invoke(target, method);
    }

    private static @Nullable Method taking(Class<?> type, String name, Object argument) {
        return find(type, name, argument);
    }

    private static @Nullable Method find(Class<?> type, String name, @Nullable Object argument) {
        return METHODS.get(type)
                .computeIfAbsent(name, n -> search(type, n, argument))
                .orElse(null);
    }

    /** Looks in public classes only: an implementation's response is often a private subclass. */
    private static Optional<Method> search(Class<?> type, String name, @Nullable Object argument) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            if (!Modifier.isPublic(c.getModifiers())) {
                continue;
            }
            for (Method method : c.getMethods()) {
                if (method.getName().equals(name) && accepts(method.getParameterTypes(), argument)) {
                    return Optional.of(method);
                }
            }
        }
        return Optional.empty();
    }

    private static boolean accepts(Class<?>[] parameters, @Nullable Object argument) {
        if (argument == null) {
            return parameters.length == 0;
        }
        return parameters.length == 1
                && (parameters[0].isInstance(argument)
                        || (parameters[0] == boolean.class && argument instanceof Boolean));
    }

    private static @Nullable Object invoke(Object target, Method method, Object... arguments) {
        try {
            return method.invoke(target, arguments);
        } catch (IllegalAccessException e) {
            return null;
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            return null;
        }
    }
}
