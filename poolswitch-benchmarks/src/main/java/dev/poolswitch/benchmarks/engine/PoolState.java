package dev.poolswitch.benchmarks.engine;

import dev.poolswitch.ApiKey;
import dev.poolswitch.KeyPool;
import dev.poolswitch.Lease;
import dev.poolswitch.LeaseRequest;
import dev.poolswitch.NoKeyAvailableException;
import dev.poolswitch.Strategy;
import dev.poolswitch.WhenExhausted;
import java.time.Duration;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A pool of the wanted size, part of whose keys are cooling for longer than any run takes. */
@State(Scope.Benchmark)
public class PoolState {

    /** Never reached, so that the meters work but refuse nothing. */
    private static final long ROOM = 1_000_000_000_000L;

    @Param("quota_failover")
    public String strategy = "quota_failover";

    @Param("10")
    public int keys = 10;

    /** Per cent of the keys; one key at least stays ready. */
    @Param("0")
    public int cooling;

    /** {@code none}, or {@code windows}: requests and tokens per minute for each key. */
    @Param("none")
    public String limits = "none";

    private KeyPool pool = KeyPool.builder().key("unused", "secret").build();
    private LeaseRequest request = LeaseRequest.any();

    @Setup(Level.Trial)
    public void build() throws NoKeyAvailableException, InterruptedException {
        boolean windows = limits.equals("windows");
        request = windows ? LeaseRequest.any().withTokens(100) : LeaseRequest.any();
        KeyPool.Builder builder = KeyPool.builder()
                .strategy(Strategy.byName(strategy))
                .cooldown(Duration.ofDays(1))
                .whenExhausted(WhenExhausted.failFast());
        for (int i = 0; i < keys; i++) {
            ApiKey.Builder key = ApiKey.builder("key-" + i, "secret-" + i);
            builder.key((windows ? key.requestsPerMinute(ROOM).tokensPerMinute(ROOM) : key).build());
        }
        pool = builder.build();
        cool();
    }

    /** Spreads the resting keys over the pool as chance would: in the order of the binary digits read backwards. */
    private void cool() throws NoKeyAvailableException, InterruptedException {
        int resting = Math.min(keys - 1, Math.round(keys * cooling / 100f));
        int bits = 32 - Integer.numberOfLeadingZeros(keys);
        for (int i = 0, done = 0; done < resting; i++) {
            int index = Integer.reverse(i) >>> (32 - bits);
            if (index < keys) {
                pool.acquire(LeaseRequest.any().withKey("key-" + index)).quotaExhausted();
                done++;
            }
        }
    }

    @TearDown(Level.Trial)
    public void close() {
        pool.close();
    }

    Lease acquire() throws NoKeyAvailableException, InterruptedException {
        return pool.acquire(request);
    }
}
