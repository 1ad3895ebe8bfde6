package dev.poolswitch.httpclient5;

import dev.poolswitch.http.Attempt;
import dev.poolswitch.http.BodyStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.AbstractHttpEntity;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;
import org.jspecify.annotations.Nullable;

/** An answer's body that can be judged, tapped, and closed without reading it to its end. */
final class BodyEntity extends HttpEntityWrapper {

    private final Runnable abort;
    private final BooleanSupplier cancelled;
    private @Nullable Attempt attempt;
    private @Nullable BodyStream stream;

    BodyEntity(HttpEntity entity, Runnable abort, BooleanSupplier cancelled) {
        super(entity);
        this.abort = abort;
        this.cancelled = cancelled;
    }

    void tap(Attempt delivered) {
        attempt = delivered;
        if (stream != null) {
            stream.tap(delivered);
        }
    }

    byte[] prefix(int maxBytes, @Nullable Duration patience) {
        try {
            return getContent() instanceof BodyStream body ? body.prefix(maxBytes, patience) : new byte[0];
        } catch (IOException e) {
            // The caller will meet the same failure; until then the head alone is judged.
            return new byte[0];
        }
    }

    /** The one stream, however often it is asked for. */
    @Override
    public InputStream getContent() throws IOException {
        BodyStream body = stream;
        if (body == null) {
            body = new BodyStream(super.getContent(), getContentLength(), abort, cancelled);
            if (attempt != null) {
                body.tap(attempt);
            }
            stream = body;
        }
        return body;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        AbstractHttpEntity.writeTo(this, out);
    }

    @Override
    public void close() throws IOException {
        getContent().close();
    }
}
