package dev.poolswitch.httpclient5;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;

/** A request body that can be written only once, and whether that has begun. */
final class OneShotEntity extends HttpEntityWrapper {

    private volatile boolean begun;

    OneShotEntity(HttpEntity entity) {
        super(entity);
    }

    boolean untouched() {
        return !begun;
    }

    @Override
    public InputStream getContent() throws IOException {
        begun = true;
        return super.getContent();
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        begun = true;
        super.writeTo(out);
    }
}
