package dev.poolswitch;

import java.util.concurrent.atomic.AtomicLong;

/** Counts requests of a calendar month against a quota; what we counted ourselves is hard until the month turns. */
final class MonthlyQuota {

    private static final int USED_BITS = 44;
    private static final long USED_MASK = (1L << USED_BITS) - 1;

    private final long quota;
    private final Months months;
    /** The month's number in the high bits, what is used of it in the low ones, so that both change together. */
    private final AtomicLong monthAndUsed = new AtomicLong();

    MonthlyQuota(long quota, Months months) {
        this.quota = Math.min(quota, USED_MASK);
        this.months = months;
    }

    long quota() {
        return quota;
    }

    boolean tryTake(long now) {
        long month = months.at(now).number();
        while (true) {
            long before = monthAndUsed.get();
            long used = used(before, month);
            if (used >= quota) {
                return false;
            }
            if (monthAndUsed.compareAndSet(before, packed(month, used + 1))) {
                return true;
            }
        }
    }

    /** Gives one request back if it was taken in the running month. */
    void giveBack(long takenAt, long now) {
        Months.Month month = months.at(now);
        if (takenAt < month.beginsAt()) {
            return;
        }
        monthAndUsed.updateAndGet(before -> {
            long used = used(before, month.number());
            return used == 0 ? before : packed(month.number(), used - 1);
        });
    }

    long remaining(long now) {
        return Math.max(0, quota - used(now));
    }

    long used(long now) {
        return used(monthAndUsed.get(), months.at(now).number());
    }

    Months.Month month(long now) {
        return months.at(now);
    }

    /** When the quota has room: 0 when now. */
    long opensAt(long now) {
        return remaining(now) > 0 ? 0 : months.at(now).endsAt();
    }

    /** Adds what was used elsewhere in a month. Returns whether that is the running one. */
    boolean add(long month, long used, long now) {
        boolean running = months.at(now).number() == month;
        if (running) {
            monthAndUsed.updateAndGet(before -> packed(month, Math.min(USED_MASK, used(before, month) + used)));
        }
        return running;
    }

    private static long used(long packed, long month) {
        return packed >>> USED_BITS == month ? packed & USED_MASK : 0;
    }

    private static long packed(long month, long used) {
        return month << USED_BITS | used;
    }
}
