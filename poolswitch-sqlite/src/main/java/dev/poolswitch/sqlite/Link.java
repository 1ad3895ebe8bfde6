package dev.poolswitch.sqlite;

import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A connection and its prepared statements. After a failure it is dropped and made anew when it is needed: what state
 * the driver leaves its statements in then is not told anywhere, and some never work again. Not thread-safe.
 */
final class Link implements AutoCloseable {

    private final Path path;
    private final Settings settings;
    private final Map<String, PreparedStatement> statements = new HashMap<>();
    private @Nullable Connection connection;
    private int pageLimit;
    private boolean closed;

    Link(Path path, Settings settings, @Nullable Connection first) {
        this.path = path;
        this.settings = settings;
        this.connection = first;
    }

    PreparedStatement statement(String sql) throws SQLException {
        PreparedStatement statement = statements.get(sql);
        if (statement == null) {
            statement = connection().prepareStatement(sql);
            statements.put(sql, statement);
        }
        return statement;
    }

    /** Gives up the connection, and with it an open transaction. */
    void drop() {
        Connection failed = connection;
        connection = null;
        statements.clear();
        if (failed != null) {
            try {
                failed.close();
            } catch (SQLException e) {
                SqliteStateStore.LOG.log(Level.DEBUG, "closing a connection that failed", e);
            }
        }
    }

    /** Lets the file grow no further than this, as a full disk would. */
    void limitPages(int pages) throws SQLException {
        pageLimit = pages;
        applyPageLimit(connection());
    }

    @Override
    public void close() {
        closed = true;
        drop();
    }

    private Connection connection() throws SQLException {
        Connection current = connection;
        if (current == null) {
            if (closed) {
                throw new SQLException("the store is closed");
            }
            current = Database.connect(path, settings);
            connection = current;
            applyPageLimit(current);
        }
        return current;
    }

    private void applyPageLimit(Connection to) throws SQLException {
        if (pageLimit > 0) {
            try (Statement statement = to.createStatement()) {
                statement.execute("PRAGMA max_page_count = " + pageLimit);
            }
        }
    }
}
