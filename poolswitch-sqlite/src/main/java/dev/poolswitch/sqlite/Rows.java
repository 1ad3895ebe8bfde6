package dev.poolswitch.sqlite;

import dev.poolswitch.store.KeyRecord;
import dev.poolswitch.verdict.Scope;
import dev.poolswitch.verdict.VerdictKind;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;

/** The one place that knows the order of the columns. */
final class Rows {

    private static final String COLUMNS = "scope, key_id, subject, fingerprint, generation, disabled, cause, code,"
            + " closed_until, closed_until_nanos, avoid_until, avoid_until_nanos, changed_at, changed_at_nanos,"
            + " streak, failures_in_a_row, period, period_nanos,"
            + " requests, refusals, failures, failovers, quota_month, quota_used";

    private static final int REVISION = 25;
    private static final int WRITER = 26;
    private static final int POOL = 27;

    static final String SELECT_POOL = "SELECT " + COLUMNS + " FROM key_state WHERE pool = ?";
    static final String SELECT_NEW =
            "SELECT " + COLUMNS + " FROM key_state WHERE pool = ? AND revision > ? AND revision <= ? AND writer <> ?";
    static final String SELECT_ONE = "SELECT " + COLUMNS
            + ", revision, writer FROM key_state WHERE pool = ? AND scope = ? AND key_id = ? AND subject = ?";
    static final String SELECT_REVISION = "SELECT max(revision) FROM key_state WHERE pool = ?";
    static final String REPLACE = "INSERT OR REPLACE INTO key_state (" + COLUMNS + ", revision, writer, pool) VALUES ("
            + "?, ".repeat(POOL - 1) + "?)";

    private Rows() {}

    /** A row as it is stored: the record and who wrote it when. */
    record Stored(KeyRecord record, long revision, long writer) {}

    static Stored stored(ResultSet row) throws SQLException {
        return new Stored(record(row), row.getLong(REVISION), row.getLong(WRITER));
    }

    static KeyRecord record(ResultSet row) throws SQLException {
        return new KeyRecord(
                Scope.valueOf(row.getString(1)),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getLong(5),
                row.getBoolean(6),
                VerdictKind.valueOf(row.getString(7)),
                row.getString(8),
                instant(row, 9),
                instant(row, 11),
                instant(row, 13),
                row.getInt(15),
                row.getInt(16),
                Duration.ofSeconds(row.getLong(17), row.getInt(18)),
                new KeyRecord.Counters(
                        row.getLong(19),
                        row.getLong(20),
                        row.getLong(21),
                        row.getLong(22),
                        row.getString(23),
                        row.getLong(24)));
    }

    static void bindId(PreparedStatement statement, String pool, KeyRecord.Id id) throws SQLException {
        statement.setString(1, pool);
        statement.setString(2, id.scope().name());
        statement.setString(3, id.keyId());
        statement.setString(4, id.subject());
    }

    static void bind(PreparedStatement statement, String pool, Stored row) throws SQLException {
        KeyRecord record = row.record();
        statement.setString(1, record.scope().name());
        statement.setString(2, record.keyId());
        statement.setString(3, record.subject());
        statement.setString(4, record.fingerprint());
        statement.setLong(5, record.generation());
        statement.setBoolean(6, record.disabled());
        statement.setString(7, record.cause().name());
        statement.setString(8, record.code());
        bind(statement, 9, record.closedUntil());
        bind(statement, 11, record.avoidUntil());
        bind(statement, 13, record.changedAt());
        statement.setInt(15, record.streak());
        statement.setInt(16, record.failures());
        statement.setLong(17, record.period().toSeconds());
        statement.setInt(18, record.period().toNanosPart());
        bind(statement, record.counters());
        statement.setLong(REVISION, row.revision());
        statement.setLong(WRITER, row.writer());
        statement.setString(POOL, pool);
    }

    private static void bind(PreparedStatement statement, KeyRecord.Counters counters) throws SQLException {
        statement.setLong(19, counters.requests());
        statement.setLong(20, counters.refusals());
        statement.setLong(21, counters.failures());
        statement.setLong(22, counters.failovers());
        if (counters.quotaMonth() == null) {
            statement.setNull(23, Types.VARCHAR);
        } else {
            statement.setString(23, counters.quotaMonth());
        }
        statement.setLong(24, counters.quotaUsed());
    }

    private static void bind(PreparedStatement statement, int column, Instant instant) throws SQLException {
        statement.setLong(column, instant.getEpochSecond());
        statement.setInt(column + 1, instant.getNano());
    }

    private static Instant instant(ResultSet row, int column) throws SQLException {
        return Instant.ofEpochSecond(row.getLong(column), row.getInt(column + 1));
    }
}
