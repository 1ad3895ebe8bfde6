package dev.poolswitch.testkit.server;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** What a reply's body consists of. */
sealed interface Content {
    Content NONE = new Bytes(new byte[0]);

    /** The number of bytes that {@link #writeTo} writes. */
    long size();

    void writeTo(BodySink sink) throws IOException;

    /** A body that is held; nobody changes the array. */
    final class Bytes implements Content {
        private final byte[] bytes;

        Bytes(byte[] bytes) {
            this.bytes = bytes;
        }

        byte[] bytes() {
            return bytes;
        }

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public void writeTo(BodySink sink) throws IOException {
            sink.write(bytes, 0, bytes.length);
        }
    }

    /** The letters a to z, over and over, never held as a whole. */
    record Alphabet(long size) implements Content {
        // A multiple of 26, so that each block begins with an a.
        private static final byte[] BLOCK = block(26 * 620);

        private static byte[] block(int length) {
            byte[] block = new byte[length];
            for (int i = 0; i < length; i++) {
                block[i] = (byte) ('a' + i % 26);
            }
            return block;
        }

        @Override
        public void writeTo(BodySink sink) throws IOException {
            for (long left = size; left > 0; left -= BLOCK.length) {
                sink.write(BLOCK, 0, (int) Math.min(left, BLOCK.length));
            }
        }
    }

    /** Blocks that leave one by one; the first at once. */
    record Events(List<byte[]> blocks, Duration interval) implements Content {
        @Override
        public long size() {
            return blocks.stream().mapToLong(block -> block.length).sum();
        }

        @Override
        public void writeTo(BodySink sink) throws IOException {
            boolean first = true;
            for (byte[] block : blocks) {
                if (!first) {
                    sink.pause(interval.toNanos());
                }
                first = false;
                sink.write(block, 0, block.length);
                sink.flush();
            }
        }
    }
}
