package dev.poolswitch.http;

import java.util.List;

/** The headers in which the clients and SDKs of the field carry credentials (design: providers' authentication). */
final class CredentialHeaders {

    private static final List<String> NAMES = List.of("Authorization", "x-api-key", "api-key", "x-goog-api-key");

    private CredentialHeaders() {}

    static boolean contains(String name) {
        for (String known : NAMES) {
            if (known.equalsIgnoreCase(name)) {
                return true;
            }
        }
        return false;
    }
}
