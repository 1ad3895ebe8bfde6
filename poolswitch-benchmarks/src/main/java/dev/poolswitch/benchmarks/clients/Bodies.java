package dev.poolswitch.benchmarks.clients;

import java.io.IOException;
import java.io.InputStream;

/** Reads bodies as an application would. */
final class Bodies {

    private Bodies() {}

    static long drain(InputStream body, byte[] buffer) throws IOException {
        long total = 0;
        for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
            total += count;
        }
        return total;
    }
}
