package dev.poolswitch.testkit.server;

/**
 * What the connections of a server share.
 *
 * @param maxRecordedBody how many bytes of each body are kept
 */
record ServerContext(Rules rules, Recorder recorder, KeyFinder keys, int maxRecordedBody) {}
