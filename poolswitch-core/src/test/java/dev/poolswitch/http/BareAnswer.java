package dev.poolswitch.http;

import dev.poolswitch.Origin;
import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** An answer that tells nothing but its status. */
record BareAnswer(int status) implements ResponseView {

    @Override
    public boolean answeredBy(Origin origin) {
        return true;
    }

    @Override
    public boolean hasBody() {
        return false;
    }

    @Override
    public long contentLength() {
        return 0;
    }

    @Override
    public boolean prefix(int maxBytes, Look look, BytesTest test) {
        return test.passes(new byte[0], 0, 0);
    }

    @Override
    public @Nullable String header(String name) {
        return null;
    }

    @Override
    public List<String> headers(String name) {
        return List.of();
    }

    @Override
    public void forEachHeader(BiConsumer<String, String> consumer) {}

    @Override
    public Instant receivedAt() {
        return Instant.EPOCH;
    }
}
