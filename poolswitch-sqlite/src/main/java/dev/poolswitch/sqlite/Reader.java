package dev.poolswitch.sqlite;

import dev.poolswitch.store.KeyRecord;
import dev.poolswitch.store.StoredState;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.sqlite.SQLiteErrorCode;

/** Reads the file and blocks no writer. Thread-safe. */
final class Reader implements AutoCloseable {

    private final Link link;

    /**
     * A reader.
     *
     * @param link closed with the reader
     */
    Reader(Link link) {
        this.link = link;
    }

    /**
     * A pool and the revision it had at least.
     *
     * @param state what is stored
     * @param revision of the latest change that is surely in it
     */
    record Loaded(StoredState state, long revision) {}

    synchronized Loaded load(String pool) throws SQLException {
        return read(() -> {
            // First the revision: what is committed in between is handed over once more, which does no harm.
            long revision = revision(pool);
            PreparedStatement select = link.statement(Rows.SELECT_POOL);
            select.setString(1, pool);
            return new Loaded(new StoredState(salt(), records(select)), revision);
        });
    }

    /** Another number than before when another connection has committed, or this one is new. */
    synchronized long dataVersion() throws SQLException {
        return read(() -> number(link.statement("PRAGMA data_version")));
    }

    /**
     * What others have changed in a pool.
     *
     * @param rows the records
     * @param upTo the revision up to which that is all
     */
    record Changes(List<KeyRecord> rows, long upTo) {}

    /** The rows of a pool that were written after a revision, and not by a certain writer alone. */
    synchronized Changes changes(String pool, long after, long notBy) throws SQLException {
        return read(() -> {
            long upTo = revision(pool);
            PreparedStatement select = link.statement(Rows.SELECT_NEW);
            select.setString(1, pool);
            select.setLong(2, after);
            select.setLong(3, upTo);
            select.setLong(4, notBy);
            return new Changes(records(select), upTo);
        });
    }

    @Override
    public synchronized void close() {
        link.close();
    }

    private interface Reading<T> {
        T run() throws SQLException;
    }

    private <T> T read(Reading<T> reading) throws SQLException {
        boolean done = false;
        try {
            T result = reading.run();
            done = true;
            return result;
        } finally {
            if (!done) {
                link.drop();
            }
        }
    }

    private long revision(String pool) throws SQLException {
        PreparedStatement select = link.statement(Rows.SELECT_REVISION);
        select.setString(1, pool);
        return number(select);
    }

    private String salt() throws SQLException {
        try (ResultSet row = link.statement("SELECT salt FROM store").executeQuery()) {
            if (!row.next()) {
                throw new SQLException("the salt is missing", null, SQLiteErrorCode.SQLITE_CORRUPT.code);
            }
            return row.getString(1);
        }
    }

    private static long number(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    private static List<KeyRecord> records(PreparedStatement statement) throws SQLException {
        List<KeyRecord> records = new ArrayList<>();
        try (ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                records.add(Rows.record(row));
            }
        }
        return records;
    }
}
