package dev.poolswitch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Against a provider that answers each send at once, on a clock that is moved by hand. */
class GuessedLimitTest {

    private static final long SECOND = 1_000_000_000L;
    private static final long REST = SECOND / 4;

    private final Deque<Long> accepted = new ArrayDeque<>();
    private final Random random = new Random(11);
    private final Tempo tempo = new Tempo(SECOND);
    private GuessedLimit guess = new GuessedLimit(0, 0, 0, 0, 0);
    private boolean guessing;
    private boolean blocked;
    private long restUntil;
    private long sent;
    private long now = SECOND;
    private int served;
    private int refused;

    /** Whether the provider accepts a request now. */
    private interface Provider {
        boolean accepts();
    }

    @Test
    void a_fixed_window_is_learned_after_two_refusals_and_then_filled() {
        drive(fixed(30, SECOND), 100, 5);
        refused = 0;
        served = 0;
        drive(fixed(30, SECOND), 100, 4);

        assertThat(served).isBetween(116, 120);
        assertThat(refused).isLessThanOrEqualTo(4);
    }

    @Test
    void a_sliding_window_is_learned_too() {
        drive(sliding(30), 100, 8);
        refused = 0;
        served = 0;
        drive(sliding(30), 100, 4);

        assertThat(served).isBetween(112, 120);
        assertThat(refused).isLessThanOrEqualTo(4);
    }

    @Test
    void a_minute_is_recognised_after_two_blocks_that_tell_the_same() {
        drive(fixed(60, 60 * SECOND), 5, 250);
        refused = 0;
        served = 0;
        drive(fixed(60, 60 * SECOND), 5, 120);

        assertThat(served).isBetween(110, 120);
        assertThat(refused).isLessThanOrEqualTo(6);
    }

    @Test
    void one_refusal_of_a_key_that_did_little_holds_nobody_back() {
        begin(19);
        guess.recovered(now + REST);
        now += REST;

        assertThat(taken(1000)).isEqualTo(1000);
    }

    @Test
    void one_refusal_of_a_busy_key_holds_it_to_what_it_did_and_lets_it_do_more_each_second() {
        begin(40);
        guess.recovered(now + REST);
        now += SECOND + SECOND / 10;
        assertThat(taken(100)).isEqualTo(50);

        now += SECOND + SECOND / 10;
        assertThat(taken(100)).isEqualTo(62);
    }

    @Test
    void refusals_at_random_are_no_limit() {
        Provider moody = () -> random.nextInt(50) != 0;
        drive(moody, 200, 30);
        served = 0;
        drive(moody, 200, 10);

        // Of 50 sends one is refused and rests the key for a quarter of a second, as long as 50 sends take.
        assertThat(served).isGreaterThan(700);
    }

    @Test
    void a_limit_that_has_been_raised_is_found_again_within_two_minutes_and_without_a_refusal() {
        drive(fixed(10, SECOND), 100, 10);
        count(fixed(100, SECOND), 100, 5);
        // It is the guess that holds the key, so what follows is its rising and not its absence.
        assertThat(served).isBetween(40, 70);

        count(fixed(100, SECOND), 100, 95);
        assertThat(refused).isZero();
        count(fixed(100, SECOND), 100, 10);
        assertThat(served).isBetween(990, 1000);
    }

    @Test
    void a_limit_that_has_been_raised_to_less_than_is_asked_for_is_filled_too() {
        drive(fixed(30, SECOND), 120, 10);
        drive(fixed(100, SECOND), 120, 100);
        count(fixed(100, SECOND), 120, 100);

        assertThat(served).isBetween(9_700, 10_000);
        assertThat(refused).isLessThan(200);
    }

    private void count(Provider provider, int perSecond, int seconds) {
        served = 0;
        refused = 0;
        drive(provider, perSecond, seconds);
    }

    private void begin(long lately) {
        guess = new GuessedLimit(lately, now - SECOND, now, 0, now);
        guessing = true;
    }

    private int taken(int tries) {
        int taken = 0;
        for (int i = 0; i < tries; i++) {
            taken += guess.tryTake(1, now) ? 1 : 0;
        }
        return taken;
    }

    private void drive(Provider provider, int perSecond, int seconds) {
        long end = now + seconds * SECOND;
        while (now < end) {
            now += SECOND / perSecond;
            if (now < restUntil || (guessing && !guess.tryTake(1, now))) {
                continue;
            }
            tempo.begins(sent++, now);
            if (provider.accepts()) {
                served++;
                accepted.addLast(now);
                if (blocked) {
                    blocked = false;
                    guess.recovered(now);
                }
            } else {
                refuse();
            }
        }
    }

    private void refuse() {
        refused++;
        if (guessing && !guess.forgotten(now)) {
            guess.refused(now, 0, now);
        } else {
            guess = new GuessedLimit(tempo.lately(sent, now) - 1, tempo.since(now), now, 0, now);
            guessing = true;
        }
        restUntil = now + (blocked ? 2 * REST : REST);
        blocked = true;
    }

    private Provider fixed(int limit, long window) {
        return () -> {
            accepted.removeIf(at -> at < now / window * window);
            return accepted.size() < limit;
        };
    }

    private Provider sliding(int limit) {
        return () -> {
            accepted.removeIf(at -> at <= now - SECOND);
            return accepted.size() < limit;
        };
    }
}
