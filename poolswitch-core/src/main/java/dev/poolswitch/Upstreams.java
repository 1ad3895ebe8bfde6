package dev.poolswitch;

import java.net.URI;
import java.net.URISyntaxException;

/** Reads and checks the URLs that a pool may send keys to. */
final class Upstreams {

    private Upstreams() {}

    /** A base URL: absolute, http or https, with a host, without user information, query or fragment. */
    static URI parse(String setting, String url) {
        Checks.notBlank(setting, url);
        URI parsed;
        try {
            parsed = new URI(url.trim());
        } catch (URISyntaxException e) {
            // The cause is left out: its message quotes the whole text, which may hold a key.
            throw new IllegalArgumentException(
                    setting + " is no URL (character " + e.getIndex() + "); give one like https://api.example.com");
        }
        String scheme = parsed.getScheme();
        if (scheme == null || !(scheme.equalsIgnoreCase("https") || scheme.equalsIgnoreCase("http"))) {
            throw new IllegalArgumentException(
                    setting + " must start with https:// or http://; give one like https://api.example.com");
        }
        if (parsed.getHost() == null) {
            throw new IllegalArgumentException(setting + " needs a host; give one like https://api.example.com");
        }
        if (parsed.getRawUserInfo() != null || parsed.getRawQuery() != null || parsed.getRawFragment() != null) {
            throw new IllegalArgumentException(setting
                    + " must not have user information, a query or a fragment; keys belong into key(…), not into URLs");
        }
        return parsed;
    }

    /** Refuses an origin at which a key could be overheard. */
    static Origin checked(String setting, URI url, boolean allowCleartext) {
        Origin origin = Origin.of(url);
        if (origin.scheme().equals("http") && !origin.isLoopback() && !allowCleartext) {
            throw new IllegalArgumentException(
                    setting + " " + origin
                            + " would send keys in clear text; use https://, or call allowCleartext(true) if the network is trusted");
        }
        return origin;
    }
}
