package dev.poolswitch.sqlite;

import dev.poolswitch.store.KeyRecord;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Changes the file: one transaction a batch. Not thread-safe. */
final class Writer implements AutoCloseable {

    private final Link link;
    private final ToLongFunction<String> seen;
    private final long id = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);

    /**
     * A writer.
     *
     * @param link closed with the writer
     * @param seen the revision up to which this process knows the rows of a pool
     */
    Writer(Link link, ToLongFunction<String> seen) {
        this.link = link;
        this.seen = seen;
    }

    /** What this writer's rows are marked with. */
    long id() {
        return id;
    }

    void save(String pool, Collection<KeyRecord> changes) throws SQLException {
        boolean committed = false;
        try {
            // At once for writing: a transaction that reads first can be refused the lock for good.
            link.statement("BEGIN IMMEDIATE").execute();
            long next = revision(pool) + 1;
            long known = seen.applyAsLong(pool);
            PreparedStatement replace = link.statement(Rows.REPLACE);
            for (KeyRecord change : changes) {
                Rows.bind(replace, pool, merged(stored(pool, change), change, next, known));
                replace.executeUpdate();
            }
            link.statement("COMMIT").execute();
            committed = true;
        } finally {
            if (!committed) {
                link.drop();
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
        PreparedStatement revision = link.statement(Rows.SELECT_REVISION);
        revision.setString(1, pool);
        try (ResultSet row = revision.executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    private Rows.@Nullable Stored stored(String pool, KeyRecord change) throws SQLException {
        PreparedStatement select = link.statement(Rows.SELECT_ONE);
        Rows.bindId(select, pool, change.id());
        try (ResultSet row = select.executeQuery()) {
            return row.next() ? Rows.stored(row) : null;
        }
    }

    void limitPages(int pages) throws SQLException {
        link.limitPages(pages);
    }

    /** The last connection to a file moves the log into the database and removes it; others only do what is free. */
    @Override
    public void close() throws SQLException {
        try {
            link.statement("PRAGMA wal_checkpoint(PASSIVE)").execute();
        } finally {
            link.close();
        }
    }
}
