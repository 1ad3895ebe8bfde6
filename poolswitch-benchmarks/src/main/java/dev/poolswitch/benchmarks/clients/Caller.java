package dev.poolswitch.benchmarks.clients;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** A client that is ready to send. Both calls read the whole answer and return how many bytes it had. */
interface Caller extends AutoCloseable {

    String JSON =
            "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"How are things going today?\"}]}";
    byte[] BYTES = JSON.getBytes(StandardCharsets.UTF_8);

    /** A request to a model. */
    long post() throws Exception;

    /** The large answer. */
    long stream() throws Exception;

    @Override
    void close() throws IOException;
}
