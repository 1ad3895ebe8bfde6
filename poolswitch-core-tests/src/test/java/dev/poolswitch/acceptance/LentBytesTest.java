package dev.poolswitch.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.http.BodyStream;
import dev.poolswitch.http.Look;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The arrays into which the beginnings of answers are read are used again; no answer may ever show in another. */
class LentBytesTest {

    private static final int LENGTH = 1024;

    /** Forbidden: another answer's bytes behind those that have been read. */
    @Test
    void an_array_that_is_still_read_is_lent_to_nobody_else() throws IOException {
        BodyStream first = looked('a');
        assertThat(first.readNBytes(10)).containsOnly('a');

        try (BodyStream second = looked('b')) {
            assertThat(first.readAllBytes()).hasSize(LENGTH - 10).containsOnly('a');
            assertThat(second.readAllBytes()).hasSize(LENGTH).containsOnly('b');
        }
    }

    /** Forbidden: another answer in the bytes that a classifier has kept. */
    @Test
    void what_a_look_has_returned_never_changes() throws IOException {
        byte[] seen;
        try (BodyStream first = body(filled('a'))) {
            seen = first.prefix(LENGTH, Look.FIRST_READ);
            assertThat(first.readAllBytes()).containsOnly('a');
        }

        looked('b').close();

        assertThat(seen).hasSize(LENGTH).containsOnly('a');
    }

    /** Forbidden: a foreign byte, whichever threads read an answer one after the other, and wherever it is closed. */
    @Test
    void answers_that_go_from_thread_to_thread_stay_what_they_are() throws Exception {
        ConcurrentLinkedQueue<Reader> readers = new ConcurrentLinkedQueue<>();
        AtomicLong whole = new AtomicLong();
        Threads.run(6, Duration.ofMillis(700), () -> {
            ThreadLocalRandom random = ThreadLocalRandom.current();
            Reader polled = random.nextInt(3) == 0 ? null : readers.poll();
            Reader reader = polled == null ? new Reader(random.nextInt(3_000) + 1) : polled;
            if (reader.readsOn(random.nextInt(1_000) + 1)) {
                readers.add(reader);
            } else {
                whole.incrementAndGet();
            }
        });
        assertThat(whole).hasPositiveValue();
    }

    /** An answer and how far it has been read. */
    private static final class Reader {

        private final byte[] expected;
        private final BodyStream body;
        private int at;

        Reader(int length) {
            expected = new byte[length];
            new Random().nextBytes(expected);
            body = body(expected);
            assertThat(body.prefix(LENGTH, Look.FIRST_READ))
                    .isEqualTo(Arrays.copyOf(expected, Math.min(length, LENGTH)));
        }

        /** Reads on; whether there is more to read, for now and then the answer is closed early. */
        boolean readsOn(int most) throws IOException {
            byte[] piece = body.readNBytes(most);
            assertThat(piece).isEqualTo(Arrays.copyOfRange(expected, at, Math.min(at + most, expected.length)));
            at += piece.length;
            if (at < expected.length && most % 20 != 0) {
                return true;
            }
            body.close();
            return false;
        }
    }

    private static BodyStream looked(char content) {
        BodyStream stream = body(filled(content));
        assertThat(stream.prefix(LENGTH, Look.FIRST_READ)).hasSize(LENGTH).containsOnly(content);
        return stream;
    }

    private static byte[] filled(char content) {
        byte[] bytes = new byte[LENGTH];
        Arrays.fill(bytes, (byte) content);
        return bytes;
    }

    private static BodyStream body(byte[] bytes) {
        return new BodyStream(new ByteArrayInputStream(bytes), bytes.length, new BodyStream.Connection() {
            @Override
            public void giveBack() {}

            @Override
            public void drop() {}
        });
    }
}
