package dev.poolswitch.testkit.server;

/** Counts what became of the requests of one key. Thread-safe. */
final class Ledger {
    private final InstantLog received = new InstantLog();
    private final InstantLog admitted = new InstantLog();
    private KeyStatistics statistics = new KeyStatistics(0, 0, 0, 0, 0, 0, 0, 0);

    synchronized void note(Admission admission, long tokens) {
        received.add(admission.atNanos());
        Refusal refusal = admission.refusal();
        if (refusal == null) {
            admitted.add(admission.atNanos());
            statistics = statistics.plus(new KeyStatistics(1, 1, 0, 0, 0, 0, tokens, admission.inFlight()));
        } else {
            int over = refusal.problem().isOverLimit() ? 1 : 0;
            int spent = refusal.problem() == Problem.OUT_OF_QUOTA ? 1 : 0;
            statistics = statistics.plus(new KeyStatistics(1, 0, 1, over, spent, 0, 0, 0));
        }
    }

    synchronized void noteFault() {
        statistics = statistics.plus(new KeyStatistics(0, 0, 0, 0, 0, 1, 0, 0));
    }

    synchronized KeyStatistics statistics() {
        return statistics;
    }

    synchronized int mostAdmittedWithin(long windowNanos) {
        return admitted.mostWithin(windowNanos);
    }

    synchronized int mostReceivedWithin(long windowNanos) {
        return received.mostWithin(windowNanos);
    }
}
