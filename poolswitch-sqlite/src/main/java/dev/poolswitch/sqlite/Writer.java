package dev.poolswitch.sqlite;

import dev.poolswitch.store.KeyRecord;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The connection that changes the file: one transaction a batch. Not thread-safe. */
final class Writer implements AutoCloseable {

    private final Connection connection;
    private final PreparedStatement begin;
    private final PreparedStatement commit;
    private final PreparedStatement rollback;
    private final PreparedStatement revision;
    private final PreparedStatement select;
    private final PreparedStatement replace;
    private final ToLongFunction<String> seen;
    private final long id = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);

    /**
     * A writer.
     *
     * @param connection closed with the writer
     * @param seen the revision up to which this process knows the rows of a pool
     */
    Writer(Connection connection, ToLongFunction<String> seen) throws SQLException {
        this.connection = connection;
        this.seen = seen;
        begin = connection.prepareStatement("BEGIN IMMEDIATE");
        commit = connection.prepareStatement("COMMIT");
        rollback = connection.prepareStatement("ROLLBACK");
        revision = connection.prepareStatement(Rows.SELECT_REVISION);
        select = connection.prepareStatement(Rows.SELECT_ONE);
        replace = connection.prepareStatement(Rows.REPLACE);
    }

    /** What this writer's rows are marked with. */
    long id() {
        return id;
    }

    void save(String pool, Collection<KeyRecord> changes) throws SQLException {
        begin.execute();
        boolean committed = false;
        try {
            long next = revision(pool) + 1;
            long known = seen.applyAsLong(pool);
            for (KeyRecord change : changes) {
                Rows.bind(replace, pool, merged(stored(pool, change), change, next, known));
                replace.executeUpdate();
            }
            commit.execute();
            committed = true;
        } finally {
            if (!committed) {
                rollBack();
            }
        }
    }

    /** An own row stays our own, unless it holds what another process wrote and we have not read yet. */
    private Rows.Stored merged(Rows.@Nullable Stored before, KeyRecord change, long next, long known) {
        if (before == null) {
            return new Rows.Stored(change, next, id);
        }
        boolean unread = before.writer() != id && before.revision() > known;
        return new Rows.Stored(before.record().mergedWith(change), next, unread ? 0 : id);
    }

    private long revision(String pool) throws SQLException {
        revision.setString(1, pool);
        try (ResultSet row = revision.executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    private Rows.@Nullable Stored stored(String pool, KeyRecord change) throws SQLException {
        Rows.bindId(select, pool, change.id());
        try (ResultSet row = select.executeQuery()) {
            return row.next() ? Rows.stored(row) : null;
        }
    }

    /** SQLite has rolled back by itself after some errors; then there is nothing to do. */
    private void rollBack() {
        try {
            rollback.execute();
        } catch (SQLException e) {
            SqliteStateStore.LOG.log(System.Logger.Level.DEBUG, "nothing to roll back", e);
        }
    }

    /** The last connection to a file moves the log into the database and removes it; others only do what is free. */
    @Override
    public void close() throws SQLException {
        try (PreparedStatement checkpoint = connection.prepareStatement("PRAGMA wal_checkpoint(PASSIVE)")) {
            checkpoint.execute();
        } finally {
            connection.close();
        }
    }
}
