package dev.poolswitch.testkit;

import dev.poolswitch.KeyPlacement;

/** The places of a key that each adapter must serve. */
enum Placement {
    BEARER,
    X_API_KEY,
    API_KEY,
    AUTHORIZATION_WITH_ANOTHER_SCHEME,
    QUERY;

    KeyPlacement keyPlacement() {
        return switch (this) {
            case BEARER -> KeyPlacement.bearer();
            case X_API_KEY -> KeyPlacement.header("x-api-key");
            case API_KEY -> KeyPlacement.header("api-key");
            case AUTHORIZATION_WITH_ANOTHER_SCHEME -> KeyPlacement.header("Authorization", "Token");
            case QUERY -> KeyPlacement.queryParameter("key");
        };
    }
}
