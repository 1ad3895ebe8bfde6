package dev.poolswitch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.verdict.Verdict;
import dev.poolswitch.verdict.VerdictKind;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SpreadTest {

    private static final long SECOND = 1_000_000_000L;
    private static final long NOW = 7 * SECOND;

    private final GateRules rules = new GateRules(3_600 * SECOND, 10);
    private final Lease lease = new Lease(Keys.slot("k"), LeaseRequest.any(), NOW);
    private final Spread spread = new Spread();

    @Test
    void a_few_blocks_may_end_together_exactly_when_they_were_told() {
        for (int i = 0; i < Spread.FEW; i++) {
            assertThat(added(60)).isZero();
        }
    }

    @Test
    void of_many_blocks_that_end_together_each_ends_a_little_later_at_its_own_moment() {
        added(60, Spread.FEW);
        Set<Long> moments = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            long later = added(60);
            assertThat(later).isBetween(0L, SECOND);
            moments.add(later);
        }

        assertThat(moments).hasSizeGreaterThan(900);
    }

    @Test
    void what_is_added_is_a_small_part_of_the_wait_and_never_more_than_a_second() {
        added(1, Spread.FEW);
        added(20_000, Spread.FEW);
        for (int i = 0; i < 1_000; i++) {
            assertThat(added(1)).isBetween(0L, SECOND / 64);
            assertThat(added(20_000)).isBetween(0L, SECOND);
        }
    }

    @Test
    void blocks_that_end_at_other_moments_are_no_crowd() {
        for (int seconds = 1; seconds < 200; seconds++) {
            assertThat(added(seconds)).isZero();
        }
    }

    @Test
    void steps_that_were_not_stated_are_stretched_from_the_second_on() {
        GateState first = refused(GateState.OPEN, null, NOW);
        assertThat(spread.of(GateState.OPEN, first, false, NOW)).isZero();

        long then = first.closedUntil();
        GateState second = rules.refused(first, verdict(null), new Lease(lease.slot(), LeaseRequest.any(), then), then);
        Set<Long> moments = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            long later = spread.of(first, second, false, then);
            assertThat(later).isBetween(0L, SECOND / 2 / 8);
            moments.add(later);
        }
        assertThat(moments).hasSizeGreaterThan(50);
    }

    @Test
    void calls_that_were_out_together_are_one_block() {
        added(60, 10 * Spread.FEW);
        GateState closed = refused(GateState.OPEN, Duration.ofSeconds(60), NOW);

        assertThat(spread.of(closed, refused(closed, Duration.ofSeconds(60), NOW), true, NOW))
                .isZero();
    }

    private void added(int seconds, int times) {
        for (int i = 0; i < times; i++) {
            added(seconds);
        }
    }

    private long added(int seconds) {
        GateState after = refused(GateState.OPEN, Duration.ofSeconds(seconds), NOW);
        return spread.of(GateState.OPEN, after, true, NOW);
    }

    private GateState refused(GateState before, @Nullable Duration wait, long now) {
        return rules.refused(before, verdict(wait), lease, now);
    }

    private static Verdict verdict(@Nullable Duration wait) {
        return Verdict.of(VerdictKind.RATE_LIMITED, "429").withWait(wait);
    }
}
