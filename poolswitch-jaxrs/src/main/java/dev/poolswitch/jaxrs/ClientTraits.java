package dev.poolswitch.jaxrs;

import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.core.Configurable;
import jakarta.ws.rs.core.Configuration;
import jakarta.ws.rs.ext.ContextResolver;
import jakarta.ws.rs.ext.MessageBodyReader;
import jakarta.ws.rs.ext.MessageBodyWriter;
import jakarta.ws.rs.ext.WriterInterceptor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * What a transport client takes over from the application's, and by which it is found again.
 *
 * @param sslContext as the application's
 * @param hostnameVerifier as the application's
 * @param connections as {@link Implementations#connections}
 * @param providers what takes part in writing an entity
 */
record ClientTraits(
        @Nullable SSLContext sslContext,
        @Nullable HostnameVerifier hostnameVerifier,
        @Nullable Object connections,
        Set<Provider> providers) {

    /** The traits of a client, of which CXF's proxies tell nothing, and of a configuration. */
    static ClientTraits of(@Nullable Client client, @Nullable Configuration configuration) {
        return new ClientTraits(
                client == null ? null : client.getSslContext(),
                client == null ? null : client.getHostnameVerifier(),
                Implementations.connections(client, configuration),
                configuration == null ? Set.of() : Provider.allOf(configuration));
    }

    /**
     * A provider in the roles that an attempt needs. Request filters, response filters and reader interceptors are not
     * among them: they work in the application's client, once a call.
     */
    static final class Provider {

        private static final List<Class<?>> ROLES = List.of(
                MessageBodyReader.class, MessageBodyWriter.class, WriterInterceptor.class, ContextResolver.class);

        private static final int USUAL_PRIORITY = 5000;

        private final Class<?> type;
        private final @Nullable Object instance;
        private final Map<Class<?>, Integer> roles;

        private Provider(Class<?> type, @Nullable Object instance, Map<Class<?>, Integer> roles) {
            this.type = type;
            this.instance = instance;
            this.roles = roles;
        }

        static Set<Provider> allOf(Configuration configuration) {
            Set<Provider> providers = new LinkedHashSet<>();
            // CXF lists the classes of instances among the classes, and those of lambdas cannot be registered.
            Set<Class<?>> seen = new HashSet<>();
            for (Object instance : configuration.getInstances()) {
                seen.add(instance.getClass());
                add(providers, configuration, instance.getClass(), instance);
            }
            for (Class<?> type : configuration.getClasses()) {
                if (!seen.contains(type)) {
                    add(providers, configuration, type, null);
                }
            }
            return providers;
        }

        private static void add(
                Set<Provider> providers, Configuration configuration, Class<?> type, @Nullable Object instance) {
            if (ROLES.stream().noneMatch(role -> role.isAssignableFrom(type))) {
                return;
            }
            Map<Class<?>, Integer> registered = configuration.getContracts(type);
            Map<Class<?>, Integer> roles = new HashMap<>();
            for (Class<?> role : ROLES) {
                boolean wanted = registered == null || registered.isEmpty() || registered.containsKey(role);
                if (role.isAssignableFrom(type) && wanted) {
                    roles.put(
                            role, registered == null ? USUAL_PRIORITY : registered.getOrDefault(role, USUAL_PRIORITY));
                }
            }
            if (!roles.isEmpty()) {
                providers.add(new Provider(type, instance, roles));
            }
        }

        void registerWith(Configurable<?> transport) {
            if (transport.getConfiguration().isRegistered(type)) {
                return;
            }
            if (instance == null) {
                transport.register(type, roles);
            } else {
                transport.register(instance, roles);
            }
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Provider that
                    && type == that.type
                    && instance == that.instance
                    && roles.equals(that.roles);
        }

        @Override
        public int hashCode() {
            return type.hashCode() + System.identityHashCode(instance);
        }
    }
}
