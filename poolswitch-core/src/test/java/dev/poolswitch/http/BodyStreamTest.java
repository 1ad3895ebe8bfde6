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
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class BodyStreamTest {

    private static final Look PATIENT = new Look(Duration.ofSeconds(8), false);
    private static final Look IMPATIENT = new Look(Duration.ofMillis(300), false);

    private final Ends ends = new Ends();

    @Test
    void what_was_looked_at_is_read_again() throws IOException {
        BodyStream stream = stream(new ByteArrayInputStream(bytes("hello world")), -1);

        assertThat(stream.prefix(5, PATIENT)).isEqualTo(bytes("hello"));

        assertThat(stream.readAllBytes()).isEqualTo(bytes("hello world"));
        assertThat(ends.told).containsExactly("given back");
    }

    @Test
    void a_look_without_patience_is_one_read() {
        InputStream pieces =
                new SequenceInputStream(new ByteArrayInputStream(bytes("one")), new ByteArrayInputStream(bytes("two")));

        assertThat(stream(pieces, -1).prefix(100, Look.FIRST_READ)).isEqualTo(bytes("one"));
    }

    @Test
    void a_look_gives_up_in_time_and_the_reader_goes_on_behind_it() throws Exception {
        Slow slow = new Slow();
        slow.come("one");
        BodyStream stream = stream(slow, -1);

        assertThat(stream.prefix(100, IMPATIENT)).isEqualTo(bytes("one"));
        slow.come("two");
        slow.come("three");
        slow.come("");

        assertThat(new String(stream.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("onetwothree");
        assertThat(ends.told).containsExactly("given back");
    }

    @Test
    void a_complete_answer_gives_its_connection_back_before_it_is_read() throws IOException {
        BodyStream stream = stream(new ByteArrayInputStream(bytes("refused")), 7);

        stream.prefix(100, PATIENT);

        assertThat(ends.told).containsExactly("given back");
        assertThat(stream.readAllBytes()).isEqualTo(bytes("refused"));
        stream.close();
        assertThat(ends.told).hasSize(1);
    }

    @Test
    void closing_a_stalled_answer_drops_its_connection_without_waiting() throws Exception {
        Slow slow = new Slow();
        BodyStream stream = stream(slow, -1);

        stream.close();

        assertThat(ends.first.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(ends.told).containsExactly("dropped");
    }

    @Test
    void closing_an_endless_answer_drops_its_connection() {
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

        stream(endless, -1).close();

        assertThat(ends.told).containsExactly("dropped");
    }

    @Test
    void closing_early_gives_back_a_rest_that_comes_soon_and_drops_one_that_is_large_or_late() {
        stream(new ByteArrayInputStream(bytes("short")), 5).close();
        stream(new ByteArrayInputStream(bytes("short")), -1).close();
        stream(new ByteArrayInputStream(new byte[100_000]), 100_000).close();

        assertThat(ends.told).containsExactly("given back", "given back", "dropped");
    }

    @Test
    void who_was_late_once_is_not_waited_for_again() throws Exception {
        Slow slow = new Slow();
        slow.come("one");
        BodyStream stream = stream(slow, -1);
        stream.prefix(100, IMPATIENT);
        long before = System.nanoTime();

        stream.close();

        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofMillis(45));
        assertThat(ends.first.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(ends.told).containsExactly("dropped");
    }

    @Test
    void a_connection_that_can_be_cut_is_dropped_when_nobody_reads_from_it_any_more() {
        Slow slow = new Slow();
        List<String> told = new ArrayList<>();
        BodyStream stream = new BodyStream(slow, -1, new BodyStream.Connection() {
            @Override
            public void giveBack() {
                told.add("given back");
            }

            @Override
            public void drop() {
                told.add("dropped after " + slow.reads.get() + " reads");
            }

            @Override
            public boolean cut() {
                told.add("cut");
                slow.come("");
                return true;
            }
        });
        stream.prefix(100, IMPATIENT);

        stream.close();

        assertThat(told).containsExactly("cut", "dropped after 1 reads");
    }

    @Test
    void two_looks_at_a_slow_stream_see_one_reading_of_it() {
        Slow slow = new Slow();
        slow.come("one");
        BodyStream stream = stream(slow, -1);
        stream.prefix(100, IMPATIENT);
        slow.come("two");

        assertThat(stream.prefix(6, PATIENT)).isEqualTo(bytes("onetwo"));
    }

    @Test
    void a_look_for_the_first_event_ends_with_it_and_the_reader_gets_it_again() throws IOException {
        Slow slow = new Slow();
        slow.come(": hi\n\nda");
        slow.come("ta: 1\n");
        slow.come("\ndata: 2");
        BodyStream stream = stream(slow, -1);

        assertThat(stream.prefix(100, Look.firstEvent(Duration.ofSeconds(8))))
                .isEqualTo(bytes(": hi\n\ndata: 1\n\ndata: 2"));
        slow.come("\n\n");
        slow.come("");

        assertThat(stream.readAllBytes()).isEqualTo(bytes(": hi\n\ndata: 1\n\ndata: 2\n\n"));
    }

    @Test
    void a_look_for_the_first_event_that_does_not_come_in_time_disturbs_nothing() throws IOException {
        Slow slow = new Slow();
        slow.come(": hi\n\n");
        BodyStream stream = stream(slow, -1);

        assertThat(stream.prefix(100, Look.firstEvent(Duration.ofMillis(100)))).isEqualTo(bytes(": hi\n\n"));
        slow.come("data: 1\n\n");
        slow.come("");

        assertThat(stream.readAllBytes()).isEqualTo(bytes(": hi\n\ndata: 1\n\n"));
    }

    @Test
    void a_look_for_the_first_event_ends_with_the_stream_and_with_the_most_bytes_that_are_wanted() {
        assertThat(stream(new ByteArrayInputStream(bytes("data: 1")), -1)
                        .prefix(100, Look.firstEvent(Duration.ofDays(999_999_999))))
                .isEqualTo(bytes("data: 1"));
        assertThat(stream(new ByteArrayInputStream(bytes("data: 1234")), -1)
                        .prefix(5, Look.firstEvent(Duration.ofSeconds(8))))
                .isEqualTo(bytes("data:"));
    }

    @Test
    void closing_for_somebody_who_was_interrupted_waits_for_nothing_and_keeps_the_interrupt() {
        Thread.currentThread().interrupt();

        stream(new Slow(), -1).close();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(ends.told).containsExactly("dropped");
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
        BodyStream stream = stream(broken, -1);

        assertThat(stream.prefix(100, PATIENT)).isEqualTo(bytes("xx"));

        assertThatThrownBy(stream::readAllBytes).isInstanceOf(IOException.class).hasMessage("reset");
    }

    @Test
    void a_closed_answer_cannot_be_read_on() {
        BodyStream stream = stream(new ByteArrayInputStream(bytes("abc")), -1);
        stream.close();

        assertThatThrownBy(stream::read).isInstanceOf(IOException.class).hasMessageContaining("closed");
    }

    private BodyStream stream(InputStream raw, long length) {
        return new BodyStream(raw, length, ends);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static final class Ends implements BodyStream.Connection {

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
        private final AtomicInteger reads = new AtomicInteger();

        void come(String text) {
            pieces.add(bytes(text));
        }

        @Override
        public int read(byte[] array, int offset, int length) throws IOException {
            try {
                byte[] piece = pieces.take();
                reads.incrementAndGet();
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
