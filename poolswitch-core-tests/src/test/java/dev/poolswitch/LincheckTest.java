package dev.poolswitch;

import dev.poolswitch.verdict.Budget;
import dev.poolswitch.verdict.Scope;
import dev.poolswitch.verdict.Verdict;
import dev.poolswitch.verdict.VerdictKind;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
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

    /** Far from the start of any clock. */
    private static final long NOW = Duration.ofSeconds(100).toNanos();

    /** Stands still while threads race, and moves when they have ended. */
    private static final class Shifting implements TimeSource {

        private volatile long now;

        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public Instant instant() {
            return Instant.EPOCH.plusNanos(now);
        }

        @Override
        public Timer schedule(Duration delay, Runnable action) {
            return () -> {};
        }
    }

    /** A pool has many parts that the checker looks into, so a scenario takes it seconds. */
    protected ModelCheckingOptions options() {
        return size(2, 100);
    }

    protected ModelCheckingOptions optionsOfParts() {
        return size(10, 100);
    }

    static ModelCheckingOptions size(int scenarios, int interleavings) {
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
        optionsOfParts().check(Sight.class);
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

        @Operation(runOnce = true)
        public void refuse() {
            one.end(Verdict.of(VerdictKind.RATE_LIMITED, "429").withWait(Duration.ofMinutes(1)));
        }

        @Operation(runOnce = true)
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

        @Operation(runOnce = true)
        public void giveBack() {
            open.succeeded();
        }

        @Operation(runOnce = true)
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
            forbid(second.isDone() && !first.isDone(), "the second before the first");
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

    /** Forbidden: more sends than an answer said are left, counted by a provider that tells after each what is left. */
    @Test
    void a_learned_budget_is_not_overrun_while_answers_change_it() {
        optionsOfParts().check(Learning.class);
    }

    public static class Learning {

        private static final int LEFT = 2;

        private final AtomicInteger left = new AtomicInteger(LEFT);
        private final LearnedBudget budget = new LearnedBudget(Budget.Unit.REQUESTS);

        public Learning() {
            learn(LEFT, 0);
        }

        /** Told while the call is still out, as an exchange does with an answer's head. */
        @Operation
        public void call() {
            if (budget.tryTake(1, NOW)) {
                // Answers are heard in the order in which they were given.
                synchronized (left) {
                    int after = left.decrementAndGet();
                    forbid(after < 0, "overrun");
                    learn(after, 1);
                    budget.counted(1);
                }
            }
        }

        @Operation
        public void takeAndGiveBack() {
            if (budget.tryTake(1, NOW)) {
                budget.giveBack(1, NOW, NOW);
            }
        }

        /** Without a reset, so that nothing but what is told and what is out keeps calls back. */
        private void learn(int remaining, int own) {
            budget.learn(new Budget(Scope.KEY, Budget.Unit.REQUESTS, 10, remaining, null), own, NOW, NOW);
        }

        @Validate
        public void nothingIsInvented() {
            int more = 0;
            while (more <= LEFT && budget.tryTake(1, NOW)) {
                more++;
            }
            forbid(more > left.get(), "more room than the provider has");
        }
    }

    /** Forbidden: more than the guess in one window, room that is lost or invented by what is given back. */
    @Test
    void a_guessed_limit_is_kept_to_by_all_together() {
        optionsOfParts().check(Guessing.class);
    }

    public static class Guessing {

        private static final long START = 1_000_000_000L;
        private static final int GUESS = 30;

        private final AtomicInteger out = new AtomicInteger();
        private final GuessedLimit limit = new GuessedLimit(GUESS, START, START, 0, START);

        public Guessing() {
            for (int i = 0; i < GUESS; i++) {
                limit.giveBack(1, START, START); // as if they had left the window, but for the clock
            }
            while (out.get() < GUESS - 1) {
                take();
            }
        }

        @Operation
        public void take() {
            if (limit.tryTake(1, START)) {
                forbid(out.incrementAndGet() > GUESS, "more than the guess");
            }
        }

        @Operation
        public void giveBack() {
            out.decrementAndGet();
            limit.giveBack(1, START, START);
        }

        @Validate
        public void noneIsLostOrInvented() {
            int room = GUESS - out.get();
            for (int i = 0; i < room; i++) {
                forbid(!limit.tryTake(1, START), "room was lost");
            }
            forbid(limit.tryTake(1, START), "room was invented");
        }
    }

    /** Forbidden: permits of a window that are lost or given out twice. */
    @Test
    void a_window_gives_out_each_permit_once() {
        optionsOfParts().check(Window.class);
    }

    public static class Window {

        private final WindowMeter window = new WindowMeter(new Limit(Budget.Unit.REQUESTS, 2, Duration.ofSeconds(1)));
        private final AtomicInteger out = new AtomicInteger();

        @Operation
        public void take() {
            if (window.tryTake(1, NOW)) {
                forbid(out.incrementAndGet() > 2, "more than the limit");
            }
        }

        @Operation
        public void takeAndGiveBack() {
            if (window.tryTake(1, NOW)) {
                window.giveBack(1, NOW, NOW);
            }
        }

        @Validate
        public void asManyAsAreOut() {
            forbid(window.used(NOW) != out.get(), "permits that nobody holds");
        }
    }

    /** Forbidden: a gate that stays closed for ever, or a probe that nobody ends, after refusals were taken back. */
    @Test
    @Tag("soak") // slow: six leases and three keys a scenario
    void what_is_rolled_back_beside_successes_and_refusals_opens_again() {
        options().check(RollBack.class);
    }

    public static class RollBack {

        private final Shifting time = new Shifting();
        private final KeyPool pool = KeyPool.builder()
                .timeSource(time)
                .whenExhausted(WhenExhausted.failFast())
                .key("a", "secret-a")
                .key("b", "secret-b")
                .key("c", "secret-c")
                .build();
        private final Lease a = take("a");
        private final Lease aToo = take("a");
        private final Lease b = take("b");
        private final Lease c = take("c");
        private final Lease cToo = take("c");

        public RollBack() {
            refuse(a);
            refuse(b);
        }

        @Operation
        public void refuseTheThird() {
            refuse(c);
        }

        @Operation
        public void refuseAnEarlierOneAgain() {
            refuse(aToo);
        }

        @Operation
        public void succeed() {
            cToo.succeeded();
        }

        @Operation
        public void call() {
            pool.tryAcquire().ifPresent(Lease::unused);
        }

        private Lease take(String id) {
            return pool.tryAcquire(LeaseRequest.any().withKey(id)).orElseThrow();
        }

        private static void refuse(Lease lease) {
            lease.end(Verdict.of(VerdictKind.RATE_LIMITED, "429").withWait(Duration.ofSeconds(20)));
        }

        @Validate
        public void allServeInTheEnd() {
            aToo.close();
            c.close();
            cToo.close();
            time.now = Duration.ofHours(2).toNanos();
            for (String id : new String[] {"a", "b", "c"}) {
                pool.tryAcquire(LeaseRequest.any().withKey(id))
                        .orElseThrow(() -> new IllegalStateException("closed for ever"))
                        .succeeded();
            }
            forbid(
                    pool.status().keys().stream().anyMatch(key -> key.state() != KeyState.READY || key.inFlight() != 0),
                    "not as before");
        }
    }
}
