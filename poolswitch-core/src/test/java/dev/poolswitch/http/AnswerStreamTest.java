package dev.poolswitch.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class AnswerStreamTest {

    private static final Duration PATIENT = Duration.ofSeconds(8);
    private static final Duration IMPATIENT = Duration.ofMillis(300);

    private final ExecutorService readers = Executors.newCachedThreadPool();
    private final Ends ends = new Ends();

    @AfterEach
    void stop() {
        readers.shutdownNow();
    }

    @Test
    void what_was_looked_at_is_read_again() throws IOException {
        AnswerStream stream = stream(new ByteArrayInputStream(bytes("hello world")), -1);

        assertThat(stream.prefix(5, PATIENT)).isEqualTo(bytes("hello"));

        assertThat(stream.readAllBytes()).isEqualTo(bytes("hello world"));
        assertThat(ends.told).containsExactly("given back");
    }

    @Test
    void a_look_without_patience_is_one_read() {
        InputStream pieces =
                new SequenceInputStream(new ByteArrayInputStream(bytes("one")), new ByteArrayInputStream(bytes("two")));

        assertThat(stream(pieces, -1).prefix(100, null)).isEqualTo(bytes("one"));
    }

    @Test
    void a_look_gives_up_in_time_and_the_reader_goes_on_behind_it() throws Exception {
        Slow slow = new Slow();
        slow.come("one");
        AnswerStream stream = stream(slow, -1);

        assertThat(stream.prefix(100, IMPATIENT)).isEqualTo(bytes("one"));
        slow.come("two");
        slow.come("three");
        slow.come("");

        assertThat(new String(stream.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("onetwothree");
        assertThat(ends.told).containsExactly("given back");
    }

    @Test
    void a_complete_answer_gives_its_connection_back_before_it_is_read() throws IOException {
        AnswerStream stream = stream(new ByteArrayInputStream(bytes("refused")), 7);

        stream.prefix(100, PATIENT);

        assertThat(ends.told).containsExactly("given back");
        assertThat(stream.readAllBytes()).isEqualTo(bytes("refused"));
        stream.close();
        assertThat(ends.told).hasSize(1);
    }

    @Test
    void discarding_a_stalled_answer_drops_its_connection_without_waiting() throws Exception {
        Slow slow = new Slow();
        AnswerStream stream = stream(slow, -1);

        stream.discard();

        assertThat(ends.first.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(ends.told).containsExactly("dropped");
    }

    @Test
    void discarding_an_endless_answer_drops_its_connection() {
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return 'x';
            }

            @Override
            public int available() {
                return 1;
            }
        };

        stream(endless, -1).discard();

        assertThat(ends.told).containsExactly("dropped");
    }

    @Test
    void closing_early_gives_back_a_rest_that_is_there_and_drops_one_that_is_not() {
        stream(new ByteArrayInputStream(bytes("short")), 5).close();
        stream(new ByteArrayInputStream(bytes("short")), 1000).close();

        assertThat(ends.told).containsExactly("given back", "dropped");
    }

    @Test
    void discarding_keeps_an_interrupt() {
        Thread.currentThread().interrupt();

        stream(new ByteArrayInputStream(bytes("x")), -1).discard();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(ends.told).containsExactly("given back");
    }

    @Test
    void a_failure_during_a_look_is_met_by_the_reader() {
        InputStream broken = new InputStream() {
            private int left = 2;

            @Override
            public int read(byte[] array, int offset, int length) throws IOException {
                if (left-- == 0) {
                    throw new IOException("reset");
                }
                array[offset] = 'x';
                return 1;
            }

            @Override
            public int read() {
                throw new UnsupportedOperationException();
            }
        };
        AnswerStream stream = stream(broken, -1);

        assertThat(stream.prefix(100, PATIENT)).isEqualTo(bytes("xx"));

        assertThatThrownBy(stream::readAllBytes).isInstanceOf(IOException.class).hasMessage("reset");
    }

    @Test
    void a_closed_answer_cannot_be_read_on() {
        AnswerStream stream = stream(new ByteArrayInputStream(bytes("abc")), -1);
        stream.close();

        assertThatThrownBy(stream::read).isInstanceOf(IOException.class).hasMessageContaining("closed");
    }

    private AnswerStream stream(InputStream raw, long length) {
        return new AnswerStream(raw, length, readers, ends);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static final class Ends implements AnswerStream.Connection {

        private final List<String> told = new ArrayList<>();
        private final CountDownLatch first = new CountDownLatch(1);

        @Override
        public synchronized void giveBack() {
            told.add("given back");
            first.countDown();
        }

        @Override
        public synchronized void drop() {
            told.add("dropped");
            first.countDown();
        }
    }

    /** Blocks until something comes, and never says beforehand that it has. An empty text is the end. */
    private static final class Slow extends InputStream {

        private final BlockingQueue<byte[]> pieces = new LinkedBlockingQueue<>();

        void come(String text) {
            pieces.add(bytes(text));
        }

        @Override
        public int read(byte[] array, int offset, int length) throws IOException {
            try {
                byte[] piece = pieces.take();
                System.arraycopy(piece, 0, array, offset, piece.length);
                return piece.length == 0 ? -1 : piece.length;
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException();
        }
    }
}
