package dev.poolswitch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.verdict.Budget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class WindowMeterTest {

    private static final long START = 1_000_000_000L;
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    /** What is known to have been sent: when, and how much. */
    private record Sent(long at, long amount) {}

    static List<Long> seeds() {
        return new Random(42).longs(40).boxed().toList();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void never_more_than_the_limit_in_any_window(long seed) {
        Random random = new Random(seed);
        long window = Duration.ofMillis(1 + random.nextInt(120_000)).toNanos();
        long limit = 1L + random.nextInt(200);
        WindowMeter meter = meter(limit, window);
        List<Sent> sent = new ArrayList<>();
        long now = START;
        for (int i = 0; i < 3_000; i++) {
            now += step(random, window);
            long amount = 1L + random.nextInt((int) Math.min(limit, 20));
            if (meter.tryTake(amount, now)) {
                sent.add(new Sent(now, amount));
            }
        }

        assertNoWindowHoldsMoreThan(limit, window, sent);
    }

    @Test
    void a_refusal_although_the_limit_was_kept_to_lets_permits_come_back_later() {
        WindowMeter meter = full(START);
        long before = meter.opensAt(1, START);

        meter.refused(START, START);

        assertThat(meter.opensAt(1, START) - before).isEqualTo(MINUTE / 500);
    }

    @ParameterizedTest
    @CsvSource({"1000, 50", "60000, 250", "10000, 250"})
    void refusals_keep_permits_for_no_longer_than_a_twentieth_of_the_window_and_a_quarter_of_a_second(
            long windowMillis, long latestMillis) {
        long window = Duration.ofMillis(windowMillis).toNanos();
        WindowMeter meter = meter(10, window);
        meter.take(10, START);
        for (int i = 0; i < 20; i++) {
            meter.refused(START + i, START + i);
        }

        assertThat(meter.opensAt(1, START + 20) - START - window)
                .isEqualTo(Duration.ofMillis(latestMillis).toNanos());
    }

    @Test
    void the_guard_of_a_day_is_wide_enough_for_any_way() {
        long day = Duration.ofDays(1).toNanos();
        WindowMeter meter = meter(10, day);
        meter.take(10, START);

        meter.refused(START, START);

        assertThat(meter.opensAt(1, START)).isEqualTo(START + day + day / 500);
    }

    @Test
    void a_refusal_of_what_began_before_the_guard_grew_tells_nothing_new() {
        WindowMeter meter = full(START);
        meter.refused(START, START + 10);
        long once = meter.opensAt(1, START + 10);

        meter.refused(START + 5, START + 20);

        assertThat(meter.opensAt(1, START + 20)).isEqualTo(once);
    }

    @Test
    void a_refusal_while_much_is_left_has_another_reason() {
        WindowMeter meter = meter(10, MINUTE);
        meter.take(5, START);

        meter.refused(START, START);
        meter.take(5, START);

        assertThat(meter.opensAt(1, START)).isEqualTo(START + MINUTE + MINUTE / 500);
    }

    @Test
    void after_long_calm_permits_come_back_as_early_as_ever() {
        WindowMeter meter = full(START);
        for (int i = 0; i < 20; i++) {
            meter.refused(START + i, START + i);
        }
        long now = START;
        for (int i = 0; i < 10; i++) {
            now += 201 * MINUTE;
            meter.take(10, now);
        }

        assertThat(meter.opensAt(1, now)).isEqualTo(now + MINUTE + MINUTE / 500);
    }

    private static WindowMeter full(long now) {
        WindowMeter meter = meter(10, MINUTE);
        meter.take(10, now);
        return meter;
    }

    /** Takes are undone and settled in any order, long after they were made: what stays must still respect the limit. */
    @ParameterizedTest
    @MethodSource("seeds")
    void never_more_than_the_limit_when_reservations_are_given_back_late(long seed) {
        Random random = new Random(seed);
        long window = MINUTE;
        long limit = 1L + random.nextInt(100);
        WindowMeter meter = meter(limit, window);
        List<Sent> reserved = new ArrayList<>();
        List<Sent> kept = new ArrayList<>();
        long now = START;
        for (int i = 0; i < 3_000; i++) {
            now += step(random, window);
            long amount = 1L + random.nextInt((int) Math.min(limit, 30));
            if (random.nextInt(3) > 0 && meter.tryTake(amount, now)) {
                reserved.add(new Sent(now, amount));
            } else if (!reserved.isEmpty()) {
                Sent done = reserved.remove(random.nextInt(reserved.size()));
                long unused = random.nextLong(done.amount() + 1);
                meter.giveBack(unused, done.at(), now);
                kept.add(new Sent(done.at(), done.amount() - unused));
            }
            assertThat(meter.utilisation(now)).isBetween(0.0, 1.0);
        }
        kept.addAll(reserved);
        kept.sort((a, b) -> Long.compare(a.at(), b.at()));

        assertNoWindowHoldsMoreThan(limit, window, kept);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void a_permit_comes_back_at_most_half_a_percent_of_the_window_late(long seed) {
        Random random = new Random(seed);
        long window = Duration.ofMillis(100 + random.nextInt(120_000)).toNanos();
        int limit = 1 + random.nextInt(50);
        WindowMeter meter = meter(limit, window);
        List<Long> sent = new ArrayList<>();
        long now = START;
        for (int i = 0; i < 2_000; i++) {
            now += step(random, window);
            boolean mustFit = sent.size() < limit || sent.get(sent.size() - limit) + window + window / 200 <= now;
            boolean fits = meter.tryTake(1, now);
            assertThat(fits || !mustFit).isTrue();
            if (fits) {
                sent.add(now);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void tells_when_there_will_be_room_and_is_right(long seed) {
        Random random = new Random(seed);
        WindowMeter meter = meter(10, MINUTE);
        long now = START;
        for (int i = 0; i < 2_000; i++) {
            now += step(random, MINUTE);
            long amount = 1L + random.nextInt(10);
            long at = meter.opensAt(amount, now);
            if (at == 0) {
                assertThat(meter.tryTake(amount, now)).isTrue();
            } else {
                assertThat(at).isGreaterThan(now);
                assertThat(meter.opensAt(amount, at - 1)).isNotZero();
                assertThat(meter.opensAt(amount, at)).isZero();
                now = at;
            }
        }
    }

    @Test
    void more_than_the_whole_limit_goes_when_the_window_is_empty_else_it_could_never_go() {
        WindowMeter meter = meter(10, MINUTE);

        assertThat(meter.tryTake(50, START)).isTrue();
        assertThat(meter.tryTake(1, START)).isFalse();
    }

    @Test
    void what_was_cut_to_the_limit_is_given_back_as_it_was_taken() {
        WindowMeter meter = meter(10, MINUTE);
        meter.take(3, START);
        meter.take(10, START + 1);
        meter.giveBack(50, START + 1, START + 1);

        assertThat(meter.utilisation(START + 1)).isGreaterThanOrEqualTo(0.3);
    }

    @Test
    void giving_back_after_the_window_has_passed_frees_nothing_of_others() {
        WindowMeter meter = meter(10, MINUTE);
        meter.tryTake(10, START);
        long later = START + 2 * MINUTE;
        meter.tryTake(10, later);
        meter.giveBack(10, START, later);

        assertThat(meter.tryTake(1, later + 1)).isFalse();
    }

    @Test
    void giving_back_twice_never_makes_room_that_is_not_there() {
        WindowMeter meter = meter(10, MINUTE);
        meter.tryTake(5, START);
        for (int i = 0; i < 5; i++) {
            meter.giveBack(5, START, START);
        }

        assertThat(meter.utilisation(START)).isZero();
        assertThat(meter.tryTake(10, START)).isTrue();
        assertThat(meter.tryTake(1, START)).isFalse();
    }

    @Test
    void a_settlement_upwards_may_exceed_the_limit_and_blocks_until_it_has_passed() {
        WindowMeter meter = meter(10, MINUTE);
        meter.tryTake(1, START);
        meter.settleUp(99, START);

        assertThat(meter.utilisation(START)).isEqualTo(10.0);
        assertThat(meter.tryTake(1, START + MINUTE / 2)).isFalse();
        assertThat(meter.tryTake(10, START + MINUTE + MINUTE / 200)).isTrue();
    }

    @Test
    void absurd_usage_neither_overflows_nor_blocks_for_ever() {
        WindowMeter meter = meter(10, MINUTE);
        for (int i = 0; i < 5; i++) {
            meter.settleUp(Long.MAX_VALUE, START);
        }

        assertThat(meter.tryTake(1, START + 1)).isFalse();
        assertThat(meter.tryTake(10, START + MINUTE + MINUTE / 200)).isTrue();
    }

    @Test
    void the_largest_limit_is_no_limit() {
        WindowMeter meter = meter(Long.MAX_VALUE, MINUTE);
        for (int i = 0; i < 5; i++) {
            assertThat(meter.tryTake(Long.MAX_VALUE / 32, START + i)).isTrue();
        }
    }

    @Test
    void a_large_limit_costs_no_more_memory_than_a_small_one() {
        WindowMeter meter = meter(1_000_000, MINUTE);
        for (int i = 0; i < 1_000_000; i++) {
            assertThat(meter.tryTake(1, START + i * (MINUTE / 1_000_000))).isTrue();
        }

        assertThat(meter.entries()).isLessThanOrEqualTo(401);
    }

    private static void assertNoWindowHoldsMoreThan(long limit, long window, List<Sent> sent) {
        int first = 0;
        long inWindow = 0;
        for (Sent each : sent) {
            inWindow += each.amount();
            while (each.at() - sent.get(first).at() >= window) {
                inWindow -= sent.get(first++).amount();
            }
            assertThat(inWindow).isLessThanOrEqualTo(limit);
        }
    }

    /** Bursts, trickles and rests, and threads whose reading of the clock is a little old. */
    private static long step(Random random, long window) {
        return switch (random.nextInt(8)) {
            case 0, 1, 2 -> 0;
            case 3, 4 -> random.nextLong(window / 1000 + 1);
            case 5, 6 -> random.nextLong(window / 20 + 1);
            default -> random.nextLong(window + 1);
        };
    }

    private static WindowMeter meter(long limit, long window) {
        return new WindowMeter(new Limit(Budget.Unit.REQUESTS, limit, Duration.ofNanos(window)));
    }
}
