package dev.poolswitch;

/** Whether a key is used, and if not, why. */
public enum KeyState {
    /** Calls may use it. */
    READY,
    /** All its permits are taken; it is used again as they come back. */
    SATURATED,
    /** It rests after a rate limit. */
    RATE_LIMITED,
    /** A day, a month or a wallet is spent. */
    QUOTA_EXHAUSTED,
    /** It was called invalid, revoked or disabled by the upstream. */
    REJECTED,
    /** It failed too often in a row. */
    CIRCUIT_OPEN,
    /** Its rest is over and one call may test it, or is testing it. */
    PROBING,
    /** A person has taken it out of service. */
    DISABLED
}
