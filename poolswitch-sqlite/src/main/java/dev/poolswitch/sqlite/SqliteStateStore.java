package dev.poolswitch.sqlite;

import dev.poolswitch.store.KeyRecord;
import dev.poolswitch.store.KeyStateStore;
import dev.poolswitch.store.StoredState;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Keeps state in one SQLite file on a local disk, which several pools and several processes may share.
 *
 * <p>A batch is one transaction. When {@link #save} returns it survives the death of the process, kill -9 included; a
 * power loss may take back the last moments, but never damages the file. Processes on one file see each other's changes
 * within about half a second. A file is created readable by its owner only and holds ids, instants and counters, no
 * secret. While it is open SQLite keeps {@code <name>-wal} and {@code <name>-shm} beside it: copy all three or none.
 *
 * <p>A damaged file is renamed to {@code <name>.damaged-<time>}, never deleted; the store then starts empty and says so
 * in the log.
 *
 * <p>Thread-safe. There is a thread only while somebody observes.
 *
 * <pre>{@code
 * SqliteStateStore store = SqliteStateStore.open(Path.of("/var/lib/app/keys.db"));
 * KeyPool pool = KeyPool.builder().upstream("https://api.openai.com").keys(keys).store(store).build();
 * }</pre>
 */
public final class SqliteStateStore implements KeyStateStore {

    static final Logger LOG = System.getLogger("dev.poolswitch.sqlite");

    private final Path path;
    private final Reader reader;
    private final ChangeWatcher watcher;
    private final ReentrantLock writing = new ReentrantLock();
    /** Guarded by the lock. */
    private final Writer writer;

    private volatile boolean closed;

    /**
     * Opens a file, or starts one where there is none.
     *
     * @throws IOException when the directory is missing, the path is a directory, the file is read-only, no database, a
     *     database of another program or of a newer PoolSwitch, or the disk is full; the message names the file and the
     *     remedy
     */
    public static SqliteStateStore open(Path file) throws IOException {
        return open(file, Settings.DEFAULT);
    }

    static SqliteStateStore open(Path file, Settings settings) throws IOException {
        DatabaseFile checked = DatabaseFile.check(Objects.requireNonNull(file, "file"));
        return new SqliteStateStore(checked.path(), settings, Database.open(checked, settings));
    }

    private SqliteStateStore(Path path, Settings settings, Connection first) {
        this.path = path;
        reader = new Reader(new Link(path, settings, null));
        watcher = new ChangeWatcher(reader, settings, "poolswitch-sqlite-" + path.getFileName());
        writer = new Writer(new Link(path, settings, first), watcher::seen);
    }

    @Override
    public StoredState load(String pool) throws IOException {
        Objects.requireNonNull(pool, "pool");
        requireOpen();
        try {
            Reader.Loaded loaded = reader.load(pool);
            watcher.loaded(pool, loaded.revision());
            return loaded.state();
        } catch (SQLException | IllegalArgumentException e) {
            throw Problems.of(path, e);
        }
    }

    @Override
    public void save(String pool, Collection<KeyRecord> changes) throws IOException {
        Objects.requireNonNull(pool, "pool");
        if (changes.isEmpty()) {
            return;
        }
        writing.lock();
        try {
            requireOpen();
            writer.save(pool, changes);
        } catch (SQLException | IllegalArgumentException e) {
            throw Problems.of(path, e);
        } finally {
            writing.unlock();
        }
    }

    @Override
    public Subscription observe(String pool, Consumer<Collection<KeyRecord>> changes) {
        Objects.requireNonNull(pool, "pool");
        Objects.requireNonNull(changes, "changes");
        return closed ? () -> {} : watcher.add(pool, writer.id(), changes);
    }

    @Override
    public void close() {
        writing.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            watcher.close();
            closeQuietly(reader);
            closeQuietly(writer);
        } finally {
            writing.unlock();
        }
    }

    /** Shows the file. */
    @Override
    public String toString() {
        return "SqliteStateStore[" + path + "]";
    }

    /** Lets the file grow no further than this, as a full disk would. */
    void limitPages(int pages) throws SQLException {
        writing.lock();
        try {
            writer.limitPages(pages);
        } finally {
            writing.unlock();
        }
    }

    private void requireOpen() throws IOException {
        if (closed) {
            throw new IOException("state file " + path + ": the store is closed");
        }
    }

    private static void closeQuietly(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) { // what was saved is saved; SQLite tidies up at the next open
            LOG.log(Level.DEBUG, "closing a part of the store", e);
        }
    }
}
