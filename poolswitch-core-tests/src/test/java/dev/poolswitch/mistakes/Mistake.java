package dev.poolswitch.mistakes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A change of the engine's source that a tired person might make, and the test that must notice it. In a file of its own:
 *
 * <pre>
 * test: a.Class#the_beginning_of_a_method
 * --- before
 * source
 * --- after
 * source
 * </pre>
 *
 * <p>The source before must occur once in all files together, so that it may move from one file to another.
 */
record Mistake(String name, String test, String before, String after) {

    static List<Mistake> all(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().map(Mistake::read).toList();
        }
    }

    private static Mistake read(Path file) {
        try {
            String text = Files.readString(file);
            int before = text.indexOf("--- before\n");
            int after = text.indexOf("--- after\n");
            String test = text.lines()
                    .filter(line -> line.startsWith("test: "))
                    .findFirst()
                    .orElseThrow();
            return new Mistake(
                    file.getFileName().toString().replace(".txt", ""),
                    test.substring("test: ".length()).strip(),
                    text.substring(before + "--- before\n".length(), after).strip(),
                    text.substring(after + "--- after\n".length()).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String testClass() {
        return test.substring(0, test.indexOf('#'));
    }

    String testMethod() {
        return test.substring(test.indexOf('#') + 1);
    }

    /** Makes the mistake in a copy of the sources, which are given by their paths. */
    Map<Path, String> plant(Map<Path, String> sources) {
        List<Map.Entry<Path, String>> places = sources.entrySet().stream()
                .filter(source -> source.getValue().contains(before))
                .toList();
        assertThat(places)
                .extracting(Map.Entry::getKey)
                .as("places of %s", name)
                .hasSize(1);
        String source = places.get(0).getValue();
        int at = source.indexOf(before);
        assertThat(source.indexOf(before, at + 1))
                .as("another place of %s", name)
                .isNegative();
        Map<Path, String> planted = new LinkedHashMap<>(sources);
        planted.put(places.get(0).getKey(), source.substring(0, at) + after + source.substring(at + before.length()));
        return planted;
    }

    @Override
    public String toString() {
        return name;
    }
}
