package dev.poolswitch.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.poolswitch.store.JsonFileStateStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be wrong with a JSON state file, and what becomes of it. */
class JsonFileTest {

    private static final String POOL = "pool";

    /** A program of one file: takes the lock of another process and keeps it until its input ends. */
    private static final String LOCKER = "import java.nio.channels.FileChannel;"
            + "import java.nio.file.*;"
            + "class Locker { public static void main(String[] a) throws Exception {"
            + " FileChannel.open(Path.of(a[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE).lock();"
            + " System.out.println(1); System.in.read(); } }";

    @TempDir
    Path directory;

    @Test
    void a_file_that_is_torn_anywhere_is_set_aside_and_never_deleted() throws Exception {
        byte[] whole = Files.readAllBytes(saved());
        for (int length = 0; length < whole.length; length += 7) {
            Path file =
                    Files.createDirectory(directory.resolve("torn-" + length)).resolve("state.json");
            byte[] torn = Arrays.copyOf(whole, length);
            Files.write(file, torn);

            try (JsonFileStateStore store = JsonFileStateStore.open(file)) {
                assertThat(store.load(POOL).records()).isEmpty();
            }
            assertThat(setAside(file))
                    .singleElement()
                    .satisfies(aside -> assertThat(Files.readAllBytes(aside)).isEqualTo(torn));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\0\0\0\0\0\0",
                "not json",
                "{\"format\":\"poolswitch-state\",\"version\":1}",
                "{\"format\":\"poolswitch-state\",\"version\":1,\"salt\":\"s\",\"pools\":{\"p\":[{\"scope\":\"KEY\"}]}}",
                "{\"format\":\"poolswitch-state\",\"version\":1,\"salt\":\"s\",\"pools\":{\"p\":[{\"scope\":\"MOON\"}]}}"
            })
    void a_file_that_cannot_be_understood_is_set_aside(String content) throws Exception {
        Path file = Files.writeString(directory.resolve("state.json"), content);

        try (JsonFileStateStore store = JsonFileStateStore.open(file)) {
            assertThat(store.load(POOL).records()).isEmpty();
        }

        assertThat(setAside(file))
                .singleElement()
                .satisfies(aside -> assertThat(aside).hasContent(content));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"name\":\"package\"}", "[1,2]", "\"text\"", "null", "17"})
    void json_of_something_else_is_refused_and_left_alone(String content) throws Exception {
        Path file = Files.writeString(directory.resolve("package.json"), content);

        assertRefused(file, "no state file of PoolSwitch", "choose another name");
        assertThat(file).hasContent(content);
    }

    @Test
    void a_newer_format_is_refused_and_left_alone() throws Exception {
        String content = "{\"format\":\"poolswitch-state\",\"version\":2,\"cells\":[]}";
        Path file = Files.writeString(directory.resolve("state.json"), content);

        assertRefused(file, "newer PoolSwitch (format 2, this one knows 1)", "upgrade");
        assertThat(file).hasContent(content);
    }

    @Test
    void unknown_fields_of_the_same_format_are_ignored() throws Exception {
        Path file = saved();
        Files.writeString(file, Files.readString(file).replace("\"salt\"", "\"comment\":\"x\",\"salt\""));

        try (JsonFileStateStore store = JsonFileStateStore.open(file)) {
            assertThat(store.load(POOL).records()).hasSize(1);
        }
    }

    @Test
    void a_missing_directory_and_a_directory_are_named() {
        assertRefused(directory.resolve("absent/state.json"), "there is no directory", "create it");
        assertRefused(directory, "is a directory", "name a file");
    }

    @Test
    void a_file_is_open_once_in_a_process() throws Exception {
        Path file = directory.resolve("state.json");
        try (JsonFileStateStore store = JsonFileStateStore.open(file)) {
            assertRefused(file, "open in this process already", "one store to several pools");

            store.save(POOL, List.of(StoredRecords.open("a", StoredRecords.NOW)));
        }
        JsonFileStateStore.open(file).close();
    }

    @Test
    void a_file_that_another_process_has_open_is_refused_until_that_ends() throws Exception {
        Path file = directory.resolve("state.json");
        Path source = Files.writeString(directory.resolve("Locker.java"), LOCKER);
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        source.toString(),
                        directory.resolve("state.json.lock").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(other.inputReader().readLine()).isEqualTo("1");
            assertRefused(file, "in use by another process", "SQLite store");
        } finally {
            other.destroyForcibly().onExit().join();
        }
        JsonFileStateStore.open(file).close();
    }

    @Test
    void a_temporary_file_that_a_crash_left_does_no_harm() throws Exception {
        Path file = saved();
        Files.writeString(directory.resolve("state.json.tmp"), "{\"format\":\"pool");

        try (JsonFileStateStore store = JsonFileStateStore.open(file)) {
            store.save(POOL, List.of(StoredRecords.open("b", StoredRecords.NOW)));
            assertThat(store.load(POOL).records()).hasSize(2);
        }
    }

    @Test
    void a_save_that_fails_changes_nothing() throws Exception {
        Path file = saved();
        try (JsonFileStateStore store = JsonFileStateStore.open(file)) {
            Path obstacle = Files.createDirectory(directory.resolve("state.json.tmp"));
            Files.createFile(obstacle.resolve("x"));
            assertThatThrownBy(() -> store.save(POOL, List.of(StoredRecords.open("b", StoredRecords.NOW))))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(file.toString());
            assertThat(store.load(POOL).records()).hasSize(1);

            Files.delete(obstacle.resolve("x"));
            store.save(POOL, List.of(StoredRecords.open("b", StoredRecords.NOW)));
            assertThat(store.load(POOL).records()).hasSize(2);
        }
    }

    @Test
    void the_file_is_its_owners_only() throws Exception {
        assumeTrue(Files.getFileStore(directory).supportsFileAttributeView("posix"), "needs POSIX permissions");

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(saved())))
                .isEqualTo("rw-------");
    }

    private Path saved() throws IOException {
        Path file = directory.resolve("state.json");
        try (JsonFileStateStore store = JsonFileStateStore.open(file)) {
            store.save(POOL, List.of(StoredRecords.blocked("a", StoredRecords.NOW, StoredRecords.NOW)));
        }
        return file;
    }

    private static List<Path> setAside(Path file) throws IOException {
        try (Stream<Path> files = Files.list(file.resolveSibling("."))) {
            return files.filter(each -> each.getFileName().toString().startsWith(file.getFileName() + ".damaged-"))
                    .toList();
        }
    }

    private static void assertRefused(Path file, String what, String remedy) {
        assertThatThrownBy(() -> JsonFileStateStore.open(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(what)
                .hasMessageContaining(remedy);
    }
}
