package dev.poolswitch;

import dev.poolswitch.verdict.Budget;
import java.time.Duration;

/**
 * A limit that no answer tells of, guessed from refusals. What was accepted tells how large it is:
 *
 * <ul>
 *   <li>what was accepted in the last window before a refusal is never less than the limit, and the same as the limit
 *       where the provider's window slides;
 *   <li>what was accepted between a recovery and the refusal after it is the limit where the provider's window is fixed
 *       and both lie in one, or where the window had emptied before the recovery.
 * </ul>
 *
 * <p>The first refusal is only a suspicion, for it may have any reason: what was accepted until then is kept to, and
 * raised by a quarter for each second in which it was not enough. The second refusal sets the limit to where the two
 * counts agree; where they do not, it is looked for between them by halves. A guess that was used up for a while without a
 * refusal is raised more and more, for it may have been too low, and limits are raised; each time this was in vain it
 * takes twice as long.
 *
 * <p>Refusals that come too fast one after the other for a fixed window, at counts that differ too much for a sliding one,
 * do not come from counting requests (but tokens, or what is served at once, or at random). Then nothing is guessed.
 *
 * <p>Who says exactly when to come again need not be guessed at, unless several such waits in a row are those of a count
 * ({@link CountEvidence}): then obeying them alone would cost a refusal for each permit.
 *
 * <p>A refusal at the limit although it was kept to may also come from a way of uneven length. So the guard of the window
 * grows and the limit is lowered by turns.
 *
 * <p>The window is taken for a second, which for longer ones of the provider spreads the calls; for as long as blocks come
 * and go when two of them in a row tell the same, up to a minute.
 *
 * <p>Guarded by its own monitor.
 */
final class GuessedLimit implements Meter {

    private static final long COUNT_ALL = Long.MAX_VALUE / 8;
    private static final long LONGEST_WINDOW = Duration.ofMinutes(1).toNanos();
    private static final long FIRST_TRIAL = Duration.ofSeconds(10).toNanos();
    private static final long LONGEST_TRIAL = Duration.ofMinutes(10).toNanos();
    /** A trial may cost this part of the time. */
    private static final int TRIAL_COST = 20;

    private static final long DEAREST_TRIAL = Duration.ofMinutes(2).toNanos();

    private static final int FIRST_RAISE_PERCENT = 2;
    /** No guess slows a key down to nothing: a few requests per window always may try. */
    private static final int LEAST = 5;

    /** A key that did less is not suspected of having hit a limit of a second. */
    private static final int LEAST_SUSPECTED = 20;
    /** How long a suspicion waits to be confirmed, and for how long one that was wrong is not raised again. */
    private static final long SUSPICION = Duration.ofMinutes(2).toNanos();

    /** Two cycles tell the same when they differ by less than this share. */
    private static final int SAME_SHARE = 10;

    /** Halving finds the limit in fewer steps than this. */
    private static final int ENOUGH = 6;

    private static final int MOST_STRAYS = 3;
    private static final int CHUNKS = 20;
    /** A count that misses the limit by less than this share is taken for the limit. */
    private static final int AT_LIMIT_SHARE = 5;

    private WindowMeter sends;
    private long limit;
    /** One refusal may have any reason; the second in a while makes a guess of a suspicion. */
    private boolean confirmed;

    /** What the limit is not above, as far as is known. */
    private long ceiling;
    /** Until then the window holds sends whose moments are estimates. */
    private final long exactFrom;

    private long window = Tempo.SECOND;
    private long guessedAt;
    private long trialAfter = FIRST_TRIAL;
    private boolean tried;
    private int raiseBy = FIRST_RAISE_PERCENT;

    private boolean givenUp;
    private CountEvidence evidence;
    /** How often in a row the guess was lowered and refused all the same. */
    private int vainly;

    /** The most that was accepted in a window since the guess was made, and refusals that it contradicts. */
    private long acceptedBefore;

    private int strays;
    private boolean guardGrewLast;

    private boolean refusing = true;
    private long firstRefusal;
    private long lastRefusal;
    /** Until when the provider is known to refuse: it did, or it said so. */
    private long blockedUntil;
    /** When the last refusal before the cycle was sent, when its first accepted send was, and how many there were. */
    private long refusedBefore;

    private long cycleFrom = -Nanos.NEVER;
    private long cycleSends;
    private long previousCycle;

    /** How many sends were in the window and in the cycle before each of the latest. */
    private final SendNotes notes = new SendNotes();

    /**
     * Begins with the first refusal.
     *
     * @param lately how many sends were accepted in the second before it
     * @param since when the first of them began
     * @param stated how long the provider said to keep away, 0 when it said nothing
     */
    GuessedLimit(long lately, long since, long startedAt, long stated, long now) {
        sends = meter();
        evidence = new CountEvidence(lately);
        evidence.stated(startedAt + stated, stated, Nanos.NEVER);
        limit = lately >= LEAST_SUSPECTED && evidence.isEnough() ? lately : COUNT_ALL;
        ceiling = Math.max(LEAST, lately);
        exactFrom = now + window;
        guessedAt = now;
        firstRefusal = startedAt;
        lastRefusal = startedAt;
        blockedUntil = startedAt + stated;
        for (int i = 0; i < CHUNKS; i++) {
            long part = lately * (i + 1) / CHUNKS - lately * i / CHUNKS;
            sends.take(part, since + (now - since) * i / CHUNKS);
        }
    }

    /** Whether this was a suspicion that has not been confirmed for so long that a refusal begins another. */
    synchronized boolean forgotten(long startedAt) {
        return (givenUp || !confirmed) && startedAt - lastRefusal > SUSPICION;
    }

    synchronized boolean confirmed() {
        return confirmed;
    }

    @Override
    public Budget.Unit unit() {
        return Budget.Unit.REQUESTS;
    }

    @Override
    public synchronized boolean tryTake(long amount, long now) {
        if (opensAt(amount, now) > now) {
            return false;
        }
        if (sends.used(now) + amount > limit) {
            raise(now);
        }
        take(amount, now);
        return true;
    }

    private void raise(long now) {
        if (!confirmed) {
            limit += limit / 4;
            ceiling = Math.max(ceiling, limit);
        } else if (limit < ceiling) {
            limit = (limit + ceiling + 1) / 2;
        } else {
            limit += Math.max(1, limit * raiseBy / 100);
            ceiling = limit;
            raiseBy = Math.min(100, raiseBy * 2);
            trialAfter = tried ? FIRST_TRIAL : trialAfter; // the trial before was not refused
            tried = true;
        }
        guessedAt = now;
    }

    @Override
    public synchronized void take(long amount, long now) {
        notes.note(now, sends.used(now), cycleSends, sends.oldestBackAt(now));
        cycleSends += amount;
        sends.take(amount, now);
        if (!refusing) {
            acceptedBefore = Math.max(acceptedBefore, sends.used(now));
        }
    }

    @Override
    public synchronized void giveBack(long amount, long takenAt, long now) {
        sends.giveBack(amount, takenAt, now);
        if (takenAt >= cycleFrom) {
            cycleSends = Math.max(0, cycleSends - amount);
        }
    }

    /** A send was refused. */
    synchronized void refused(long startedAt, long stated, long now) {
        giveBack(1, startedAt, now);
        if (givenUp || startedAt < cycleFrom) {
            return; // it tells of the time before the last recovery
        }
        if (startedAt >= guessedAt && !refusing && tried) {
            trialAfter = Math.min(LONGEST_TRIAL, trialAfter * 2);
        }
        boolean first = !refusing;
        boolean noted = notes.find(startedAt);
        refusing = true;
        firstRefusal = first ? startedAt : firstRefusal;
        lastRefusal = Math.max(lastRefusal, startedAt);
        blockedUntil = Math.max(blockedUntil, Nanos.plus(startedAt, stated));
        if (first) {
            evidence.blockBegins();
            evidence.stated(
                    startedAt + stated, stated, noted && startedAt >= exactFrom ? notes.oldestLeavesAt() : Nanos.NEVER);
            vainly = tried || !confirmed ? 0 : vainly + 1;
        }
        if (first || (startedAt < guessedAt && !guardGrewLast)) {
            lower(startedAt, noted, first ? limit - 1 : limit, now);
        }
    }

    /** The first of the refused sends tells exactly what was accepted before it, but its answer may be a later one. */
    private void lower(long startedAt, boolean noted, long most, long now) {
        if (!noted && cycleFrom <= 0 && limit >= COUNT_ALL) {
            return; // it began before the guess, of which there is none yet
        }
        long inWindow = noted ? notes.first() : cycleFrom > 0 ? sends.used(now) : limit - 1;
        long inCycle = noted ? notes.second() : cycleSends;
        if (2 * inWindow + LEAST < acceptedBefore && strays++ < MOST_STRAYS) {
            return; // no window that let more than twice as many through is full by now
        }
        strays = 0;
        if (wayWasUneven(startedAt, inWindow, now)) {
            return;
        }
        acceptedBefore = inWindow;
        evidence.refused(inWindow);
        // More than two fixed windows hold: the refusals before were of another kind.
        if (inWindow > 2 * ceiling + LEAST) {
            ceiling = inWindow;
            limit = Math.max(limit, inWindow);
            cycleFrom = -Nanos.NEVER;
            confirmed = false;
        }
        boolean oneWindow = cycleFrom > 0 && startedAt - cycleFrom <= window;
        if (oneWindow) {
            evidence.refusedInOneWindow(inCycle);
        }
        boolean fromNothing = oneWindow && cycleFrom - refusedBefore >= window;
        long guess = oneWindow && !fromNothing ? between(inCycle, Math.min(limit, inWindow)) : inWindow;
        if (fromNothing || startedAt >= exactFrom) {
            ceiling = Math.max(LEAST, Math.min(Math.min(ceiling, most), fromNothing ? inCycle : inWindow));
        }
        confirmed |= cycleFrom > 0 && evidence.isEnough();
        if (confirmed || limit < COUNT_ALL) {
            limit = Math.max(confirmed ? LEAST : LEAST_SUSPECTED, Math.min(ceiling, guess));
        }
        guessedAt = now;
        raiseBy = FIRST_RAISE_PERCENT;
        tried = false;
    }

    /**
     * A refusal at the limit although it was kept to: the guess is too high, or the provider saw more of the sends at once
     * than left here. Which of the two it was shows when each is mended in turn.
     */
    private boolean wayWasUneven(long startedAt, long inWindow, long now) {
        boolean keptTo = confirmed && !tried && startedAt >= guessedAt;
        boolean atLimit = inWindow <= limit && inWindow >= limit - limit / AT_LIMIT_SHARE;
        guardGrewLast = keptTo && atLimit && !guardGrewLast && sends.widen(now);
        if (guardGrewLast) {
            guessedAt = now;
            vainly = 0;
        }
        return guardGrewLast;
    }

    /** The two bounds are near to each other in a fixed window; the lower one means little in a sliding one. */
    private static long between(long lower, long upper) {
        if (lower >= upper - upper / 4) {
            return lower;
        }
        return lower >= upper / 2 ? (lower + upper) / 2 : upper;
    }

    /** A send that began after the refusals was accepted: the provider counts anew, or an old send has left its window. */
    synchronized void recovered(long startedAt) {
        if (!refusing || givenUp || startedAt <= lastRefusal) {
            return;
        }
        refusing = false;
        if (cycleFrom > 0) {
            if (startedAt - refusedBefore < window - window / SAME_SHARE) {
                evidence.tooSoonForFixed();
            }
            measureWindow(startedAt);
        }
        if (!evidence.explains() || vainly > ENOUGH) {
            givenUp = true;
            limit = COUNT_ALL;
        }
        previousCycle = cycleSends;
        refusedBefore = lastRefusal;
        cycleFrom = startedAt;
        cycleSends = 1;
    }

    /**
     * The provider's window lasts longer than from a recovery to the end of the next block, and less long than from
     * before the recovery to the next one. No window refuses for longer than it lasts, but for a second: what is told is
     * told in whole ones.
     */
    private void measureWindow(long recoveredAt) {
        long atLeast = blockedUntil - cycleFrom;
        long atMost = recoveredAt - refusedBefore;
        boolean same = Math.abs(cycleSends - previousCycle) * SAME_SHARE <= cycleSends;
        boolean longer = blockedUntil - firstRefusal > window + Tempo.SECOND && atLeast <= LONGEST_WINDOW;
        if (longer && same && cycleSends > LEAST && atMost <= 2 * LONGEST_WINDOW) {
            window = Math.min(atMost, LONGEST_WINDOW);
            limit = cycleSends;
            ceiling = limit;
            sends = meter();
            evidence = new CountEvidence(cycleSends);
            guessedAt = recoveredAt;
        }
    }

    @Override
    public synchronized long opensAt(long amount, long now) {
        if (!confirmed && now - lastRefusal > SUSPICION) {
            return 0;
        }
        long excess = sends.used(now) + amount - limit;
        return excess <= 0 || trialDue(now) ? 0 : sends.whenGone(excess, now);
    }

    /** A trial that is refused costs as long as the provider says to keep away. */
    private boolean trialDue(long now) {
        long affordable = Math.min(DEAREST_TRIAL, TRIAL_COST * (blockedUntil - lastRefusal));
        if (!confirmed) {
            return now - guessedAt >= Math.max(window, affordable);
        }
        long patience = limit < ceiling ? window : Math.max(trialAfter, window);
        return now - guessedAt >= Math.max(patience, affordable);
    }

    @Override
    public synchronized double utilisation(long now) {
        return Math.min(1, (double) sends.used(now) / limit);
    }

    private WindowMeter meter() {
        return new WindowMeter(new Limit(Budget.Unit.REQUESTS, COUNT_ALL, Duration.ofNanos(window)));
    }
}
