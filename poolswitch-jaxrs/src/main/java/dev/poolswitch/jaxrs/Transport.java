package dev.poolswitch.jaxrs;

import jakarta.ws.rs.client.Client;
import java.util.concurrent.Executor;

/** A client that sends attempts. */
final class Transport {

    private final Client client;
    private final Executor readers;
    private final boolean shared;

    /**
     * A transport.
     *
     * @param client the client
     * @param readers for reads that block while an answer is judged
     * @param shared whether the client's connections are those of the application's client, which closes them itself
     */
    Transport(Client client, Executor readers, boolean shared) {
        this.client = client;
        this.readers = readers;
        this.shared = shared;
    }

    Client client() {
        return client;
    }

    Executor readers() {
        return readers;
    }

    /** Closes the client; does not refer to this object, so that it can run when that is garbage. */
    Runnable closing() {
        return shared ? () -> {} : client::close;
    }
}
