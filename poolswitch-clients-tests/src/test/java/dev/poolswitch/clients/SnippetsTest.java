package dev.poolswitch.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.poolswitch.KeyPool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The Java in {@code docs/clients.md} is what the tests here compile and run: regions between {@code // snippet: name} and
 * {@code // end}, without the lines that end in {@code // test only}.
 */
class SnippetsTest {

    /** MicroProfile needs RESTEasy, which does not go together with Jersey on one class path. */
    private static final List<Path> SOURCES =
            List.of(Path.of("src/test/java"), Path.of("../poolswitch-jaxrs/src/test/java"));

    private static final Path DOCUMENT = Path.of("../docs/clients.md");
    private static final String BEGIN = "// snippet: ";
    private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @Test
    void the_document_shows_exactly_the_tested_lines() throws IOException {
        List<String> shown = new ArrayList<>();
        Matcher blocks = BLOCK.matcher(Files.readString(DOCUMENT));
        while (blocks.find()) {
            shown.add(blocks.group(1));
        }

        assertThat(shown).containsExactlyInAnyOrderElementsOf(snippets().values());
    }

    @Test
    void there_are_all_the_integrations_that_are_spoken_of() throws IOException {
        assertThat(snippets())
                .containsKeys(
                        "pool",
                        "okhttp",
                        "httpclient5",
                        "openai-java",
                        "anthropic-java",
                        "retrofit",
                        "feign-okhttp",
                        "feign-hc5",
                        "spring-restclient",
                        "spring-resttemplate",
                        "langchain4j",
                        "azure-sdk",
                        "jersey-apache5",
                        "jaxrs",
                        "microprofile");
    }

    @Test
    void each_integration_says_how_its_own_retries_are_switched_off() throws IOException {
        List<String> table = Files.readAllLines(DOCUMENT).stream()
                .filter(line -> line.startsWith("| "))
                .toList();
        for (String library : List.of(
                "openai-java",
                "anthropic-java",
                "Retrofit",
                "Feign",
                "Spring RestClient, RestTemplate",
                "LangChain4j",
                "Azure SDK",
                "Jersey, Apache 5 connector",
                "Jakarta REST",
                "MicroProfile Rest Client")) {
            assertThat(table)
                    .as(library)
                    .filteredOn(line -> line.startsWith("| " + library + " |"))
                    .singleElement()
                    .satisfies(line -> {
                        String[] cells = line.split("\\|", -1);
                        boolean none = cells[3].strip().startsWith("none");
                        assertThat(none || (cells.length > 5 && !cells[5].isBlank()))
                                .as(line)
                                .isTrue();
                    });
        }
    }

    /** Compiled; there is nothing to run it against. */
    static KeyPool pool() {
        // snippet: pool
        KeyPool pool = KeyPool.builder()
                .upstream("https://api.openai.com")
                .keys(System.getenv("OPENAI_KEYS").split(","))
                .build();
        // end
        return pool;
    }

    private static Map<String, String> snippets() throws IOException {
        Map<String, String> snippets = new LinkedHashMap<>();
        for (Path sources : SOURCES) {
            try (Stream<Path> files = Files.walk(sources)) {
                files.filter(file -> file.toString().endsWith(".java"))
                        .sorted()
                        .forEach(file -> collect(file, snippets));
            }
        }
        return snippets;
    }

    private static void collect(Path file, Map<String, String> snippets) {
        String name = null;
        List<String> lines = new ArrayList<>();
        for (String line : read(file)) {
            if (name != null && line.strip().equals("// end")) {
                assertThat(snippets.put(name, dedented(lines))).as(name).isNull();
                name = null;
                lines.clear();
            } else if (name != null && !line.endsWith("// test only")) {
                lines.add(line);
            } else if (name == null && line.strip().startsWith(BEGIN)) {
                name = line.strip().substring(BEGIN.length());
            }
        }
    }

    private static List<String> read(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String dedented(List<String> lines) {
        int indent = lines.stream()
                .filter(line -> !line.isBlank())
                .mapToInt(line -> line.length() - line.stripLeading().length())
                .min()
                .orElse(0);
        return lines.stream()
                .map(line -> line.isBlank() ? "" : line.substring(indent))
                .collect(Collectors.joining("\n", "", "\n"));
    }
}
