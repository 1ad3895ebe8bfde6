package dev.poolswitch.http;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The headers in which the clients and SDKs of the field carry credentials (design: providers' authentication). */
final class CredentialHeaders {

    private static final List<String> NAMES = List.of("Authorization", "x-api-key", "api-key", "x-goog-api-key");

    private CredentialHeaders() {}

    static boolean any(Predicate<String> test) {
        for (int i = 0; i < NAMES.size(); i++) {
            if (test.test(NAMES.get(i))) {
                return true;
            }
        }
        return false;
    }

    static void forEach(Consumer<String> action) {
        NAMES.forEach(action);
    }
}
