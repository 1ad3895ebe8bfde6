package dev.poolswitch;

import dev.poolswitch.verdict.Verdict;
import dev.poolswitch.verdict.VerdictKind;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every interleaving, as far as the model checker gets, of the races that were reasoned about. In the engine's own
 * package, so that it sees what is not public.
 */
class LincheckTest {

    /** Time does not matter here, and timers that pile up would look like endless loops. */
    private static final TimeSource STILL = new TimeSource() {
        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public Instant instant() {
            return Instant.EPOCH;
        }

        @Override
        public Timer schedule(Duration delay, Runnable action) {
            return () -> {};
        }
    };

    protected ModelCheckingOptions options() {
        return size(2, 100);
    }

    @Tag("soak")
    static class Soak extends LincheckTest {
        @Override
        protected ModelCheckingOptions options() {
            return size(50, 2_000);
        }
    }

    private static ModelCheckingOptions size(int scenarios, int interleavings) {
        return new ModelCheckingOptions()
                .iterations(scenarios)
                .invocationsPerIteration(interleavings)
                .threads(2)
                .actorsPerThread(2)
                .actorsBefore(0)
                .actorsAfter(0);
    }

    /** Plain, because the checker looks into every call, and assertions of a library confuse it. */
    private static void forbid(boolean seen, String what) {
        if (seen) {
            throw new IllegalStateException(what);
        }
    }

    /** Forbidden: a permit that two reports give back, or none. */
    @Test
    void a_lease_ends_exactly_once() {
        options().check(LeaseEnd.class);
    }

    public static class LeaseEnd {

        private final KeyPool pool = KeyPool.builder()
                .timeSource(STILL)
                .whenExhausted(WhenExhausted.failFast())
                .key(ApiKey.builder("k", "secret").maxConcurrent(1).build())
                .build();
        private final Lease lease = pool.tryAcquire().orElseThrow();

        @Operation
        public void succeed() {
            lease.succeeded();
        }

        @Operation
        public void close() {
            lease.close();
        }

        @Operation
        public void unused() {
            lease.unused();
        }

        @Validate
        public void onePermit() {
            boolean free = pool.tryAcquire().isPresent();
            forbid(free != lease.isEnded(), "no permit after the end, or one before it");
            forbid(pool.tryAcquire().isPresent(), "two permits");
        }
    }

    /** Forbidden: a position that is open and out of sight at rest. */
    @Test
    void a_ready_position_is_in_sight_at_rest() {
        options().check(Sight.class);
    }

    public static class Sight {

        private final ReadySet ready = new ReadySet(130);
        private final AtomicIntegerArray open = new AtomicIntegerArray(new int[] {1, 1});

        @Operation
        public void open0() {
            open(0);
        }

        @Operation
        public void open1() {
            open(1);
        }

        @Operation
        public void look0() {
            look(0);
        }

        @Operation
        public void look1() {
            look(1);
        }

        private void open(int position) {
            open.set(position, 1);
            ready.set(position);
        }

        /** Uses the position up and takes it out of sight, as {@link Tier#shut} does. */
        private void look(int position) {
            open.set(position, 0);
            ready.clear(position);
            if (open.get(position) == 1) {
                ready.set(position);
            }
        }

        @Validate
        public void inSight() {
            for (int i = 0; i < 2; i++) {
                if (open.get(i) == 1) {
                    forbid(ready.next(i) != i, "an open position is out of sight");
                }
            }
        }
    }

    /** Forbidden: an open gate after a refusal, because of a success that began before it. */
    @Test
    void a_late_success_does_not_open_a_gate_that_a_refusal_closes() {
        options().check(LateSuccess.class);
    }

    public static class LateSuccess {

        private final KeyPool pool = KeyPool.builder()
                .timeSource(STILL)
                .whenExhausted(WhenExhausted.failFast())
                .key("k", "secret")
                .build();
        private final Lease one = pool.tryAcquire().orElseThrow();
        private final Lease two = pool.tryAcquire().orElseThrow();

        @Operation
        public void refuse() {
            one.end(Verdict.of(VerdictKind.RATE_LIMITED, "429").withWait(Duration.ofMinutes(1)));
        }

        @Operation
        public void succeed() {
            two.succeeded();
        }

        @Operation
        public void call() {
            pool.tryAcquire().ifPresent(Lease::succeeded);
        }

        @Validate
        public void closedAfterTheRefusal() {
            if (one.isEnded()) {
                forbid(pool.tryAcquire().isPresent(), "open after a refusal");
            }
        }
    }

    /** Forbidden: somebody who waits although the key is free; the second served before the first; two with one key. */
    @Test
    void a_key_that_is_given_back_goes_to_the_first_who_waits() {
        options().check(HandOff.class);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a third who waits, for the sake of the crowd
    public static class HandOff {

        private final KeyPool pool = KeyPool.builder()
                .timeSource(STILL)
                .key(ApiKey.builder("k", "secret").maxConcurrent(1).build())
                .build();
        private final Lease open = pool.tryAcquire().orElseThrow();
        private final CompletableFuture<Lease> first = pool.acquireAsync();
        private final CompletableFuture<Lease> second = pool.acquireAsync();

        @Operation
        public void giveBack() {
            open.succeeded();
        }

        @Operation
        public void leave() {
            first.cancel(false);
        }

        @Operation
        public void join() {
            pool.acquireAsync();
        }

        @Validate
        public void inOrder() {
            boolean firstServed = first.isDone() && !first.isCancelled();
            forbid(firstServed && second.isDone(), "two with one key");
            forbid(open.isEnded() != (firstServed || second.isDone()), "a free key, and somebody waits");
        }
    }

    /** Forbidden: a call that finds nothing although a key is in the pool all the time; a lease of a removed key that stays. */
    @Test
    @Tag("soak") // slow: each change makes a roster
    void keys_come_and_go_beside_calls() {
        options().check(ComeAndGo.class);
    }

    public static class ComeAndGo {

        private final KeyPool pool = KeyPool.builder()
                .timeSource(STILL)
                .whenExhausted(WhenExhausted.failFast())
                .key("stays", "secret-1")
                .build();

        @Operation(runOnce = true)
        public void add() {
            pool.addKey(ApiKey.of("guest", "secret-2"));
        }

        @Operation(runOnce = true)
        public boolean remove() {
            return pool.removeKey("guest");
        }

        @Operation
        public boolean call() {
            Lease lease = pool.tryAcquire().orElseThrow();
            lease.succeeded();
            return lease.isEnded();
        }

        @Validate
        public void nothingIsLeft() {
            forbid(pool.status().inFlight() != 0, "a lease is left");
        }
    }
}
