package dev.poolswitch.sqlite;

import dev.poolswitch.store.Salt;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.locks.LockSupport;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteOpenMode;

/** Opens connections to a state file and brings its schema up to date. */
final class Database {

    /** "PlSw": tells our files from those of other programs. */
    static final int APPLICATION_ID = 0x506c5377;

    /** SQLite's own waiting does not cover the switch to WAL, which two processes may try at the same time. */
    private static final long RETRY_NANOS = 10_000_000;

    /** Within this JVM files are opened one after the other, see {@link DatabaseFile#hasMagic}. */
    private static final Object OPENING = new Object();

    private final Path path;
    private final Settings settings;

    private Database(Path path, Settings settings) {
        this.path = path;
        this.settings = settings;
    }

    /** Opens a file or starts one, and sets a damaged one aside. The connection is ready for writing. */
    static Connection open(DatabaseFile file, Settings settings) throws IOException {
        Database database = new Database(file.path(), settings);
        synchronized (OPENING) {
            try {
                file.createIfMissing();
                try {
                    return database.patientlyOpened();
                } catch (SQLException e) {
                    if (!damaged(e)) {
                        throw e;
                    }
                }
                return database.openedInPlaceOfDamaged(file);
            } catch (SQLException e) {
                throw Problems.of(file.path(), e);
            } catch (LinkageError e) {
                throw new IOException(
                        "state file " + file.path() + " cannot be opened, because the native part of SQLite cannot be"
                                + " loaded; set -Dorg.sqlite.tmpdir to a directory that allows execution",
                        e);
            }
        }
    }

    /** One more connection to an open file. */
    static Connection connect(Path path, Settings settings) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        // A file that vanished in between must not come back with the wrong rights.
        config.resetOpenMode(SQLiteOpenMode.CREATE);
        config.setBusyTimeout((int) settings.busyTimeout().toMillis());
        // A commit is in the kernel's cache when it returns, so it survives the death of the process; a power loss may
        // take the last ones back, but never damages the file.
        config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
        return config.createConnection("jdbc:sqlite:" + uri(path));
    }

    @SuppressWarnings("try") // the lock is held, not used
    private Connection openedInPlaceOfDamaged(DatabaseFile file) throws IOException, SQLException {
        try (FileChannel ignored = file.lockAside()) {
            try {
                return patientlyOpened();
            } catch (SQLException e) {
                if (!damaged(e)) {
                    throw e;
                }
                if (!file.hasMagic()) {
                    throw new IOException(
                            "state file " + file.path() + " is no SQLite database and is left as it is;"
                                    + " choose another name or remove it",
                            e);
                }
                file.setAside(String.valueOf(e.getMessage()));
            }
            file.createIfMissing();
            return patientlyOpened();
        }
    }

    private Connection patientlyOpened() throws IOException, SQLException {
        long start = System.nanoTime();
        while (true) {
            try {
                return opened();
            } catch (SQLException e) {
                boolean busy = Problems.is(e, SQLiteErrorCode.SQLITE_BUSY);
                if (!busy || System.nanoTime() - start > settings.busyTimeout().toNanos()) {
                    throw e;
                }
            }
            LockSupport.parkNanos(RETRY_NANOS);
        }
    }

    private Connection opened() throws IOException, SQLException {
        Connection connection = connect(path, settings);
        try (Statement statement = connection.createStatement()) {
            requireOurs(statement);
            String mode = text(statement, "PRAGMA journal_mode = WAL");
            if (!"wal".equals(mode)) {
                throw new IOException("state file " + path + ": SQLite cannot share memory there (journal mode " + mode
                        + "); keep it on a local disk");
            }
            migrate(connection, statement);
            return connection;
        } catch (IOException | SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private void requireOurs(Statement statement) throws IOException, SQLException {
        statement.execute("PRAGMA cell_size_check = ON");
        int known = settings.migrations().size();
        int version = number(statement, "PRAGMA user_version");
        boolean ours = number(statement, "PRAGMA application_id") == APPLICATION_ID;
        if (!ours && number(statement, "SELECT count(*) FROM sqlite_schema") > 0) {
            throw new IOException("state file " + path + " is a database of another program and is left as it is;"
                    + " choose another file");
        }
        if (ours && version > known) {
            throw new IOException("state file " + path + " was written by a newer PoolSwitch (schema " + version
                    + ", this one knows " + known + "); upgrade poolswitch-sqlite or choose another file");
        }
        if (ours) {
            String check = text(statement, "PRAGMA quick_check(1)");
            boolean complete =
                    number(statement, "SELECT count(*) FROM sqlite_schema WHERE name IN ('store', 'key_state')") == 2;
            if (!"ok".equals(check) || !complete) {
                throw new SQLException(
                        complete ? check : "tables are missing", null, SQLiteErrorCode.SQLITE_CORRUPT.code);
            }
        }
    }

    /** In one transaction, which also shows whether the file can be written. */
    private void migrate(Connection connection, Statement statement) throws SQLException {
        statement.execute("BEGIN IMMEDIATE");
        try {
            int version = number(statement, "PRAGMA user_version");
            int newest = settings.migrations().size();
            for (Migration step : settings.migrations().subList(Math.min(version, newest), newest)) {
                for (String sql : step.statements()) {
                    statement.execute(sql);
                }
            }
            if (version < newest) {
                statement.execute("PRAGMA application_id = " + APPLICATION_ID);
                statement.execute("PRAGMA user_version = " + newest);
                try (PreparedStatement salt = connection.prepareStatement(
                        "INSERT INTO store (salt) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM store)")) {
                    salt.setString(1, Salt.random());
                    salt.executeUpdate();
                }
            }
            statement.execute("COMMIT");
        } catch (SQLException e) {
            try {
                statement.execute("ROLLBACK");
            } catch (SQLException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    private static boolean damaged(SQLException e) {
        return Problems.is(e, SQLiteErrorCode.SQLITE_CORRUPT, SQLiteErrorCode.SQLITE_NOTADB);
    }

    /** A path may hold what the driver would take for its own parameters; in a URI it can be escaped. */
    private static String uri(Path path) {
        StringBuilder uri = new StringBuilder("file://");
        String slashed = path.toString().replace(path.getFileSystem().getSeparator(), "/");
        if (!slashed.startsWith("/")) {
            uri.append('/');
        }
        for (byte b : slashed.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
            if (plain || "/._-~".indexOf(c) >= 0) {
                uri.append(c);
            } else {
                uri.append(String.format("%%%02X", (int) c));
            }
        }
        return uri.toString();
    }

    private static int number(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getInt(1) : 0;
        }
    }

    private static String text(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? String.valueOf(row.getString(1)) : "";
        }
    }
}
