package dev.poolswitch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.verdict.Verdict;
import dev.poolswitch.verdict.VerdictKind;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GateRulesTest {

    private static final List<VerdictKind> KINDS = List.of(VerdictKind.values());
    private static final long SECOND = 1_000_000_000L;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private final GateRules rules = new GateRules(HOUR, 3);
    private final KeySlot slot = Keys.slot("k");

    @Test
    void a_stated_wait_closes_the_gate_until_then() {
        GateState state = rules.refused(GateState.OPEN, limited(20 * SECOND), lease(5), 10 * SECOND);

        assertThat(state.closedUntil()).isEqualTo(30 * SECOND);
        assertThat(state.probeDue(30 * SECOND - 1)).isFalse();
        assertThat(state.probeDue(30 * SECOND)).isTrue();
    }

    @Test
    void an_earlier_deadline_never_shortens_a_later_one() {
        GateState state = rules.refused(GateState.OPEN, limited(60 * SECOND), lease(5), 10 * SECOND);
        state = rules.refused(state, limited(SECOND), lease(6), 11 * SECOND);

        assertThat(state.closedUntil()).isEqualTo(70 * SECOND);
    }

    @Test
    void a_later_deadline_wins() {
        GateState state = rules.refused(GateState.OPEN, limited(SECOND), lease(5), 10 * SECOND);
        state = rules.refused(state, limited(60 * SECOND), lease(6), 10 * SECOND);

        assertThat(state.closedUntil()).isEqualTo(70 * SECOND);
    }

    @Test
    void neither_end_ever_goes_back_whatever_happens() {
        Random random = new Random(7);
        for (int round = 0; round < 2_000; round++) {
            GateState state = GateState.OPEN;
            long now = SECOND;
            for (int i = 0; i < 20; i++) {
                now += random.nextLong(2 * HOUR);
                GateState before = state;
                Lease lease = lease(now - random.nextLong(MINUTE));
                VerdictKind kind = KINDS.get(random.nextInt(KINDS.size()));
                Duration wait = random.nextBoolean() ? null : Duration.ofNanos(random.nextLong(40 * DAY));
                Verdict verdict = verdict(kind, wait);
                if (kind.refusesKey()) {
                    state = rules.refused(state, verdict, lease, now);
                } else if (kind == VerdictKind.UPSTREAM_ERROR) {
                    state = rules.failed(
                            state.probeDue(now) ? state.withProbe(lease) : state, verdict, lease, now, true);
                }
                assertThat(state.closedUntil()).isGreaterThanOrEqualTo(before.closedUntil());
                assertThat(state.avoidUntil()).isGreaterThanOrEqualTo(before.avoidUntil());
                assertThat(state.avoidUntil()).isGreaterThanOrEqualTo(state.closedUntil());
            }
        }
    }

    @Test
    void a_success_that_began_before_the_refusal_does_not_clear_it() {
        GateState state = rules.refused(GateState.OPEN, limited(20 * SECOND), lease(5), 10 * SECOND);

        assertThat(rules.succeeded(state, lease(9 * SECOND)).open()).isFalse();
    }

    @Test
    void a_success_that_began_at_the_instant_of_the_refusal_does_not_clear_it() {
        GateState state = rules.refused(GateState.OPEN, limited(20 * SECOND), lease(5), 10 * SECOND);

        assertThat(rules.succeeded(state, lease(10 * SECOND)).open()).isFalse();
    }

    @Test
    void a_success_that_passed_while_the_gate_was_open_does_not_clear_it_though_its_clock_read_later() {
        GateState state = rules.refused(GateState.OPEN, limited(20 * SECOND), lease(5), 10 * SECOND);

        assertThat(rules.succeeded(state, lease(11 * SECOND)).open()).isFalse();
    }

    @Test
    void a_success_of_a_lease_that_was_taken_although_the_gate_was_closed_clears_it() {
        GateState state = rules.refused(GateState.OPEN, limited(20 * SECOND), lease(5), 10 * SECOND);
        Lease anyway = lease(11 * SECOND);
        anyway.anyway = true;

        assertThat(rules.succeeded(state, anyway).open()).isTrue();
    }

    @Test
    void a_probe_that_began_at_the_instant_of_the_refusal_clears_it() {
        GateState state = rules.refused(GateState.OPEN, limited(0), lease(5), 10 * SECOND);
        Lease probe = lease(10 * SECOND);

        assertThat(rules.succeeded(state.withProbe(probe), probe).open()).isTrue();
    }

    @Test
    void a_success_of_the_probe_clears_it() {
        GateState state = rules.refused(GateState.OPEN, limited(20 * SECOND), lease(5), 10 * SECOND);
        Lease probe = lease(31 * SECOND);
        GateState after = rules.succeeded(state.withProbe(probe), probe);

        assertThat(after.open()).isTrue();
        assertThat(after.streak()).isZero();
    }

    @Test
    void a_late_success_of_the_probe_itself_gives_the_probe_back() {
        Lease probe = lease(31 * SECOND);
        GateState state = rules.refused(GateState.OPEN, limited(20 * SECOND), lease(5), 10 * SECOND)
                .withProbe(probe);
        state = rules.refused(state, limited(60 * SECOND), lease(6), 32 * SECOND);
        state = rules.succeeded(state, probe);

        assertThat(state.open()).isFalse();
        assertThat(state.probe()).isNull();
    }

    @Test
    void unstated_rate_limits_in_a_row_rest_250_ms_doubling_to_1_min() {
        GateState state = GateState.OPEN;
        long now = SECOND;
        double[] seconds = {0.25, 0.5, 1, 2, 4, 8, 16, 32, 60, 60};
        for (double expected : seconds) {
            state = rules.refused(state, verdict(VerdictKind.RATE_LIMITED, null), lease(now), now);
            assertThat(state.closedUntil() - now).isEqualTo((long) (expected * SECOND));
            now = state.closedUntil();
        }
    }

    @Test
    void a_stated_wait_of_nothing_is_believed_once_and_then_rests_as_if_nothing_was_stated() {
        GateState state = GateState.OPEN;
        long now = SECOND;
        double[] seconds = {0, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 60, 60};
        for (double expected : seconds) {
            state = rules.refused(state, limited(0), lease(now), now);
            assertThat(state.closedUntil() - now).isEqualTo((long) (expected * SECOND));
            now = state.closedUntil() + 1;
        }
    }

    @Test
    void a_stated_wait_of_anything_at_all_is_believed_however_often_it_comes() {
        GateState state = GateState.OPEN;
        long now = SECOND;
        for (int i = 0; i < 20; i++) {
            state = rules.refused(state, limited(1_000_000), lease(now), now);
            assertThat(state.closedUntil() - now).isEqualTo(1_000_000);
            now = state.closedUntil();
        }
    }

    @Test
    void several_calls_that_were_out_at_once_do_not_prove_a_wait_of_nothing_wrong() {
        GateState state = GateState.OPEN;
        for (int i = 0; i < 50; i++) {
            state = rules.refused(state, limited(0), lease(5), 10 * SECOND + i);
        }

        assertThat(state.closedUntil()).isEqualTo(10 * SECOND + 49);
    }

    @Test
    void a_success_ends_the_streak_so_that_the_next_refusal_rests_short_again() {
        GateState state = GateState.OPEN;
        long now = SECOND;
        for (int i = 0; i < 5; i++) {
            state = rules.refused(state, verdict(VerdictKind.RATE_LIMITED, null), lease(now), now);
            now = state.closedUntil();
        }
        state = recovered(state, now);
        state = rules.refused(state, verdict(VerdictKind.RATE_LIMITED, null), lease(now + 1), now + 1);

        assertThat(state.closedUntil() - now - 1).isEqualTo(SECOND / 4);
    }

    @Test
    void concurrent_refusals_count_as_one() {
        GateState state = GateState.OPEN;
        for (int i = 0; i < 50; i++) {
            state = rules.refused(state, verdict(VerdictKind.RATE_LIMITED, null), lease(5), 10 * SECOND + i);
        }

        assertThat(state.streak()).isOne();
        assertThat(state.closedUntil()).isLessThan(11 * SECOND + 50);
    }

    @Test
    void concurrent_refusals_with_a_long_wait_do_not_lengthen_the_hard_block() {
        GateState state = GateState.OPEN;
        for (int i = 0; i < 8; i++) {
            state = rules.refused(state, spent(Duration.ofDays(20)), lease(5), 10 * SECOND + i);
        }

        assertThat(state.closedUntil()).isLessThanOrEqualTo(10 * SECOND + HOUR + 8);
        assertThat(state.period()).isEqualTo(HOUR);
    }

    @Test
    void a_late_refusal_with_a_short_wait_does_not_shorten_the_step_between_probes() {
        GateState state = rules.refused(GateState.OPEN, spent(Duration.ofDays(20)), lease(5), 10 * SECOND);
        state = rules.refused(state, limited(SECOND), lease(6), 11 * SECOND);
        assertThat(state.cause()).isEqualTo(VerdictKind.QUOTA_EXHAUSTED);

        long now = state.closedUntil();
        state = rules.refused(state, spent(Duration.ofDays(20)), lease(now), now);

        assertThat(state.closedUntil() - now).isEqualTo(2 * HOUR);
    }

    @Test
    void a_rejected_key_is_quarantined_10_min_doubling_to_24_h() {
        GateState state = GateState.OPEN;
        long now = SECOND;
        long[] minutes = {10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440};
        for (long expected : minutes) {
            state = rules.refused(state, verdict(VerdictKind.KEY_REJECTED, null), lease(now), now);
            assertThat(state.closedUntil() - now).isEqualTo(expected * MINUTE);
            now = state.closedUntil();
            assertThat(state.probeDue(now)).isTrue();
        }
    }

    @Test
    void a_long_stated_wait_is_hard_for_an_hour_and_then_probed_at_doubling_intervals() {
        GateState state = GateState.OPEN;
        long now = SECOND;
        long end = now + 10 * DAY;
        long[] hours = {1, 2, 4, 8, 16, 32, 64};
        for (long expected : hours) {
            state = rules.refused(state, spent(Duration.ofNanos(end - now)), lease(now), now);
            assertThat(state.closedUntil() - now).isEqualTo(expected * HOUR);
            assertThat(state.avoidUntil()).isEqualTo(end);
            now = state.closedUntil();
        }
        state = rules.refused(state, spent(Duration.ofNanos(end - now)), lease(now), now);
        assertThat(state.closedUntil()).isEqualTo(Math.min(end, now + 128 * HOUR));
    }

    @Test
    void a_refused_probe_without_a_stated_wait_keeps_the_wait_that_was_stated_before() {
        GateState state = rules.refused(GateState.OPEN, spent(Duration.ofDays(10)), lease(1), SECOND);
        long now = state.closedUntil();
        state = rules.refused(state, verdict(VerdictKind.QUOTA_EXHAUSTED, null), lease(now), now);

        assertThat(state.closedUntil() - now).isEqualTo(2 * HOUR);
        assertThat(state.avoidUntil()).isEqualTo(SECOND + 10 * DAY);
    }

    @ParameterizedTest
    @ValueSource(longs = {31L * 24 * 3600 + 1, 400L * 24 * 3600, Long.MAX_VALUE})
    void a_stated_wait_beyond_31_days_is_not_believed(long seconds) {
        GateState state = rules.refused(GateState.OPEN, spent(Duration.ofSeconds(seconds)), lease(1), SECOND);

        assertThat(state.avoidUntil()).isEqualTo(SECOND + HOUR);
    }

    @Test
    void a_stated_wait_of_31_days_is_believed() {
        GateState state = rules.refused(GateState.OPEN, spent(Duration.ofDays(31)), lease(1), SECOND);

        assertThat(state.avoidUntil()).isEqualTo(SECOND + 31 * DAY);
        assertThat(state.closedUntil()).isEqualTo(SECOND + HOUR);
    }

    @Test
    void the_circuit_opens_after_so_many_failures_in_a_row_and_is_half_open_by_one_probe() {
        GateState state = failures(GateState.OPEN, 2, 10 * SECOND);
        assertThat(state.open()).isTrue();

        state = failures(state, 1, 10 * SECOND);
        assertThat(state.cause()).isEqualTo(VerdictKind.UPSTREAM_ERROR);
        assertThat(state.closedUntil()).isEqualTo(40 * SECOND);

        Lease probe = lease(40 * SECOND);
        assertThat(state.withProbe(probe).probeDue(41 * SECOND)).isFalse();
        GateState again = rules.failed(state.withProbe(probe), broken(), probe, 41 * SECOND, false);
        assertThat(again.closedUntil()).isEqualTo(101 * SECOND);
        assertThat(again.probe()).isNull();

        GateState healed = rules.succeeded(state.withProbe(probe), probe);
        assertThat(healed.open()).isTrue();
        assertThat(healed.failures()).isZero();
    }

    @Test
    void a_success_between_failures_keeps_the_circuit_closed() {
        GateState state = GateState.OPEN;
        for (int i = 0; i < 20; i++) {
            state = failures(state, 2, 10 * SECOND);
            state = rules.succeeded(state, lease(10 * SECOND));
        }

        assertThat(state.open()).isTrue();
    }

    @Test
    void a_circuit_that_must_not_open_stays_closed_but_counts() {
        GateState state = GateState.OPEN;
        for (int i = 0; i < 20; i++) {
            state = rules.failed(state, broken(), lease(5), 10 * SECOND, false);
        }

        assertThat(state.open()).isTrue();
        assertThat(state.failures()).isEqualTo(20);
    }

    @Test
    void probes_of_another_block_that_keep_failing_open_the_circuit_too() {
        GateState state = rules.refused(GateState.OPEN, limited(SECOND), lease(5), 10 * SECOND);
        long now = state.closedUntil();
        for (int i = 0; i < 3; i++) {
            Lease probe = lease(now);
            state = rules.failed(state.withProbe(probe), broken(), probe, now, true);
        }

        assertThat(state.closedUntil()).isGreaterThan(now);
    }

    @Test
    void an_opening_circuit_does_not_forget_a_longer_block() {
        GateState state = rules.refused(GateState.OPEN, spent(Duration.ofDays(20)), lease(1), SECOND);
        long now = state.closedUntil();
        for (int i = 0; i < 3; i++) {
            Lease probe = lease(now);
            state = rules.failed(state.withProbe(probe), broken(), probe, now, true);
        }

        assertThat(state.avoidUntil()).isEqualTo(SECOND + 20 * DAY);
    }

    @ParameterizedTest
    @EnumSource(
            value = VerdictKind.class,
            names = {"RATE_LIMITED", "QUOTA_EXHAUSTED", "KEY_REJECTED", "KEY_FORBIDDEN"})
    void every_refusal_of_the_probe_gives_the_probe_back(VerdictKind kind) {
        GateState state = rules.refused(GateState.OPEN, limited(SECOND), lease(5), 10 * SECOND);
        Lease probe = lease(state.closedUntil());
        state = rules.refused(state.withProbe(probe), verdict(kind, null), probe, state.closedUntil());

        assertThat(state.probe()).isNull();
    }

    @Test
    void a_probe_that_began_at_the_instant_of_a_refusal_proves_nothing() {
        GateState state = rules.refused(GateState.OPEN, limited(SECOND), lease(5), 10 * SECOND);
        Lease probe = lease(11 * SECOND);
        GateState again = rules.refused(state.withProbe(probe), limited(SECOND), lease(6), 11 * SECOND);

        assertThat(rules.succeeded(again, probe)).isSameAs(again);
    }

    @Test
    void somebody_elses_end_leaves_the_probe_alone() {
        GateState state = rules.refused(GateState.OPEN, limited(SECOND), lease(5), 10 * SECOND);
        Lease probe = lease(state.closedUntil());
        GateState probing = state.withProbe(probe);

        assertThat(rules.probeReturned(probing, lease(6)).probe()).isSameAs(probe);
        assertThat(rules.refused(probing, limited(SECOND), lease(6), 12 * SECOND)
                        .probe())
                .isSameAs(probe);
        assertThat(rules.probeReturned(probing, probe).probe()).isNull();
    }

    @Test
    void after_a_recovery_the_load_ramps_up() {
        GateState state = rules.refused(GateState.OPEN, limited(SECOND), lease(5), 10 * SECOND);
        long now = state.closedUntil();
        state = recovered(state, now);
        for (int expected = 2; expected <= 64; expected++) {
            assertThat(state.ramp()).isEqualTo(expected);
            state = rules.succeeded(state, lease(now));
        }
        assertThat(state.ramp()).isZero();
        assertThat(rules.succeeded(state, lease(now)).ramp()).isZero();
    }

    @Test
    void a_reset_forgets_and_outranks_what_others_have_stored() {
        GateState state = rules.refused(GateState.OPEN, spent(Duration.ofDays(20)), lease(5), 10 * SECOND);
        GateState after = rules.reset(state, 11 * SECOND);

        assertThat(after.open()).isTrue();
        assertThat(after.generation()).isEqualTo(state.generation() + 1);
    }

    private GateState recovered(GateState state, long now) {
        Lease probe = lease(now);
        return rules.succeeded(state.withProbe(probe), probe);
    }

    private GateState failures(GateState before, int times, long now) {
        GateState state = before;
        for (int i = 0; i < times; i++) {
            state = rules.failed(state, broken(), lease(now - 1), now, true);
        }
        return state;
    }

    private Lease lease(long startedAt) {
        return new Lease(slot, LeaseRequest.any(), startedAt);
    }

    private static Verdict limited(long waitNanos) {
        return verdict(VerdictKind.RATE_LIMITED, Duration.ofNanos(waitNanos));
    }

    private static Verdict spent(Duration wait) {
        return verdict(VerdictKind.QUOTA_EXHAUSTED, wait);
    }

    private static Verdict broken() {
        return verdict(VerdictKind.UPSTREAM_ERROR, null);
    }

    private static Verdict verdict(VerdictKind kind, @Nullable Duration wait) {
        return Verdict.of(kind, "test").withWait(wait);
    }
}
