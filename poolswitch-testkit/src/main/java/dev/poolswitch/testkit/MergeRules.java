package dev.poolswitch.testkit;

import static dev.poolswitch.testkit.StoredRecords.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.store.KeyRecord;
import dev.poolswitch.store.KeyStateStore;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The part of the contract that says how a saved change meets what is stored. */
abstract class MergeRules {

    static final String POOL = "pool";

    /** A store that the test closes when it ends. */
    abstract KeyStateStore open() throws Exception;

    @Test
    void a_later_end_wins_and_an_earlier_one_never_shortens_it() throws Exception {
        KeyStateStore store = open();
        save(store, StoredRecords.blocked("a", NOW.plusSeconds(60), NOW));
        save(store, StoredRecords.blocked("a", NOW.plusSeconds(10), NOW.plusSeconds(1)));
        assertThat(only(store).closedUntil()).isEqualTo(NOW.plusSeconds(60));

        save(store, StoredRecords.blocked("a", NOW.plusSeconds(90), NOW.plusSeconds(2)));
        assertThat(only(store).closedUntil()).isEqualTo(NOW.plusSeconds(90));
    }

    @Test
    void a_success_that_began_before_the_block_does_not_open_and_one_after_it_does() throws Exception {
        KeyStateStore store = open();
        save(store, StoredRecords.blocked("a", NOW.plusSeconds(60), NOW));
        save(store, StoredRecords.open("a", NOW.minusSeconds(1)));
        assertThat(only(store).open()).isFalse();

        save(store, StoredRecords.open("a", NOW.plusSeconds(1)));
        assertThat(only(store).open()).isTrue();

        save(store, StoredRecords.blocked("a", NOW.plusSeconds(60), NOW));
        assertThat(only(store).open()).as("a block from before the proof").isTrue();
    }

    @Test
    void a_persons_word_wins_over_what_was_learned_before_it() throws Exception {
        KeyStateStore store = open();
        save(store, StoredRecords.blocked("a", NOW.plusSeconds(60), NOW));
        save(store, StoredRecords.open("a", NOW.minusSeconds(9), 1, true, "f1"));
        assertThat(only(store).open()).isTrue();
        assertThat(only(store).disabled()).isTrue();

        save(store, StoredRecords.blocked("a", NOW.plusSeconds(90), NOW.plusSeconds(1)));
        assertThat(only(store).disabled())
                .as("after news of an older generation")
                .isTrue();
        assertThat(only(store).generation()).isEqualTo(1);
    }

    @Test
    void another_secret_under_the_same_id_starts_fresh() throws Exception {
        KeyStateStore store = open();
        save(store, StoredRecords.blocked("a", NOW.plusSeconds(60), NOW, StoredRecords.requests(5)));
        save(store, StoredRecords.open("a", Instant.EPOCH, 0, false, "f2"));

        assertThat(only(store).open()).isTrue();
        assertThat(only(store).fingerprint()).isEqualTo("f2");
        assertThat(only(store).counters()).isEqualTo(KeyRecord.Counters.NONE);
    }

    @Test
    void counters_add_up() throws Exception {
        KeyStateStore store = open();
        KeyRecord.Counters increase = new KeyRecord.Counters(1, 2, 3, 4, "2026-11", 5);
        for (int i = 0; i < 3; i++) {
            save(store, StoredRecords.blocked("a", NOW, NOW, increase));
        }

        assertThat(only(store).counters()).isEqualTo(new KeyRecord.Counters(3, 6, 9, 12, "2026-11", 15));
    }

    @Test
    void the_quota_of_a_new_month_begins_at_its_own_use_and_a_late_save_of_the_old_month_is_dropped() throws Exception {
        KeyStateStore store = open();
        save(store, StoredRecords.blocked("a", NOW, NOW, StoredRecords.quota("2026-11", 900)));
        save(store, StoredRecords.blocked("a", NOW, NOW, StoredRecords.quota("2026-12", 3)));
        save(store, StoredRecords.blocked("a", NOW, NOW, StoredRecords.quota("2026-11", 50)));

        assertThat(only(store).counters()).isEqualTo(StoredRecords.quota("2026-12", 3));
    }

    static void save(KeyStateStore store, KeyRecord change) throws IOException {
        store.save(POOL, List.of(change));
    }

    static KeyRecord only(KeyStateStore store) throws IOException {
        List<KeyRecord> records = store.load(POOL).records();
        assertThat(records).hasSize(1);
        return records.get(0);
    }
}
