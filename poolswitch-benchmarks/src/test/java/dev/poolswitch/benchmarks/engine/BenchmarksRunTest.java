package dev.poolswitch.benchmarks.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.benchmarks.body.UsageReaderBenchmark;
import dev.poolswitch.benchmarks.report.Effort;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** That the benchmarks run, so that they do not rot; what they measure here means nothing. */
class BenchmarksRunTest {

    private static final Effort GLANCE = Effort.glance();

    @Test
    void leases_of_every_kind_of_pool_are_measured() {
        Map<String, Jmh.Measured> measured = Jmh.run(Jmh.options(GLANCE, AcquireBenchmark.class)
                .param("strategy", "quota_failover", "weighted")
                .param("cooling", "0", "50")
                .param("limits", "none", "windows"));

        assertThat(measured).hasSize(8).containsKey("acquireAndSucceed 50 10 windows weighted");
        assertThat(measured.values()).allMatch(figures -> figures.time().median() > 0);
    }

    @Test
    void the_references_are_measured() {
        assertThat(Jmh.run(Jmh.options(GLANCE, ReferenceBenchmark.class)))
                .containsOnlyKeys("atomicRoundRobin", "resilience4j", "bucket4j", "failsafe");
    }

    @Test
    void the_reading_of_usage_is_measured() {
        assertThat(Jmh.run(Jmh.options(GLANCE, UsageReaderBenchmark.class))).hasSize(6);
    }

    @Test
    void a_pool_cools_as_many_of_its_keys_as_it_is_told() throws Exception {
        PoolState pool = new PoolState();
        pool.keys = 100;
        pool.cooling = 99;
        pool.build();
        try {
            String only = pool.acquire().key().id();

            for (int i = 0; i < 50; i++) {
                assertThat(pool.acquire().key().id()).isEqualTo(only);
            }
        } finally {
            pool.close();
        }
    }
}
