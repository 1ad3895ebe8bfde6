package dev.poolswitch.jaxrs;

import jakarta.ws.rs.client.Client;

/**
 * A client that sends attempts.
 *
 * @param client the client
 * @param shared whether its connections are those of the application's client, which closes them itself
 */
record Transport(Client client, boolean shared) {

    /** Closes the client; does not refer to this object, so that it can run when that is garbage. */
    Runnable closing() {
        Client own = client;
        return shared ? () -> {} : own::close;
    }
}
