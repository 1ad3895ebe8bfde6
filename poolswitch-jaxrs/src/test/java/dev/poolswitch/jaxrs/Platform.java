package dev.poolswitch.jaxrs;

import dev.poolswitch.testkit.Capability;
import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.ClientBuilder;
import jakarta.ws.rs.core.Configuration;
import java.util.EnumMap;
import java.util.Map;

/**
 * The implementation of Jakarta REST that the tests run on. The same sources run on all of them, so what is special to
 * one is called by reflection.
 */
enum Platform {
    JERSEY("Jersey"),
    JERSEY_APACHE("Jersey, Apache 5"),
    RESTEASY("RESTEasy"),
    CXF("CXF");

    /** The one on the class path; Jersey's connector is chosen by a system property. */
    static final Platform CURRENT = current();

    private final String label;

    Platform(String label) {
        this.label = label;
    }

    /** Its column in the tables of clients. */
    String label() {
        return label;
    }

    private static Platform current() {
        String builder = ClientBuilder.newBuilder().getClass().getName();
        if (builder.startsWith("org.jboss.resteasy")) {
            return RESTEASY;
        }
        if (builder.startsWith("org.apache.cxf")) {
            return CXF;
        }
        return "apache5".equals(System.getProperty("poolswitch.test.connector")) ? JERSEY_APACHE : JERSEY;
    }

    static boolean isJersey() {
        return CURRENT == JERSEY || CURRENT == JERSEY_APACHE;
    }

    /** A builder as its users have it. */
    static ClientBuilder builder() {
        ClientBuilder builder = ClientBuilder.newBuilder();
        if (CURRENT == CXF) {
            builder.property("org.apache.cxf.transports.http.configuration.HTTPClientPolicy", cxfWithoutChunks());
        }
        return CURRENT == JERSEY_APACHE ? builder.withConfig(apacheConfig()) : builder;
    }

    /** Jersey follows by default, CXF when asked; RESTEasy's own following would leak, so there it is switched off. */
    static void followRedirects(ClientBuilder builder, boolean follow) {
        if (isJersey()) {
            builder.property("jersey.config.client.followRedirects", follow);
        } else if (CURRENT == CXF) {
            builder.property("http.autoredirect", follow);
        }
    }

    Map<Capability, String> gaps() {
        Map<Capability, String> gaps = new EnumMap<>(Capability.class);
        gaps.put(Capability.CANCEL, "Jakarta REST has no cancel for synchronous calls");
        gaps.put(Capability.CALL_TIMEOUT, "Jakarta REST has no timeout for a whole call");
        gaps.put(Capability.CONNECTION_COUNT, "the API does not tell");
        gaps.put(Capability.WEB_SOCKET, "the API has none");
        gaps.put(Capability.CACHE, "the API has none");
        gaps.put(Capability.HTTP_2, "the API does not tell");
        gaps.put(Capability.DUPLEX, "the API has none");
        if (this != JERSEY_APACHE) {
            gaps.put(Capability.GZIP, "decoded where the application registers an interceptor for it");
        }
        gaps.put(Capability.UNREAD_BODY, "entities are read, in part or whole, before there is a connection");
        gaps.put(Capability.EXPECT_CONTINUE, "no implementation waits for it by default");
        switch (this) {
            case JERSEY ->
                gaps.put(
                        Capability.NO_HIDDEN_REPEATS,
                        "HttpURLConnection sends again what a broken connection left unanswered");
            case RESTEASY -> {
                gaps.put(Capability.REDIRECTS, "does not follow them by default; has its own test, RedirectsTest");
                gaps.put(
                        Capability.ASYNC_WAITS_ASIDE,
                        "a waiting call holds a thread of the client's executor, of which RESTEasy has few");
            }
            case CXF -> {
                gaps.put(
                        Capability.ASYNC,
                        "request filters run on the caller's thread, so async() returns when the call is over; the"
                                + " result has its own test, RotationTest");
                gaps.put(Capability.CONNECTION_REUSE, "java.net.http opens and closes connections as it likes");
            }
            default -> {}
        }
        return gaps;
    }

    static Client client() {
        return builder().build();
    }

    /** By default entities above 4 KiB go out in chunks, whatever their length. */
    private static Object cxfWithoutChunks() {
        try {
            Class<?> type = Class.forName("org.apache.cxf.transports.http.configuration.HTTPClientPolicy");
            Object policy = type.getConstructor().newInstance();
            type.getMethod("setAllowChunking", boolean.class).invoke(policy, false);
            return policy;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    static Configuration apacheConfig() {
        try {
            Class<?> config = Class.forName("org.glassfish.jersey.client.ClientConfig");
            Class<?> spi = Class.forName("org.glassfish.jersey.client.spi.ConnectorProvider");
            Object provider = Class.forName("org.glassfish.jersey.apache5.connector.Apache5ConnectorProvider")
                    .getConstructor()
                    .newInstance();
            Object configured = config.getMethod("connectorProvider", spi)
                    .invoke(config.getConstructor().newInstance(), provider);
            // By default entities go out in chunks, whatever their length.
            Class<?> processing = Class.forName("org.glassfish.jersey.client.RequestEntityProcessing");
            config.getMethod("property", String.class, Object.class)
                    .invoke(
                            configured,
                            "jersey.config.client.request.entity.processing",
                            processing.getField("BUFFERED").get(null));
            return (Configuration) configured;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
