package dev.poolswitch.verdict;

/**
 * Decides what an answer means. Implementations are thread-safe and fast: they run on every answer, on the thread that
 * received it. One that throws disturbs no call: the answer is then judged by its bare status.
 */
@FunctionalInterface
public interface ResponseClassifier {

    /** The meaning of an answer; {@link Verdict#success()} for one that has no fault. */
    Verdict classify(Answer answer);

    /** Judges by status and {@code Retry-After} alone. */
    static ResponseClassifier byStatus() {
        return StatusClassifier.INSTANCE;
    }

    /** The classifier that a pool uses unless told otherwise. */
    static ResponseClassifier standard() {
        return StatusClassifier.INSTANCE;
    }
}
