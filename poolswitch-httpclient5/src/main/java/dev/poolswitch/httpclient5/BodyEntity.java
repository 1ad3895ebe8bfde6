package dev.poolswitch.httpclient5;

import dev.poolswitch.http.Attempt;
import dev.poolswitch.http.BodyStream;
import dev.poolswitch.http.Look;
import dev.poolswitch.verdict.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.hc.client5.http.classic.ExecRuntime;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.AbstractHttpEntity;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;
import org.jspecify.annotations.Nullable;

/** An answer's body that can be judged, tapped, and closed without reading it to its end. */
final class BodyEntity extends HttpEntityWrapper implements AnswerView.Prefix, BodyStream.Connection {

    private final ExecRuntime runtime;
    private @Nullable Attempt attempt;
    private @Nullable InputStream content;
    private @Nullable BodyStream stream;

    BodyEntity(HttpEntity entity, ExecRuntime runtime) {
        super(entity);
        this.runtime = runtime;
    }

    void tap(Attempt delivered) {
        attempt = delivered;
        if (stream != null) {
            stream.deliver(delivered);
        }
    }

    @Override
    public boolean prefix(int maxBytes, Look look, Answer.BytesTest test) {
        try {
            return body().prefix(maxBytes, look, test);
        } catch (IOException e) {
            // The caller will meet the same failure; until then the head alone is judged.
            return test.passes(new byte[0], 0, 0);
        }
    }

    @Override
    public InputStream getContent() throws IOException {
        return body();
    }

    /** The one stream, however often it is asked for. */
    private BodyStream body() throws IOException {
        BodyStream body = stream;
        if (body == null) {
            InputStream lent = super.getContent();
            content = lent;
            body = new BodyStream(lent, getContentLength(), this);
            if (attempt != null) {
                body.deliver(attempt);
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
        body().close();
    }

    // ---- the connection as HttpClient lends it: the end of the stream gives it back

    @Override
    public void giveBack() {
        try {
            if (content != null) {
                content.close();
            }
        } catch (IOException | RuntimeException e) {
            // All that will be read of it has been read.
        }
    }

    @Override
    public void drop() {
        runtime.discardEndpoint();
        giveBack();
    }

    @Override
    public boolean cut() {
        runtime.discardEndpoint();
        return true;
    }

    @Override
    public boolean cancelled() {
        return runtime.isExecutionAborted();
    }
}
