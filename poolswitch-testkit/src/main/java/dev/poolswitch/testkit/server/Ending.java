package dev.poolswitch.testkit.server;

/** What becomes of the connection after a reply. */
enum Ending {
    /** Kept, unless the client or the framing forbids it. */
    KEEP,
    /** Closed, and the reply says so. */
    ANNOUNCED_CLOSE,
    /** Closed (FIN), which the client learns only when it uses the connection again. */
    SILENT_CLOSE,
    /** Reset (RST). */
    RESET,
    /** Neither answered nor closed until the client or the server goes away. */
    HANG
}
