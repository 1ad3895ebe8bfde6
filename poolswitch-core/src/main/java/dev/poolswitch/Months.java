package dev.poolswitch;

import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZonedDateTime;

/** Which calendar month the pool's clock is in; computed anew only when a month has ended. */
final class Months {

    /** A month by its number since year 0, and when it begins and ends on the pool's clock. */
    record Month(long number, long beginsAt, long endsAt) {

        String text() {
            return YearMonth.of((int) (number / 12), (int) (number % 12) + 1).toString();
        }
    }

    /** The wall clock is asked again this often, for it may be set. */
    private static final long RECHECK_NANOS = 60_000_000_000L;

    private final PoolClock clock;
    private final ZoneId zone;
    private volatile Month month = new Month(-1, 0, 0);
    private volatile long checkedAt = -RECHECK_NANOS;

    Months(PoolClock clock, ZoneId zone) {
        this.clock = clock;
        this.zone = zone;
    }

    Month at(long now) {
        Month current = month;
        if (now < current.endsAt() && now - checkedAt < RECHECK_NANOS) {
            return current;
        }
        ZonedDateTime wall = clock.wall(now).atZone(zone);
        YearMonth running = YearMonth.from(wall);
        Month fresh = new Month(
                wall.getYear() * 12L + wall.getMonthValue() - 1,
                clock.pool(start(running), now),
                clock.pool(start(running.plusMonths(1)), now));
        month = fresh;
        checkedAt = now;
        return fresh;
    }

    private Instant start(YearMonth of) {
        return of.atDay(1).atStartOfDay(zone).toInstant();
    }

    static long number(String text) {
        YearMonth parsed = YearMonth.parse(text);
        return parsed.getYear() * 12L + parsed.getMonthValue() - 1;
    }
}
