package dev.poolswitch.verdict;

/** What an answer, or the lack of one, says about the key that was used. */
public enum VerdictKind {
    /** The key served the call. */
    SUCCESS(Next.DELIVER),
    /** A short window is spent; the key is healthy again when the window has passed. */
    RATE_LIMITED(Next.ROTATE),
    /** A day, a month or a wallet is spent. */
    QUOTA_EXHAUSTED(Next.ROTATE),
    /** The key is invalid, revoked or disabled. */
    KEY_REJECTED(Next.ROTATE),
    /** The key is good, but not for this model or resource. */
    KEY_FORBIDDEN(Next.ROTATE),
    /** The upstream has no capacity for anybody; no key is to blame. */
    OVERLOADED(Next.RETRY),
    /** The upstream broke. */
    UPSTREAM_ERROR(Next.RETRY),
    /** The connection could not be made or broke before an answer came. */
    NETWORK_FAILURE(Next.RETRY),
    /** No answer came in time; says nothing about the key. */
    TIMEOUT(Next.RETRY),
    /** The request itself is at fault; no other key would do better. */
    CALLER_ERROR(Next.DELIVER),
    /** Nothing can be learned: the caller cancelled, or the failure was local. */
    NEUTRAL(Next.DELIVER);

    private enum Next {
        DELIVER,
        ROTATE,
        RETRY
    }

    private final Next next;

    VerdictKind(Next next) {
        this.next = next;
    }

    /** Whether this key was refused in so many words, so that another key may be tried at once. */
    public boolean refusesKey() {
        return next == Next.ROTATE;
    }

    /** Whether something transient broke, so that the call may be repeated after a back-off. */
    public boolean transientFault() {
        return next == Next.RETRY;
    }
}
