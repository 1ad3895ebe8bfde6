package dev.poolswitch.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.KeyPool;
import dev.poolswitch.KeyState;
import dev.poolswitch.KeyStatus;
import dev.poolswitch.KeyStatus.Block;
import dev.poolswitch.Lease;
import dev.poolswitch.LeaseRequest;
import dev.poolswitch.ModelLimits;
import dev.poolswitch.WhenExhausted;
import dev.poolswitch.testkit.FakeTimeSource;
import dev.poolswitch.verdict.Scope;
import dev.poolswitch.verdict.Verdict;
import dev.poolswitch.verdict.VerdictKind;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whoever asks the pool how it is hears of everything that keeps calls away. */
class StatusTest {

    private final FakeTimeSource time = new FakeTimeSource();

    @Test
    void a_key_that_nothing_is_held_against_has_no_blocks() throws Exception {
        try (KeyPool pool = pool()) {
            call(pool, "a1", "large").succeeded();

            assertThat(pool.status().keys()).allMatch(key -> key.blocks().isEmpty());
        }
    }

    @Test
    void a_model_that_is_closed_shows_with_its_end_and_its_reason_while_the_key_is_ready() throws Exception {
        try (KeyPool pool = pool()) {
            refuse(pool, "b", "large", VerdictKind.RATE_LIMITED, Scope.KEY_AND_MODEL, 10);
            call(pool, "b", "small")
                    .end(Verdict.of(VerdictKind.KEY_FORBIDDEN, "model_not_allowed")
                            .withScope(Scope.KEY_AND_MODEL));
            KeyStatus b = status(pool, "b");

            assertThat(b.state()).isEqualTo(KeyState.READY);
            assertThat(b.blocks()).hasSize(2);
            assertThat(b.blocksOf("large"))
                    .containsExactly(block(Scope.KEY_AND_MODEL, "large", KeyState.RATE_LIMITED, 10, "429"));
            assertThat(b.blocksOf("small"))
                    .containsExactly(
                            block(Scope.KEY_AND_MODEL, "small", KeyState.REJECTED, 3_600, "model_not_allowed"));
            assertThat(b.blocksOf("tiny")).isEmpty();
        }
    }

    @Test
    void a_model_is_shown_as_probing_once_its_rest_is_over_and_not_at_all_once_it_has_served() throws Exception {
        try (KeyPool pool = pool()) {
            refuse(pool, "b", "large", VerdictKind.RATE_LIMITED, Scope.KEY_AND_MODEL, 10);
            time.advance(Duration.ofSeconds(10));
            assertThat(status(pool, "b").blocksOf("large"))
                    .containsExactly(block(Scope.KEY_AND_MODEL, "large", KeyState.PROBING, 0, "429"));
            Lease probe = call(pool, "b", "large");
            assertThat(status(pool, "b").blocksOf("large"))
                    .containsExactly(new Block(Scope.KEY_AND_MODEL, "large", KeyState.PROBING, null, "429"));
            probe.succeeded();

            assertThat(status(pool, "b").blocks()).isEmpty();
        }
    }

    @Test
    void a_model_that_has_no_room_shows_until_when() throws Exception {
        ModelLimits two = ModelLimits.of("large").requestsPerMinute(2);
        try (KeyPool pool = Pools.of(time, Pools.key("k").model(two).build()).build()) {
            call(pool, "k", "large").succeeded();
            assertThat(status(pool, "k").blocks()).isEmpty();
            call(pool, "k", "large").succeeded();

            assertThat(status(pool, "k").state()).isEqualTo(KeyState.READY);
            assertThat(status(pool, "k").blocksOf("large")).singleElement().satisfies(block -> {
                assertThat(block.state()).isEqualTo(KeyState.SATURATED);
                assertThat(block.until())
                        .isBetween(
                                time.instant().plusSeconds(60), time.instant().plusSeconds(61));
            });
        }
    }

    @Test
    void a_closed_group_shows_at_each_of_its_keys_and_at_no_other() throws Exception {
        try (KeyPool pool = pool()) {
            refuse(pool, "a1", "large", VerdictKind.QUOTA_EXHAUSTED, Scope.GROUP, 600);
            Block shared = block(Scope.GROUP, "A", KeyState.QUOTA_EXHAUSTED, 600, "429");

            assertThat(status(pool, "a1").blocks()).containsExactly(shared);
            assertThat(status(pool, "a2").blocks()).containsExactly(shared);
            assertThat(status(pool, "a2").state()).isEqualTo(KeyState.QUOTA_EXHAUSTED);
            assertThat(status(pool, "b").blocks()).isEmpty();
        }
    }

    @Test
    void a_closed_upstream_shows_at_every_key() throws Exception {
        try (KeyPool pool = pool()) {
            refuse(pool, "b", "large", VerdictKind.RATE_LIMITED, Scope.UPSTREAM, 10);

            assertThat(pool.status().keys())
                    .allSatisfy(key -> assertThat(key.blocks())
                            .containsExactly(block(Scope.UPSTREAM, "", KeyState.RATE_LIMITED, 10, "429")));
        }
    }

    @Test
    void of_several_blocks_all_show_and_the_longest_gives_the_key_its_state() throws Exception {
        try (KeyPool pool = pool()) {
            Lease first = call(pool, "a1", "large");
            Lease second = call(pool, "a1", "large");
            first.end(refusal(VerdictKind.RATE_LIMITED, Scope.KEY, 10));
            second.end(refusal(VerdictKind.QUOTA_EXHAUSTED, Scope.GROUP, 600));
            time.advance(Duration.ofSeconds(20));
            KeyStatus a1 = status(pool, "a1");

            assertThat(a1.blocks())
                    .containsExactly(
                            block(Scope.KEY, "", KeyState.PROBING, 0, "429"),
                            block(Scope.GROUP, "A", KeyState.QUOTA_EXHAUSTED, 580, "429"));
            assertThat(a1.state()).isEqualTo(KeyState.QUOTA_EXHAUSTED);
            assertThat(a1.cooldownUntil()).isEqualTo(time.instant().plusSeconds(580));
        }
    }

    @Test
    void what_persons_and_quotas_and_permits_keep_away_is_a_block_too() throws Exception {
        try (KeyPool pool = Pools.of(
                        time,
                        Pools.key("out").build(),
                        Pools.key("spent").monthlyQuota(1).build(),
                        Pools.key("busy").maxConcurrent(1).build())
                .build()) {
            pool.disable("out");
            call(pool, "spent", "large").succeeded();
            Lease busy = call(pool, "busy", "large");

            assertThat(states(pool, "out")).containsExactly(KeyState.DISABLED);
            assertThat(states(pool, "spent")).containsExactly(KeyState.QUOTA_EXHAUSTED);
            assertThat(states(pool, "busy")).containsExactly(KeyState.SATURATED);
            busy.succeeded();
            assertThat(states(pool, "busy")).isEmpty();
        }
    }

    private KeyPool pool() {
        return Pools.of(
                        time,
                        Pools.key("a1").group("A").build(),
                        Pools.key("a2").group("A").build(),
                        Pools.key("b").build())
                .whenExhausted(WhenExhausted.failFast())
                .build();
    }

    private static Lease call(KeyPool pool, String key, String model) throws Exception {
        return pool.acquire(LeaseRequest.any().withKey(key).withModel(model));
    }

    private static void refuse(KeyPool pool, String key, String model, VerdictKind kind, Scope scope, int seconds)
            throws Exception {
        call(pool, key, model).end(refusal(kind, scope, seconds));
    }

    private static Verdict refusal(VerdictKind kind, Scope scope, int seconds) {
        return Verdict.of(kind, "429").withScope(scope).withWait(Duration.ofSeconds(seconds));
    }

    private Block block(Scope scope, String subject, KeyState state, int seconds, String reason) {
        return new Block(scope, subject, state, time.instant().plusSeconds(seconds), reason);
    }

    private static KeyStatus status(KeyPool pool, String id) {
        return pool.status().key(id).orElseThrow();
    }

    private static List<KeyState> states(KeyPool pool, String id) {
        return status(pool, id).blocks().stream().map(Block::state).toList();
    }
}
