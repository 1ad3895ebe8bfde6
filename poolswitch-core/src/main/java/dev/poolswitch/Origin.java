package dev.poolswitch;

import java.net.URI;
import java.util.Locale;
import java.util.Objects;

/**
 * Scheme, host and port: the boundary that a key never crosses (RFC 6454). Immutable; scheme and host are lower case
 * and the port is always explicit.
 *
 * @param scheme {@code http} or {@code https}
 * @param host the host name or address literal, an IPv6 literal without brackets
 * @param port the port, never -1
 */
public record Origin(String scheme, String host, int port) {

    public Origin {
        scheme = lower(Objects.requireNonNull(scheme, "scheme"));
        host = unbracketed(lower(Objects.requireNonNull(host, "host")));
        if (port <= 0 || port > 65_535) {
            throw new IllegalArgumentException("port must be 1 to 65535, but was " + port);
        }
    }

    /**
     * The origin of an absolute http or https URL.
     *
     * @throws IllegalArgumentException when it has no such scheme or no host; the message never quotes user information
     *     or a query
     */
    public static Origin of(URI url) {
        String scheme = url.getScheme();
        if (scheme == null || url.getHost() == null) {
            throw new IllegalArgumentException("an origin needs a scheme and a host, such as https://api.example.com");
        }
        return new Origin(scheme, url.getHost(), url.getPort() == -1 ? defaultPort(scheme) : url.getPort());
    }

    /** The port that a scheme has when the URL names none: 443 for https and wss, 80 for http and ws. */
    public static int defaultPort(String scheme) {
        return switch (lower(scheme)) {
            case "http", "ws" -> 80;
            case "https", "wss" -> 443;
            default -> throw new IllegalArgumentException("the scheme must be http or https, but was " + scheme);
        };
    }

    /** Whether a hop goes to this origin; host and scheme in any case. */
    public boolean is(String otherScheme, String otherHost, int otherPort) {
        return port == otherPort && scheme.equalsIgnoreCase(otherScheme) && isHost(otherHost);
    }

    /** Some clients keep the brackets of an IPv6 literal. */
    private boolean isHost(String other) {
        int inside = other.startsWith("[") && other.endsWith("]") ? 1 : 0;
        return other.length() - 2 * inside == host.length()
                && other.regionMatches(true, inside, host, 0, host.length());
    }

    /** Whether the host is this machine itself, so that plain http cannot be overheard. */
    public boolean isLoopback() {
        return host.equals("localhost")
                || host.endsWith(".localhost")
                || host.equals("::1")
                || host.equals("0:0:0:0:0:0:0:1")
                || isLoopbackIpv4(host);
    }

    @Override
    public String toString() {
        String shown = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return port == defaultPort(scheme) ? scheme + "://" + shown : scheme + "://" + shown + ":" + port;
    }

    private static boolean isLoopbackIpv4(String host) {
        return host.startsWith("127.") && host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
