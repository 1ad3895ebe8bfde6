package dev.poolswitch.jaxrs;

import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.ClientBuilder;
import jakarta.ws.rs.client.ClientRequestContext;
import jakarta.ws.rs.core.Configuration;
import java.lang.ref.Cleaner;
import java.lang.ref.WeakReference;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The transport clients: one for each set of entity providers and connection settings that requests come with, which is
 * one in all for most applications. Making one for each request would be a hundred times slower.
 */
final class Transports implements AutoCloseable {

    /** Enough for some targets with providers of their own, few enough for an application that registers new ones always. */
    private static final int MOST = 16;

    private static final Cleaner CLEANER = Cleaner.create();
    private static final Latest NONE = new Latest(new WeakReference<>(null), new WeakReference<>(null));

    private final @Nullable Supplier<Client> supplier;
    private final Map<ClientTraits, Transport> transports = new LinkedHashMap<>(16, 0.75f, true);
    private volatile Latest latest = NONE;
    private boolean closed;

    /** Most requests come with the same configuration as the one before. */
    private record Latest(WeakReference<Configuration> configuration, WeakReference<Transport> transport) {}

    Transports(@Nullable Supplier<Client> supplier) {
        this.supplier = supplier;
    }

    /** The transport for a request of the application. */
    Transport transportFor(ClientRequestContext request) {
        Configuration configuration = request.getConfiguration();
        Latest known = latest;
        if (configuration != null && known.configuration.get() == configuration) {
            Transport transport = known.transport.get();
            if (transport != null) {
                return transport;
            }
        }
        Transport transport = find(request, configuration);
        latest = new Latest(new WeakReference<>(configuration), new WeakReference<>(transport));
        return transport;
    }

    private synchronized Transport find(ClientRequestContext request, @Nullable Configuration configuration) {
        if (closed) {
            throw new IllegalStateException("the PoolSwitchFilter is closed");
        }
        ClientTraits traits = ClientTraits.of(request.getClient(), configuration);
        Transport transport = transports.get(traits);
        if (transport == null) {
            Client client = supplier == null ? inheriting(traits, configuration) : supplier.get();
            Implementations.tame(client);
            traits.providers().forEach(provider -> provider.registerWith(client));
            transport = new Transport(client, supplier == null && Implementations.shares(client, traits));
            transports.put(traits, transport);
            if (transports.size() > MOST) {
                forgetEldest();
            }
        }
        return transport;
    }

    private static Client inheriting(ClientTraits traits, @Nullable Configuration configuration) {
        ClientBuilder builder = Implementations.builder(traits.connections());
        if (traits.sslContext() != null) {
            builder.sslContext(traits.sslContext());
        }
        if (traits.hostnameVerifier() != null) {
            builder.hostnameVerifier(traits.hostnameVerifier());
        }
        if (configuration != null) {
            configuration.getProperties().forEach((name, value) -> {
                if (!Implementations.concernsRedirects(name)) {
                    builder.property(name, value);
                }
            });
        }
        return builder.build();
    }

    /** Its last answers may still be read, so it is closed when nobody refers to it any more. */
    private void forgetEldest() {
        Transport eldest = transports.remove(transports.keySet().iterator().next());
        if (eldest != null) {
            CLEANER.register(eldest, eldest.closing());
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        latest = NONE;
        transports.values().forEach(transport -> transport.closing().run());
        transports.clear();
    }
}
