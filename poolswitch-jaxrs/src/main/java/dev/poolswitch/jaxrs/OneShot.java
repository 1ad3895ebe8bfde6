package dev.poolswitch.jaxrs;

import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.FilterInputStream;
import java.io.FilterReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.channels.ReadableByteChannel;
import java.util.Iterator;
import java.util.concurrent.Flow;
import java.util.stream.BaseStream;
import org.jspecify.annotations.Nullable;

/** An entity that can be written only once, and whether that has begun. */
final class OneShot {

    private final Object entity;
    private volatile boolean begun;

    /** The guard of an entity; {@code null} for one that can be written again. */
    static @Nullable OneShot of(@Nullable Object entity, @Nullable MediaType type) {
        boolean streamed = entity instanceof InputStream
                || entity instanceof Reader
                || entity instanceof StreamingOutput
                || entity instanceof ReadableByteChannel
                || entity instanceof Iterator
                || entity instanceof BaseStream
                || entity instanceof Flow.Publisher;
        // The parts of a form are often streams, which cannot be seen from here.
        boolean parts = type != null && type.getType().equalsIgnoreCase("multipart");
        return entity != null && (streamed || parts) ? new OneShot(entity) : null;
    }

    private OneShot(Object original) {
        if (original instanceof InputStream stream) {
            entity = new Bytes(stream);
        } else if (original instanceof Reader reader) {
            entity = new Characters(reader);
        } else if (original instanceof StreamingOutput output) {
            entity = watched(output);
        } else {
            entity = original;
        }
    }

    /** The entity to send in the place of the application's. */
    Object entity() {
        return entity;
    }

    boolean untouched() {
        return !begun;
    }

    /** An attempt begins to send. Of a kind that cannot be watched it is not known how far it gets. */
    void sending() {
        begun |= !(entity instanceof Bytes || entity instanceof Characters || entity instanceof StreamingOutput);
    }

    private StreamingOutput watched(StreamingOutput output) {
        return to -> {
            begun = true;
            output.write(to);
        };
    }

    private final class Bytes extends FilterInputStream {

        Bytes(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            begun = true;
            return in.read();
        }

        @Override
        public int read(byte[] array, int offset, int length) throws IOException {
            begun = true;
            return in.read(array, offset, length);
        }

        @Override
        public void close() throws IOException {
            begun = true;
            in.close();
        }
    }

    private final class Characters extends FilterReader {

        Characters(Reader in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            begun = true;
            return in.read();
        }

        @Override
        public int read(char[] array, int offset, int length) throws IOException {
            begun = true;
            return in.read(array, offset, length);
        }

        @Override
        public void close() throws IOException {
            begun = true;
            in.close();
        }
    }
}
