package dev.poolswitch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadySetTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 63, 64, 65, 128, 129, 4096, 4097, 10_000})
    void behaves_as_a_bit_set_in_every_size(int size) {
        Random random = new Random(size);
        ReadySet set = new ReadySet(size);
        BitSet model = new BitSet(size);
        model.set(0, size);
        for (int i = 0; i < 5_000; i++) {
            int position = random.nextInt(size);
            // Long stretches of each, so that words become empty and full.
            if ((i / 500) % 2 == 0) {
                set.clear(position);
                model.clear(position);
            } else {
                set.set(position);
                model.set(position);
            }
            int from = random.nextInt(size + 2);
            assertThat(set.next(from)).isEqualTo(next(model, from % size));
            int any = set.random();
            assertThat(any >= 0 ? model.get(any) : model.isEmpty()).isTrue();
        }
    }

    @Test
    void without_positions_there_is_none_to_be_found() {
        ReadySet set = new ReadySet(0);

        assertThat(set.next(0)).isEqualTo(-1);
        assertThat(set.random()).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 640})
    void a_random_position_is_nearly_evenly_distributed(int size) {
        ReadySet set = new ReadySet(size);
        int[] seen = new int[size];
        for (int i = 0; i < size * 400; i++) {
            seen[set.random()]++;
        }

        assertThat(Arrays.stream(seen).min().orElse(0)).isGreaterThan(250);
        assertThat(Arrays.stream(seen).max().orElse(0)).isLessThan(550);
    }

    /** Forbidden: a position that was set last is not found, however many others were cleared in the same word. */
    @Test
    void a_set_position_is_found_at_rest_whatever_was_cleared_beside_it() throws Exception {
        int size = 200;
        ReadySet set = new ReadySet(size);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<?>> running = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int own = t;
            running.add(threads.submit(() -> {
                Random random = new Random(own);
                for (int i = 0; i < 200_000; i++) {
                    int position = random.nextInt(size / 4) * 4 + own;
                    set.clear(position);
                    if (random.nextInt(3) == 0) {
                        set.set(position);
                    }
                }
                for (int position = own; position < size; position += 4) {
                    set.clear(position);
                }
                set.set(own * 4 + own);
            }));
        }
        for (Future<?> each : running) {
            each.get(10, TimeUnit.SECONDS);
        }
        threads.shutdown();

        assertThat(set.next(0)).isEqualTo(0);
        assertThat(set.next(1)).isEqualTo(5);
        assertThat(set.next(6)).isEqualTo(10);
        assertThat(set.next(11)).isEqualTo(15);
        assertThat(set.next(16)).isEqualTo(0);
    }

    private static int next(BitSet model, int from) {
        int found = model.nextSetBit(from);
        return found >= 0 ? found : model.nextSetBit(0);
    }
}
