package dev.poolswitch.sqlite;

import dev.poolswitch.store.KeyRecord;
import dev.poolswitch.store.StoredState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The connection that reads; it blocks no writer. Thread-safe. */
final class Reader implements AutoCloseable {

    private final Connection connection;
    private final PreparedStatement dataVersion;
    private final PreparedStatement salt;
    private final PreparedStatement revision;
    private final PreparedStatement selectPool;
    private final PreparedStatement selectNew;

    Reader(Connection connection) throws SQLException {
        this.connection = connection;
        dataVersion = connection.prepareStatement("PRAGMA data_version");
        salt = connection.prepareStatement("SELECT salt FROM store");
        revision = connection.prepareStatement(Rows.SELECT_REVISION);
        selectPool = connection.prepareStatement(Rows.SELECT_POOL);
        selectNew = connection.prepareStatement(Rows.SELECT_NEW);
    }

    synchronized StoredState load(String pool) throws SQLException {
        selectPool.setString(1, pool);
        return new StoredState(salt(), records(selectPool));
    }

    /** Another number than before when another connection has committed. */
    synchronized long dataVersion() throws SQLException {
        return number(dataVersion);
    }

    /** The revision of a pool's latest change; 0 when there is none. */
    synchronized long revision(String pool) throws SQLException {
        revision.setString(1, pool);
        return number(revision);
    }

    /** The rows of a pool that were written in a range of revisions, by others. */
    synchronized List<KeyRecord> changes(String pool, long after, long upTo, long notBy) throws SQLException {
        selectNew.setString(1, pool);
        selectNew.setLong(2, after);
        selectNew.setLong(3, upTo);
        selectNew.setLong(4, notBy);
        return records(selectNew);
    }

    @Override
    public synchronized void close() throws SQLException {
        connection.close();
    }

    private String salt() throws SQLException {
        try (ResultSet row = salt.executeQuery()) {
            if (!row.next()) {
                throw new SQLException("the salt is missing", null, org.sqlite.SQLiteErrorCode.SQLITE_CORRUPT.code);
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
