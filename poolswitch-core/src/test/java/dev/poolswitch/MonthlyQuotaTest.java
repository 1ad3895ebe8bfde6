package dev.poolswitch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MonthlyQuotaTest {

    private final ManualTime time = new ManualTime(Instant.parse("2026-01-31T23:59:00Z"));
    private final PoolClock clock = new PoolClock(time);
    private final MonthlyQuota quota = new MonthlyQuota(3, new Months(clock, ZoneOffset.UTC));

    @Test
    void at_zero_the_key_rests_until_the_month_turns() {
        for (int i = 0; i < 3; i++) {
            assertThat(quota.tryTake(clock.now())).isTrue();
        }
        assertThat(quota.tryTake(clock.now())).isFalse();
        assertThat(clock.wall(quota.opensAt(clock.now()))).isEqualTo(Instant.parse("2026-02-01T00:00:00Z"));

        time.advance(Duration.ofSeconds(60).minusNanos(1));
        assertThat(quota.tryTake(clock.now())).isFalse();
        time.advance(Duration.ofNanos(1));
        assertThat(quota.remaining(clock.now())).isEqualTo(3);
        assertThat(quota.tryTake(clock.now())).isTrue();
    }

    @Test
    void what_was_not_counted_by_the_provider_comes_back() {
        long taken = clock.now();
        quota.tryTake(taken);
        quota.giveBack(taken, clock.now());

        assertThat(quota.remaining(clock.now())).isEqualTo(3);
    }

    @Test
    void a_request_of_last_month_does_not_come_back_in_this_month() {
        long taken = clock.now();
        quota.tryTake(taken);
        time.advance(Duration.ofMinutes(2));
        quota.tryTake(clock.now());
        quota.giveBack(taken, clock.now());

        assertThat(quota.remaining(clock.now())).isEqualTo(2);
    }

    @Test
    void giving_back_too_much_never_makes_the_quota_larger() {
        for (int i = 0; i < 5; i++) {
            quota.giveBack(clock.now(), clock.now());
        }

        assertThat(quota.remaining(clock.now())).isEqualTo(3);
        assertThat(quota.used(clock.now())).isZero();
    }

    @Test
    void what_was_used_before_a_restart_counts_in_its_month_only() {
        quota.add(Months.number("2026-01"), 2, clock.now());
        quota.add(Months.number("2025-12"), 1, clock.now());

        assertThat(quota.remaining(clock.now())).isOne();
    }

    @Test
    void a_wall_clock_that_is_set_is_noticed_within_a_minute() {
        quota.tryTake(clock.now());
        time.setWall(Instant.parse("2026-06-10T00:00:00Z"));
        time.advance(Duration.ofSeconds(60));

        assertThat(quota.remaining(clock.now())).isEqualTo(3);
        assertThat(quota.month(clock.now()).text()).isEqualTo("2026-06");
    }

    @ParameterizedTest
    @CsvSource({
        "2026-02-28T20:00:00Z, UTC,                2026-02, 2026-03-01T00:00:00Z",
        "2026-02-28T20:00:00Z, Asia/Tokyo,         2026-03, 2026-03-31T15:00:00Z",
        "2026-03-01T03:00:00Z, America/New_York,   2026-02, 2026-03-01T05:00:00Z",
        "2026-03-15T00:00:00Z, America/New_York,   2026-03, 2026-04-01T04:00:00Z",
        "2026-10-05T00:00:00Z, Europe/Berlin,      2026-10, 2026-10-31T23:00:00Z",
        "2028-02-29T12:00:00Z, UTC,                2028-02, 2028-03-01T00:00:00Z",
        "2026-12-31T23:59:59Z, UTC,                2026-12, 2027-01-01T00:00:00Z",
        "9999-12-31T12:00:00Z, UTC,                9999-12, +10000-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z, America/New_York,   1969-12, 1970-01-01T05:00:00Z",
    })
    void a_month_ends_where_the_quota_zone_says(Instant now, ZoneId zone, String month, Instant end) {
        PoolClock there = new PoolClock(new ManualTime(now));
        Months.Month running = new Months(there, zone).at(there.now());

        assertThat(running.text()).isEqualTo(month);
        assertThat(there.wall(running.endsAt())).isEqualTo(end);
        assertThat(Months.number(running.text())).isEqualTo(running.number());
    }

    @Test
    void many_threads_never_take_more_than_the_quota() throws Exception {
        MonthlyQuota large = new MonthlyQuota(50_000, new Months(clock, ZoneOffset.UTC));
        AtomicInteger taken = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(8);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        for (int t = 0; t < 8; t++) {
            threads.execute(() -> {
                for (int i = 0; i < 10_000; i++) {
                    if (large.tryTake(clock.now())) {
                        taken.incrementAndGet();
                        if (i % 10 == 0) {
                            large.giveBack(clock.now(), clock.now());
                            taken.decrementAndGet();
                        }
                    }
                }
                done.countDown();
            });
        }
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        threads.shutdown();

        assertThat(taken).hasValueLessThanOrEqualTo(50_000);
        assertThat(large.used(clock.now())).isEqualTo(taken.get());
    }
}
