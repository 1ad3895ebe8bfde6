package dev.poolswitch.sqlite;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;

/** What happens to the file itself, beside SQLite. */
final class DatabaseFile {

    private static final Logger LOG = System.getLogger("dev.poolswitch.sqlite");
    private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Path directory;
    private final Path path;

    private DatabaseFile(Path directory, Path path) {
        this.directory = directory;
        this.path = path;
    }

    /**
     * Checks what SQLite would report less clearly, or not at all: it opens a read-only file and fails at the first
     * write.
     */
    static DatabaseFile check(Path given) throws IOException {
        Path path = given.toAbsolutePath().normalize();
        Path directory = path.getParent();
        if (directory == null || Files.isDirectory(path)) {
            throw new IOException("state file " + given + " is a directory; name a file in it");
        }
        if (!Files.isDirectory(directory)) {
            throw new IOException("state file " + given + ": there is no directory " + directory + "; create it first");
        }
        if (Files.exists(path) && !(Files.isReadable(path) && Files.isWritable(path))) {
            throw new IOException("state file " + given + " is not readable and writable for this process; allow both"
                    + " (chmod u+rw) or choose another file");
        }
        if (!Files.isWritable(directory)) {
            throw new IOException(
                    "state file " + given + ": the directory " + directory + " is not writable, and SQLite"
                            + " keeps two files beside the database; make it writable (chmod u+w) or choose another one");
        }
        return new DatabaseFile(directory, path);
    }

    Path path() {
        return path;
    }

    /** Creates the file unless it is there, for its owner only; what SQLite puts beside it gets the same rights. */
    void createIfMissing() throws IOException {
        if (Files.exists(path)) {
            return;
        }
        try {
            Files.createFile(path, ownerOnly());
        } catch (FileAlreadyExistsException e) {
            LOG.log(Level.TRACE, "another process was faster", e);
        }
    }

    /**
     * Whether the file was an SQLite database once. Only for a file that SQLite has just refused: closing a channel on a
     * database gives back the POSIX locks that this process has on it.
     */
    boolean hasMagic() throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            return Arrays.equals(in.readNBytes(MAGIC.length), MAGIC);
        }
    }

    /** Keeps other processes from setting the file aside at the same time, which would hit the fresh one. */
    FileChannel lockAside() throws IOException {
        FileChannel channel = FileChannel.open(
                sibling("", ".lock"), EnumSet.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), ownerOnly());
        try {
            channel.lock();
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        return channel;
    }

    /** Renames the database and what belongs to it, so that a new one can be started and nothing is lost. */
    void setAside(String why) throws IOException {
        String suffix = ".damaged-" + TIMESTAMP.format(Instant.now());
        for (String part : List.of("-wal", "-shm", "")) {
            if (Files.exists(sibling("", part))) {
                Files.move(sibling("", part), sibling(suffix, part));
            }
        }
        LOG.log(
                Level.WARNING,
                "state file " + path + " is damaged (" + why + "); it is kept as " + sibling(suffix, "")
                        + " and a new one is started, so what had been learned about the keys is learned again");
    }

    private Path sibling(String suffix, String part) {
        return path.resolveSibling(path.getFileName() + suffix + part);
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
