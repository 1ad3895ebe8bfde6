package dev.poolswitch.testkit.server;

/**
 * What a {@link FakeProvider} has counted for one key.
 *
 * @param received requests with this key: {@code accepted + refused}
 * @param accepted requests that were admitted, including those that were then failed by injected faults
 * @param refused requests that were turned away, for whatever reason
 * @param overLimit those of the refused that were over a limit of requests, tokens or concurrency
 * @param outOfQuota those of the refused that found the quota spent
 * @param faults those of the accepted that were failed by injected faults
 * @param tokens the tokens of the accepted
 * @param maxInFlight the most requests that the account of this key had under way when this key was admitted
 */
public record KeyStatistics(
        long received,
        long accepted,
        long refused,
        long overLimit,
        long outOfQuota,
        long faults,
        long tokens,
        int maxInFlight) {
    KeyStatistics plus(KeyStatistics other) {
        return new KeyStatistics(
                received + other.received,
                accepted + other.accepted,
                refused + other.refused,
                overLimit + other.overLimit,
                outOfQuota + other.outOfQuota,
                faults + other.faults,
                tokens + other.tokens,
                Math.max(maxInFlight, other.maxInFlight));
    }
}
