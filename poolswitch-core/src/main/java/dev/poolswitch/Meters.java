package dev.poolswitch;

import dev.poolswitch.verdict.Budget;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All meters of one scope, taken together or not at all: the limits that were told, and those that answers taught. */
final class Meters {

    private volatile WindowMeter[] told;
    private volatile @Nullable LearnedBudget requests;
    private volatile @Nullable LearnedBudget tokens;
    private volatile @Nullable GuessedLimit guessed;

    Meters(List<Limit> limits) {
        told = limits.stream().map(WindowMeter::new).toArray(WindowMeter[]::new);
    }

    /** More limits for the same scope; of two for the same unit and window the smaller holds. */
    synchronized void tell(List<Limit> limits) {
        List<WindowMeter> all = new ArrayList<>(List.of(told));
        for (Limit limit : limits) {
            int same = -1;
            for (int i = 0; i < all.size(); i++) {
                Limit other = all.get(i).limit();
                same = other.unit() == limit.unit() && other.window().equals(limit.window()) ? i : same;
            }
            if (same < 0) {
                all.add(new WindowMeter(limit));
            } else if (limit.amount() < all.get(same).limit().amount()) {
                all.set(same, new WindowMeter(limit));
            }
        }
        told = all.toArray(new WindowMeter[0]);
    }

    /** Forgets what answers taught; what was told stays. */
    synchronized void forget() {
        requests = null;
        tokens = null;
        guessed = null;
    }

    /** Forgets a guess that rests on one refusal. */
    synchronized void forgetSuspicion() {
        if (guessed != null && !guessed.confirmed()) {
            guessed = null;
        }
    }

    /** Whether answers told of requests and of tokens, and neither is spent. */
    boolean hasToldRoom(long now) {
        LearnedBudget calls = requests;
        LearnedBudget paid = tokens;
        // Where only one of the two is told, the other may be the one that is spent.
        return calls != null && calls.isKnown(now) && paid != null && paid.isKnown(now) && !isSpent(now);
    }

    /** Whether a budget that answers told of is spent. */
    boolean isSpent(long now) {
        LearnedBudget calls = requests;
        LearnedBudget paid = tokens;
        return (calls != null && calls.opensAt(1, now) > now) || (paid != null && paid.opensAt(1, now) > now);
    }

    boolean tryTake(long tokenCount, long now) {
        WindowMeter[] all = told;
        for (int i = 0; i < all.length; i++) {
            if (!all[i].tryTake(amount(all[i], tokenCount), now)) {
                giveBackFirst(all, i, tokenCount, now);
                return false;
            }
        }
        if (!tryTakeLearned(tokenCount, now)) {
            giveBackFirst(all, all.length, tokenCount, now);
            return false;
        }
        return true;
    }

    private boolean tryTakeLearned(long tokenCount, long now) {
        LearnedBudget calls = requests;
        if (calls != null && !calls.tryTake(1, now)) {
            return false;
        }
        LearnedBudget paid = tokens;
        boolean afforded = paid == null || paid.tryTake(Math.max(1, tokenCount), now);
        GuessedLimit guess = guessed;
        if (afforded && (guess == null || guess.tryTake(now))) {
            return true;
        }
        if (calls != null) {
            calls.giveBack(1, now, now);
        }
        if (paid != null && afforded) {
            paid.giveBack(Math.max(1, tokenCount), now, now);
        }
        return false;
    }

    /**
     * A refusal: what limits the requests hears of it; where nothing does, a limit is guessed.
     *
     * @param lately how many sends of the scope were accepted in the second before it
     * @param since when the first of them began
     * @param stated how long the answer said to keep away, 0 when it said nothing
     */
    synchronized void refused(long lately, long since, long startedAt, long stated, long now) {
        LearnedBudget calls = requests;
        if (calls != null) {
            calls.refused(startedAt, now);
        }
        if (refusedBeyondTold(startedAt, now) || calls != null) {
            return;
        }
        GuessedLimit guess = guessed;
        if (guess == null || guess.forgotten(startedAt)) {
            guessed = new GuessedLimit(lately, since, startedAt, stated, now);
        } else {
            guess.refused(startedAt, stated, now);
        }
    }

    private boolean refusedBeyondTold(long startedAt, long now) {
        boolean any = false;
        for (WindowMeter meter : told) {
            if (meter.limit().unit() == Budget.Unit.REQUESTS) {
                meter.refused(startedAt, now);
                any = true;
            }
        }
        return any;
    }

    /** A send was accepted where those before it were refused. */
    void recovered(long startedAt) {
        GuessedLimit guess = guessed;
        if (guess != null) {
            guess.recovered(startedAt);
        }
    }

    void take(long tokenCount, long now) {
        for (WindowMeter meter : told) {
            meter.take(amount(meter, tokenCount), now);
        }
        forLearned(tokenCount, (budget, amount) -> budget.take(amount, now));
        GuessedLimit guess = guessed;
        if (guess != null) {
            guess.take(now);
        }
    }

    /** The lease never went out: its reservations are as if they had not been. */
    void giveBack(long tokenCount, long takenAt, long now) {
        for (WindowMeter meter : told) {
            meter.giveBack(amount(meter, tokenCount), takenAt, now);
        }
        forLearned(tokenCount, (budget, amount) -> budget.giveBack(amount, takenAt, now));
        GuessedLimit guess = guessed;
        if (guess != null) {
            guess.giveBack(takenAt, now);
        }
    }

    /** The lease has ended: the provider has counted it, so its answer's budgets speak of it. */
    void ended(long tokenCount) {
        forLearned(tokenCount, LearnedBudget::counted);
    }

    void settle(long before, long used, long takenAt, long now) {
        for (WindowMeter meter : told) {
            if (meter.limit().unit() == Budget.Unit.TOKENS) {
                // What was reserved had been cut to the limit; what is used is what it is.
                long difference = used - meter.cut(before);
                if (difference > 0) {
                    meter.settleUp(difference, now);
                } else {
                    meter.giveBack(-difference, takenAt, now);
                }
            }
        }
    }

    /**
     * Takes in what an answer told about a budget.
     *
     * @param own how much of it the call that was answered holds itself, if it has not ended
     * @return whether there may be room where there was none
     */
    boolean learn(Budget budget, long own, long startedAt, long now) {
        LearnedBudget learned = budget.unit() == Budget.Unit.REQUESTS ? requests : tokens;
        if (learned == null) {
            learned = created(budget.unit());
        }
        return learned.learn(budget, own, startedAt, now);
    }

    long opensAt(long tokenCount, long now) {
        long at = 0;
        for (WindowMeter meter : told) {
            at = Math.max(at, meter.opensAt(amount(meter, tokenCount), now));
        }
        LearnedBudget calls = requests;
        LearnedBudget paid = tokens;
        at = calls == null ? at : Math.max(at, calls.opensAt(1, now));
        GuessedLimit guess = guessed;
        at = guess == null ? at : Math.max(at, guess.opensAt(now));
        return paid == null ? at : Math.max(at, paid.opensAt(Math.max(1, tokenCount), now));
    }

    double utilisation(long now) {
        double fullest = 0;
        for (WindowMeter meter : told) {
            fullest = Math.max(fullest, meter.utilisation(now));
        }
        LearnedBudget calls = requests;
        LearnedBudget paid = tokens;
        fullest = calls == null ? fullest : Math.max(fullest, calls.utilisation(now));
        GuessedLimit guess = guessed;
        fullest = guess == null ? fullest : Math.max(fullest, guess.utilisation(now));
        return paid == null ? fullest : Math.max(fullest, paid.utilisation(now));
    }

    private synchronized LearnedBudget created(Budget.Unit unit) {
        LearnedBudget known = unit == Budget.Unit.REQUESTS ? requests : tokens;
        LearnedBudget learned = known == null ? new LearnedBudget() : known;
        if (unit == Budget.Unit.REQUESTS) {
            requests = learned;
            guessed = null;
        } else {
            tokens = learned;
        }
        return learned;
    }

    /** Does something with an amount of a learned budget. */
    @FunctionalInterface
    private interface Move {
        void with(LearnedBudget budget, long amount);
    }

    private void forLearned(long tokenCount, Move move) {
        LearnedBudget calls = requests;
        if (calls != null) {
            move.with(calls, 1);
        }
        LearnedBudget paid = tokens;
        if (paid != null) {
            move.with(paid, Math.max(1, tokenCount));
        }
    }

    private static void giveBackFirst(WindowMeter[] all, int count, long tokenCount, long now) {
        for (int i = 0; i < count; i++) {
            all[i].giveBack(amount(all[i], tokenCount), now, now);
        }
    }

    private static long amount(WindowMeter meter, long tokenCount) {
        return meter.limit().unit() == Budget.Unit.REQUESTS ? 1 : Math.max(1, tokenCount);
    }
}
