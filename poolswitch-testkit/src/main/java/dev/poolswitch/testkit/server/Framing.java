package dev.poolswitch.testkit.server;

/** How the end of a body is told. */
enum Framing {
    CONTENT_LENGTH,
    CHUNKED,
    UNTIL_CLOSE
}
