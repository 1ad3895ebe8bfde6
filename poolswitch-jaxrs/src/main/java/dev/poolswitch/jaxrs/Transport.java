package dev.poolswitch.jaxrs;

import jakarta.ws.rs.client.Client;

/** A client that sends attempts. */
final class Transport {

    private final Client client;
    private final boolean shared;

    /**
     * A transport.
     *
     * @param client the client
     * @param shared whether the client's connections are those of the application's client, which closes them itself
     */
    Transport(Client client, boolean shared) {
        this.client = client;
        this.shared = shared;
    }

    Client client() {
        return client;
    }

    /** Closes the client; does not refer to this object, so that it can run when that is garbage. */
    Runnable closing() {
        return shared ? () -> {} : client::close;
    }
}
