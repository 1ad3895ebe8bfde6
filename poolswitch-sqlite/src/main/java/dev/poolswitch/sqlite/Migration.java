package dev.poolswitch.sqlite;

import java.util.List;

/**
 * One step from a schema version to the next, run in a transaction of its own. Steps are only ever added: a file of any
 * earlier version passes through those it has not seen.
 *
 * @param statements SQL, in order
 */
record Migration(List<String> statements) {

    /**
     * All steps; their number is the version of the schema.
     *
     * <p>An instant takes two columns, seconds since 1970 and nanoseconds, because one would overflow in 2262. A row's
     * {@code revision} is one more than the pool's highest when it was written, so that an observer reads what is new
     * and nothing else; {@code writer} tells it which rows are its own, 0 stands for a row that several have written.
     */
    static final List<Migration> ALL = List.of(new Migration(List.of(
            "CREATE TABLE store (salt TEXT NOT NULL)",
            """
            CREATE TABLE key_state (
              pool TEXT NOT NULL, scope TEXT NOT NULL, key_id TEXT NOT NULL, subject TEXT NOT NULL,
              fingerprint TEXT NOT NULL, generation INTEGER NOT NULL, disabled INTEGER NOT NULL,
              cause TEXT NOT NULL, code TEXT NOT NULL,
              closed_until INTEGER NOT NULL, closed_until_nanos INTEGER NOT NULL,
              avoid_until INTEGER NOT NULL, avoid_until_nanos INTEGER NOT NULL,
              changed_at INTEGER NOT NULL, changed_at_nanos INTEGER NOT NULL,
              streak INTEGER NOT NULL, failures_in_a_row INTEGER NOT NULL,
              period INTEGER NOT NULL, period_nanos INTEGER NOT NULL,
              requests INTEGER NOT NULL, refusals INTEGER NOT NULL, failures INTEGER NOT NULL,
              failovers INTEGER NOT NULL, quota_month TEXT, quota_used INTEGER NOT NULL,
              revision INTEGER NOT NULL, writer INTEGER NOT NULL,
              PRIMARY KEY (pool, scope, key_id, subject)) WITHOUT ROWID""",
            "CREATE INDEX key_state_revision ON key_state (pool, revision)")));
}
