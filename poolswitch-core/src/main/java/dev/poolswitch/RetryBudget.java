package dev.poolswitch;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps repetitions after transient faults a small share of all calls, so that a broken upstream is not hit harder than
 * a healthy one: each call earns a fifth of a repetition, and up to ten may be saved. Thread-safe.
 *
 * @see <a href="https://sre.google/sre-book/handling-overload/">Site Reliability Engineering, chapter 21</a>
 */
public final class RetryBudget {

    private static final long PRICE = 5;
    private static final long SAVINGS = 10 * PRICE;

    private final AtomicLong savings = new AtomicLong(SAVINGS);
    private final AtomicLong retries = new AtomicLong();

    RetryBudget() {}

    /** A call has begun. */
    public void earn() {
        long before = savings.get();
        if (before < SAVINGS) {
            savings.compareAndSet(before, before + 1);
        }
    }

    /** Whether one more repetition may be made; if so it is paid for. */
    public boolean tryPay() {
        while (true) {
            long before = savings.get();
            if (before < PRICE) {
                return false;
            }
            if (savings.compareAndSet(before, before - PRICE)) {
                retries.incrementAndGet();
                return true;
            }
        }
    }

    /** How many repetitions have been paid for. */
    public long retries() {
        return retries.get();
    }
}
