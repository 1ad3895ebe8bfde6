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

    /** All of them, in the order in which they are taken. */
    private volatile Meter[] all;

    Meters(List<Limit> limits) {
        told = limits.stream().map(WindowMeter::new).toArray(WindowMeter[]::new);
        all = told;
    }

    /** More limits for the same scope; of two for the same unit and window the smaller holds. */
    synchronized void tell(List<Limit> limits) {
        List<WindowMeter> more = new ArrayList<>(List.of(told));
        for (Limit limit : limits) {
            int same = -1;
            for (int i = 0; i < more.size(); i++) {
                Limit other = more.get(i).limit();
                same = other.unit() == limit.unit() && other.window().equals(limit.window()) ? i : same;
            }
            if (same < 0) {
                more.add(new WindowMeter(limit));
            } else if (limit.amount() < more.get(same).limit().amount()) {
                more.set(same, new WindowMeter(limit));
            }
        }
        told = more.toArray(new WindowMeter[0]);
        assemble();
    }

    private void assemble() {
        List<Meter> present = new ArrayList<>(List.of(told));
        for (Meter learned : new @Nullable Meter[] {requests, tokens, guessed}) {
            if (learned != null) {
                present.add(learned);
            }
        }
        all = present.toArray(new Meter[0]);
    }

    /** Forgets what answers taught; what was told stays. */
    synchronized void forget() {
        requests = null;
        tokens = null;
        guessed = null;
        assemble();
    }

    /** Forgets a guess that rests on one refusal. */
    synchronized void forgetSuspicion() {
        if (guessed != null && !guessed.confirmed()) {
            guessed = null;
            assemble();
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
        Meter[] meters = all;
        for (int i = 0; i < meters.length; i++) {
            if (!meters[i].tryTake(amount(meters[i], tokenCount), now)) {
                for (int taken = 0; taken < i; taken++) {
                    meters[taken].giveBack(amount(meters[taken], tokenCount), now, now);
                }
                return false;
            }
        }
        return true;
    }

    /**
     * A refusal: what limits the requests hears of it; where nothing does, a limit is guessed.
     *
     * @param lately how many sends of the scope were accepted in the second before it
     * @param since when the first of them began
     * @param stated how long the answer said to keep away, 0 when it said nothing
     */
    synchronized void refused(long lately, long since, long startedAt, long stated, long now) {
        for (WindowMeter meter : told) {
            if (meter.unit() == Budget.Unit.REQUESTS) {
                meter.refused(startedAt, now);
            }
        }
        LearnedBudget calls = requests;
        if (calls != null) {
            calls.refused(startedAt, now);
        }
        if (calls != null || areRequestsTold()) {
            return;
        }
        GuessedLimit guess = guessed;
        if (guess == null || guess.forgotten(startedAt)) {
            guessed = new GuessedLimit(lately, since, startedAt, stated, now);
            assemble();
        } else {
            guess.refused(startedAt, stated, now);
        }
    }

    /** Whether a limit on requests was told. */
    boolean areRequestsTold() {
        for (WindowMeter meter : told) {
            if (meter.unit() == Budget.Unit.REQUESTS) {
                return true;
            }
        }
        return false;
    }

    /** A send was accepted where those before it were refused. */
    void recovered(long startedAt) {
        GuessedLimit guess = guessed;
        if (guess != null) {
            guess.recovered(startedAt);
        }
    }

    void take(long tokenCount, long now) {
        for (Meter meter : all) {
            meter.take(amount(meter, tokenCount), now);
        }
    }

    /** The lease never went out: its reservations are as if they had not been. */
    void giveBack(long tokenCount, long takenAt, long now) {
        for (Meter meter : all) {
            meter.giveBack(amount(meter, tokenCount), takenAt, now);
        }
    }

    /** The lease has ended: the provider has counted it, so its answer's budgets speak of it. */
    void ended(long tokenCount) {
        for (Meter meter : all) {
            meter.counted(amount(meter, tokenCount));
        }
    }

    void settle(long before, long used, long takenAt, long now) {
        for (WindowMeter meter : told) {
            if (meter.unit() == Budget.Unit.TOKENS) {
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
        for (Meter meter : all) {
            at = Math.max(at, meter.opensAt(amount(meter, tokenCount), now));
        }
        return at;
    }

    double utilisation(long now) {
        double fullest = 0;
        for (Meter meter : all) {
            fullest = Math.max(fullest, meter.utilisation(now));
        }
        return fullest;
    }

    private synchronized LearnedBudget created(Budget.Unit unit) {
        LearnedBudget known = unit == Budget.Unit.REQUESTS ? requests : tokens;
        LearnedBudget learned = known == null ? new LearnedBudget(unit) : known;
        if (unit == Budget.Unit.REQUESTS) {
            requests = learned;
            guessed = null;
        } else {
            tokens = learned;
        }
        assemble();
        return learned;
    }

    private static long amount(Meter meter, long tokenCount) {
        return meter.unit() == Budget.Unit.REQUESTS ? 1 : Math.max(1, tokenCount);
    }
}
