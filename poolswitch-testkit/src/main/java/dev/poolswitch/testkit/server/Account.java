package dev.poolswitch.testkit.server;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The limits that one key has or several share, and what is used of them. Thread-safe. */
final class Account {
    private static final long CONCURRENCY_WAIT_NANOS = 1_000_000_000;

    private final Behaviour behaviour;
    private final LongSupplier clock;
    private final List<Meter> requests;
    private final List<Meter> tokens;
    private long admitted;
    private int inFlight;

    Account(Behaviour behaviour, LongSupplier clock) {
        this.behaviour = behaviour;
        this.clock = clock;
        long now = clock.getAsLong();
        requests = behaviour.requestLimits().stream()
                .map(limit -> Meter.of(limit, now))
                .toList();
        tokens = behaviour.tokenLimits().stream()
                .map(limit -> Meter.of(limit, now))
                .toList();
    }

    synchronized Admission admit(String model, long tokenCount) {
        long now = clock.getAsLong();
        Refusal refusal = refusal(model, tokenCount, now);
        if (refusal == null) {
            requests.forEach(meter -> meter.take(1, now));
            tokens.forEach(meter -> meter.take(tokenCount, now));
            admitted++;
            inFlight++;
        }
        return new Admission(refusal, now, inFlight, gauges(now));
    }

    synchronized void end() {
        inFlight--;
    }

    private @Nullable Refusal refusal(String model, long tokenCount, long now) {
        if (behaviour.standing() != Behaviour.Standing.GOOD) {
            boolean closed = behaviour.standing() == Behaviour.Standing.DEACTIVATED;
            return Refusal.of(closed ? Problem.DEACTIVATED : Problem.UNKNOWN_KEY, model);
        }
        if (behaviour.forbids(model)) {
            return Refusal.of(Problem.FORBIDDEN_MODEL, model);
        }
        if (admitted >= behaviour.quota()) {
            return Refusal.of(Problem.OUT_OF_QUOTA, model);
        }
        for (Meter meter : tokens) {
            if (tokenCount > meter.limit()) {
                return new Refusal(Problem.TOO_LARGE, model, meter.limit(), meter.remaining(now), tokenCount, 0);
            }
        }
        int most = behaviour.maxConcurrent();
        if (inFlight >= most) {
            return new Refusal(Problem.TOO_MANY_AT_ONCE, model, most, 0, 1, CONCURRENCY_WAIT_NANOS);
        }
        Refusal refusal = overLimit(requests, Problem.TOO_MANY_REQUESTS, model, 1, now);
        return refusal == null ? overLimit(tokens, Problem.TOO_MANY_TOKENS, model, tokenCount, now) : refusal;
    }

    /** The refusal by the meter that needs the longest wait. */
    private static @Nullable Refusal overLimit(
            List<Meter> meters, Problem problem, String model, long amount, long now) {
        Refusal worst = null;
        for (Meter meter : meters) {
            long wait = meter.waitNanos(amount, now);
            if (wait > 0 && (worst == null || wait > worst.waitNanos())) {
                worst = new Refusal(problem, model, meter.limit(), meter.remaining(now), amount, wait);
            }
        }
        return worst;
    }

    private List<Gauge> gauges(long now) {
        if (requests.isEmpty() && tokens.isEmpty()) {
            return List.of();
        }
        List<Gauge> gauges = new ArrayList<>(2);
        addTightest(gauges, "requests", requests, now);
        addTightest(gauges, "tokens", tokens, now);
        return gauges;
    }

    private static void addTightest(List<Gauge> gauges, String unit, List<Meter> meters, long now) {
        Gauge tightest = null;
        for (Meter meter : meters) {
            Gauge gauge = new Gauge(unit, meter.limit(), meter.remaining(now), meter.resetNanos(now));
            if (tightest == null
                    || (double) gauge.remaining() / gauge.limit() < (double) tightest.remaining() / tightest.limit()) {
                tightest = gauge;
            }
        }
        if (tightest != null) {
            gauges.add(tightest);
        }
    }
}
