package dev.poolswitch.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Keeps state in one JSON file, for one process and some hundred keys: each save writes the whole file anew. For more
 * keys or several processes take the SQLite store.
 *
 * <p>A save is written beside the file, forced to the disk and moved over it, so a crash, kill -9 or power loss at any
 * moment leaves the old content or the new. A file that cannot be read nevertheless is renamed to
 * {@code <name>.damaged-<time>}, never deleted; the store then starts empty and says so in the log. The file is readable
 * by its owner only where the file system can say so. It holds ids, instants and counters, no secret.
 *
 * <p>Thread-safe; may serve several pools. While it is open, {@code <name>.lock} keeps other processes away; that empty
 * file stays behind.
 *
 * <pre>{@code
 * JsonFileStateStore store = JsonFileStateStore.open(Path.of("keys.json"));
 * KeyPool pool = KeyPool.builder().upstream("https://api.openai.com").keys(keys).store(store).build();
 * }</pre>
 */
public final class JsonFileStateStore implements KeyStateStore {

    private final StateFile file;
    private JsonFormat.Content content;
    private boolean closed;

    /**
     * Opens a file, or starts one where there is none.
     *
     * @throws IOException when the directory is missing or not writable, the path is a directory, the file belongs to
     *     something else or to a newer PoolSwitch, or somebody has it open; the message names the file and the remedy
     */
    public static JsonFileStateStore open(Path file) throws IOException {
        StateFile taken = StateFile.take(Objects.requireNonNull(file, "file"));
        try {
            return new JsonFileStateStore(taken, contentOf(taken));
        } catch (IOException | RuntimeException e) {
            taken.release();
            throw e;
        }
    }

    private JsonFileStateStore(StateFile file, JsonFormat.Content content) {
        this.file = file;
        this.content = content;
    }

    @Override
    public synchronized StoredState load(String pool) throws IOException {
        requireOpen();
        return new StoredState(
                content.salt(),
                List.copyOf(content.pools().getOrDefault(pool, Map.of()).values()));
    }

    @Override
    public synchronized void save(String pool, Collection<KeyRecord> changes) throws IOException {
        requireOpen();
        JsonFormat.Content merged = content.with(pool, changes);
        try {
            file.replace(JsonFormat.write(merged));
        } catch (IOException e) {
            throw new IOException("state file " + file.path() + " cannot be written: " + e.getMessage(), e);
        }
        content = merged;
    }

    @Override
    public synchronized void close() {
        closed = true;
        file.release();
    }

    /** Shows the file. */
    @Override
    public String toString() {
        return "JsonFileStateStore[" + file.path() + "]";
    }

    private static JsonFormat.Content contentOf(StateFile file) throws IOException {
        byte[] text = file.read();
        if (text != null) {
            try {
                return JsonFormat.read(text);
            } catch (JsonFormat.RefusedException e) {
                throw new IOException("state file " + file.path() + " " + e.getMessage(), e);
            } catch (JsonFormat.DamagedException e) {
                file.setAside(String.valueOf(e.getMessage()));
            }
        }
        // Written at once: a disk that is full or read-only is told now, and the salt never changes.
        JsonFormat.Content empty = JsonFormat.Content.empty();
        try {
            file.replace(JsonFormat.write(empty));
        } catch (IOException e) {
            throw new IOException(
                    "state file " + file.path() + " cannot be created: " + e.getMessage()
                            + "; check the space and the rights there",
                    e);
        }
        return empty;
    }

    private void requireOpen() throws IOException {
        if (closed) {
            throw new IOException("state file " + file.path() + ": the store is closed");
        }
    }
}
