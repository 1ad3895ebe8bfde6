package dev.poolswitch.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.Jazzer;
import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.json.JsonMapper;

/**
 * Searches for answers that break the readers, led by what code they reach. {@code -Dfuzz.seconds=3600} searches longer
 * than the minute of the slow profile.
 */
class FuzzTest {

    private static final String SECONDS = System.getProperty("fuzz.seconds", "60");

    @TempDir
    Path directory;

    @Test
    void known_answers_are_judged_in_time() {
        for (ResponseCase known : ResponseCase.all()) {
            AnswerFuzz.fuzzerTestOneInput(AnswerFuzz.seed(known));
        }
    }

    @Test
    @Tag("soak")
    void no_answer_that_the_fuzzer_finds_throws_or_takes_long() throws Exception {
        Path corpus = Files.createDirectory(directory.resolve("corpus"));
        int number = 0;
        for (ResponseCase known : ResponseCase.all()) {
            Files.write(corpus.resolve("seed-" + number++), AnswerFuzz.seed(known));
        }
        Path log = directory.resolve("log.txt");

        Process fuzzer = new ProcessBuilder(command(corpus))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        int status = fuzzer.waitFor();

        String output = Files.readString(log, StandardCharsets.ISO_8859_1);
        assertThat(status).as(output).isZero();
        assertThat(output).contains("DONE");
        System.out.println(output.substring(Math.max(0, output.lastIndexOf("DONE"))));
        judgeInTime(corpus);
    }

    /** All that reached something new, without the fuzzer's probes. */
    private static void judgeInTime(Path corpus) throws IOException {
        try (Stream<Path> found = Files.list(corpus)) {
            for (Path each : found.toList()) {
                AnswerFuzz.fuzzerTestOneInput(Files.readAllBytes(each));
            }
        }
    }

    private static List<String> command(Path corpus) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dfuzz.slowdown=50",
                "-cp",
                classPath(),
                Jazzer.class.getName(),
                "--target_class=" + AnswerFuzz.class.getName(),
                "--instrumentation_includes=dev.poolswitch.**",
                "-max_len=16384",
                "-max_total_time=" + SECONDS,
                corpus.toString()));
        return command;
    }

    /** Where the classes come from, whether the tests run on the class path or on the module path. */
    private static String classPath() {
        Set<String> places = new LinkedHashSet<>();
        for (Class<?> each : List.of(
                AnswerFuzz.class,
                ResponseClassifier.class,
                Jazzer.class,
                FuzzedDataProvider.class,
                JsonMapper.class,
                JsonParser.class,
                JsonProperty.class,
                Nullable.class)) {
            places.add(place(each));
        }
        // On the module path the tests are patched into the module, so their place is not where its classes are.
        places.add(Path.of("target", "test-classes").toAbsolutePath().toString());
        places.add(Path.of("target", "classes").toAbsolutePath().toString());
        return String.join(System.getProperty("path.separator"), places);
    }

    private static String place(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
