package dev.poolswitch.http;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request that may be sent as often as one likes. */
record PlainRequest(String method, String path, long contentLength, Map<String, String> headers)
        implements RequestView {

    PlainRequest with(String name, String value) {
        return new PlainRequest(method, path, contentLength, Map.of(name, value));
    }

    @Override
    public @Nullable String header(String name) {
        return headers.get(name);
    }

    @Override
    public boolean canBeSent() {
        return true;
    }

    @Override
    public boolean repeatable() {
        return true;
    }
}
