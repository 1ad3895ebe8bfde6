package dev.poolswitch.store;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A file that belongs to one process while it is open and is replaced as a whole. Not thread-safe. */
final class StateFile {

    private static final Logger LOG = System.getLogger("dev.poolswitch.store");
    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    /**
     * The files that this process has open. Needed because POSIX locks belong to the process: closing any channel on a
     * lock file gives the process's lock on it back, so a second attempt must not even open it.
     */
    private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final Path path;
    private @Nullable FileChannel lock;

    private StateFile(Path directory, Path path) {
        this.directory = directory;
        this.path = path;
    }

    /**
     * Takes a file for this process.
     *
     * @throws IOException when its directory is missing or not writable, it is no file, or somebody else has it open
     */
    static StateFile take(Path path) throws IOException {
        Path directory = path.toAbsolutePath().normalize().getParent();
        if (directory == null || Files.isDirectory(path)) {
            throw new IOException("state file " + path + " is a directory; name a file in it");
        }
        if (!Files.isDirectory(directory)) {
            throw new IOException("state file " + path + ": there is no directory " + directory + "; create it first");
        }
        if (!Files.isWritable(directory)) {
            throw new IOException("state file " + path + ": the directory " + directory
                    + " is not writable, and the file is replaced by a new one at each save; make it writable");
        }
        StateFile file = of(path, directory);
        file.lock();
        return file;
    }

    /** A link stays a link: what it points to is replaced. */
    private static StateFile of(Path path, Path directory) throws IOException {
        Path real =
                Files.exists(path) ? path.toRealPath() : directory.toRealPath().resolve(path.getFileName());
        Path home = real.getParent();
        return new StateFile(home == null ? directory : home, real);
    }

    Path path() {
        return path;
    }

    /** What the file holds; null when there is none. */
    byte @Nullable [] read() throws IOException {
        return Files.exists(path) ? Files.readAllBytes(path) : null;
    }

    /** Replaces the file: after a crash at any moment either the old content is there or the new. */
    void replace(byte[] content) throws IOException {
        Path next = sibling(".tmp");
        Files.deleteIfExists(next);
        try (FileChannel out = FileChannel.open(
                next, EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly())) {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                out.write(rest);
            }
            out.force(true);
        }
        Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceDirectory();
    }

    /** Renames the file, so that a new one can be started and nothing is lost. */
    void setAside(String why) throws IOException {
        Path aside = sibling(".damaged-" + TIMESTAMP.format(Instant.now()));
        Files.move(path, aside);
        LOG.log(
                Level.WARNING,
                "state file " + path + " is damaged (" + why + "); it is kept as " + aside
                        + " and a new one is started, so what had been learned about the keys is learned again");
    }

    void release() {
        FileChannel held = lock;
        lock = null;
        if (held != null) {
            try {
                held.close();
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "closing the lock of " + path, e);
            }
            OPEN.remove(path);
        }
    }

    private void lock() throws IOException {
        if (!OPEN.add(path)) {
            throw new IOException("state file " + path
                    + " is open in this process already; give one store to several pools instead of opening it twice");
        }
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    sibling(".lock"), EnumSet.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), ownerOnly());
            FileLock taken = channel.tryLock();
            if (taken == null) {
                throw new IOException("state file " + path + " is in use by another process (it holds "
                        + sibling(".lock") + "); use another file, or the SQLite store, which processes can share");
            }
            lock = channel;
        } finally {
            if (lock == null) {
                OPEN.remove(path);
                if (channel != null) {
                    channel.close();
                }
            }
        }
    }

    private Path sibling(String suffix) {
        return path.resolveSibling(path.getFileName() + suffix);
    }

    private void forceDirectory() {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) { // Windows has no such thing; there the move itself is all that can be had
            LOG.log(Level.TRACE, "no fsync of a directory", e);
        }
    }

    private FileAttribute<?>[] ownerOnly() throws IOException {
        boolean posix = Files.getFileStore(directory).supportsFileAttributeView("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
