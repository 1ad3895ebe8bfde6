package dev.poolswitch.mistakes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A test that never fails proves nothing. Each mistake is planted into a copy of the core's sources, which is compiled in
 * the place of the core; then the test that is named with the mistake must fail.
 */
class MistakesTest {

    private static final Path SOURCES = Path.of("..", "poolswitch-core", "src", "main", "java");
    private static final Path MISTAKES = Path.of("src", "test", "resources", "mistakes");

    /** A mistake that makes its test hang is noticed too. */
    private static final long PATIENCE_SECONDS = 90;

    @TempDir
    Path directory;

    static List<Mistake> mistakes() throws IOException {
        return Mistake.all(MISTAKES);
    }

    /** So that a change of the sources does not make a mistake impossible unseen until the slow tests run. */
    @Test
    void each_mistake_can_still_be_made() throws IOException {
        Map<Path, String> sources = sources();
        for (Mistake mistake : mistakes()) {
            assertThat(mistake.plant(sources)).isNotEqualTo(sources);
        }
        assertThat(mistakes()).hasSizeGreaterThanOrEqualTo(12);
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    @Tag("soak")
    void a_mistake_is_noticed_by_its_test(Mistake mistake) throws Exception {
        Path classes = Files.createDirectories(directory.resolve("classes"));
        compile(written(mistake.plant(sources())), classes);
        Path output = directory.resolve("output.txt");
        Process process = new ProcessBuilder(command(mistake, classes))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            System.out.println(mistake + ": " + mistake.testMethod() + " hangs");
            return;
        }
        String text = Files.readString(output);
        assertThat(process.exitValue())
                .as("%s with %s%n%s", mistake.test(), mistake, tail(text))
                .isEqualTo(OneTest.NOTICED);
        System.out.println(mistake + ": " + mistake.testMethod() + " fails: " + reason(text));
    }

    private static Map<Path, String> sources() throws IOException {
        Map<Path, String> sources = new TreeMap<>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                sources.put(SOURCES.relativize(file), Files.readString(file));
            }
        }
        return sources;
    }

    private List<Path> written(Map<Path, String> sources) throws IOException {
        List<Path> written = new ArrayList<>();
        for (Map.Entry<Path, String> source : sources.entrySet()) {
            Path file = directory.resolve("sources").resolve(source.getKey());
            Files.createDirectories(file.getParent());
            written.add(Files.writeString(file, source.getValue()));
        }
        return written;
    }

    private static List<String> command(Mistake mistake, Path classes) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", classes + File.pathSeparator + classPath()));
        command.addAll(List.of(OneTest.class.getName(), mistake.testClass(), mistake.testMethod()));
        return command;
    }

    private static void compile(List<Path> sources, Path classes) throws IOException {
        JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler());
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<Path> withoutModule = sources.stream()
                    .filter(source -> !source.endsWith("module-info.java"))
                    .toList();
            boolean compiled = compiler.getTask(
                            null,
                            files,
                            null,
                            List.of("-proc:none", "-nowarn", "-d", classes.toString(), "-cp", classPath()),
                            null,
                            files.getJavaFileObjectsFromPaths(withoutModule))
                    .call();
            assertThat(compiled).as("a mistake must compile").isTrue();
        }
        copyResources(classes);
    }

    private static void copyResources(Path classes) throws IOException {
        Path resources = SOURCES.resolveSibling("resources");
        if (!Files.isDirectory(resources)) {
            return;
        }
        try (var files = Files.walk(resources)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = classes.resolve(resources.relativize(file));
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
    }

    /** That of this process; Surefire may have put it into the manifest of a jar. */
    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    private static String reason(String output) {
        return output.lines()
                .filter(line -> line.contains("=> "))
                .map(String::strip)
                .findFirst()
                .orElse("?");
    }

    private static String tail(String output) {
        List<String> lines = Arrays.asList(output.split("\n"));
        return lines.stream().skip(Math.max(0, lines.size() - 30L)).collect(Collectors.joining("\n"));
    }
}
