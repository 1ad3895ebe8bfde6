package dev.poolswitch.verdict;

/** How much of the world a verdict is about. */
public enum Scope {
    /** The one key that was used. */
    KEY,
    /**
     * The key that was used, for the model that was asked for. A limit of that scope ({@link VerdictKind#RATE_LIMITED},
     * {@link VerdictKind#QUOTA_EXHAUSTED}) is the account's and holds for all keys of the group; what the key may not use
     * its siblings may.
     */
    KEY_AND_MODEL,
    /** All keys of the same account, organisation or project; the key itself when it has no group. */
    GROUP,
    /** Every key: the limit is the host's, the address's or the whole service's. */
    UPSTREAM;

    /** Whether it is about one key, as a whole or for one model. */
    public boolean isOfKey() {
        return this == KEY || this == KEY_AND_MODEL;
    }
}
