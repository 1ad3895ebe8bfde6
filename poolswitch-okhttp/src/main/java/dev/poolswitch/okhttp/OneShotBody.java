package dev.poolswitch.okhttp;

import java.io.IOException;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/** A body that can be written only once, and whether that has begun. */
final class OneShotBody extends RequestBody {

    private final RequestBody body;
    private volatile boolean begun;

    OneShotBody(RequestBody body) {
        this.body = body;
    }

    boolean untouched() {
        return !begun;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
        begun = true;
        body.writeTo(sink);
    }

    @Override
    public @Nullable MediaType contentType() {
        return body.contentType();
    }

    @Override
    public long contentLength() throws IOException {
        return body.contentLength();
    }

    @Override
    public boolean isDuplex() {
        return body.isDuplex();
    }

    /** Always, so that OkHttp itself does not send it again either. */
    @Override
    public boolean isOneShot() {
        return true;
    }
}
