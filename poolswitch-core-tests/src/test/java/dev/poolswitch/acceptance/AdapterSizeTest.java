package dev.poolswitch.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An adapter is what its client needs and nothing else; what is more is told in the decision, with its reason. */
class AdapterSizeTest {

    private static final Path DECISION = Path.of("../docs/decisions/0007-size-of-adapters.md");
    private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/", Pattern.DOTALL);
    private static final Pattern NO_CODE = Pattern.compile("\\s*(//.*)?|import .*|package .*");
    private static final Pattern PUBLIC_TYPE =
            Pattern.compile("(?m)^public (\\w+ )*(class|interface|record|enum|@interface) ");

    @ParameterizedTest
    @ValueSource(strings = {"poolswitch-okhttp", "poolswitch-httpclient5", "poolswitch-jaxrs"})
    void an_adapter_has_two_public_types_at_most(String module) {
        assertThat(sources(module))
                .filteredOn(source -> PUBLIC_TYPE.matcher(source).find())
                .hasSizeBetween(1, 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"poolswitch-okhttp", "poolswitch-httpclient5", "poolswitch-jaxrs"})
    void an_adapter_has_no_more_lines_than_the_decision_gives_reasons_for(String module) throws IOException {
        long lines = sources(module).stream()
                .flatMap(source -> COMMENT.matcher(source).replaceAll("").lines())
                .filter(line -> !NO_CODE.matcher(line).matches())
                .count();

        assertThat(lines).isLessThanOrEqualTo(decided(module));
    }

    @ParameterizedTest
    @ValueSource(strings = {"poolswitch-okhttp", "poolswitch-httpclient5", "poolswitch-jaxrs"})
    void each_file_is_short(String module) {
        assertThat(sources(module))
                .allSatisfy(source -> assertThat(source.lines())
                        .as(source.lines()
                                .filter(line -> line.contains("class "))
                                .findFirst()
                                .orElse(""))
                        .hasSizeLessThanOrEqualTo(300));
    }

    private static long decided(String module) throws IOException {
        Matcher row = Pattern.compile("\\| `" + module + "` \\| (\\d+) \\|").matcher(Files.readString(DECISION));
        assertThat(row.find()).as("a row of %s in %s", module, DECISION).isTrue();
        return Long.parseLong(row.group(1));
    }

    private static List<String> sources(String module) {
        try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.endsWith("package-info.java") && !file.endsWith("module-info.java"))
                    .map(AdapterSizeTest::text)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
