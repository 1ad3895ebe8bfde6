package dev.poolswitch.benchmarks.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a measurement in a JVM of its own, whose compiler and heap have seen nothing else. */
public final class Fork {

    /** What a measurement prints in front of its figures; all other lines are somebody's log. */
    private static final String MARK = "figure ";

    private static final Path TASKSET = Path.of("/usr/bin/taskset");

    private Fork() {}

    /** Hands figures from the fork to {@link #figures}. */
    public static void tell(String name, Number... values) {
        StringBuilder line = new StringBuilder(MARK).append(name);
        for (Number value : values) {
            line.append(' ').append(value);
        }
        System.out.println(line);
    }

    /**
     * As {@link #figures(Class, List, String...)}, bound to one processor where the system can do that. With several it
     * depends on where a connection's two threads were put whether they wake each other across processors, which moves a
     * call over loopback by 20 microseconds either way.
     */
    public static List<String[]> figuresOnOneProcessor(Class<?> main, List<String> jvmArguments, String... arguments) {
        boolean bindable = Files.isExecutable(TASKSET) && Runtime.getRuntime().availableProcessors() > 1;
        List<String> binding = bindable ? List.of(TASKSET.toString(), "-c", "1") : List.of();
        return figures(binding, Path.of(System.getProperty("java.home")), main, jvmArguments, arguments);
    }

    /** Runs a main class with this JVM's Java. Its lines, split at the blanks: a name and its values. */
    public static List<String[]> figures(Class<?> main, List<String> jvmArguments, String... arguments) {
        return figures(Path.of(System.getProperty("java.home")), main, jvmArguments, arguments);
    }

    /** Runs a main class with the Java of a JDK. */
    public static List<String[]> figures(Path jdk, Class<?> main, List<String> jvmArguments, String... arguments) {
        return figures(List.of(), jdk, main, jvmArguments, arguments);
    }

    private static List<String[]> figures(
            List<String> before, Path jdk, Class<?> main, List<String> jvmArguments, String... arguments) {
        List<String> command = new ArrayList<>(before);
        command.add(jdk.resolve("bin").resolve("java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(jvmArguments);
        command.addAll(List.of("-cp", System.getProperty("java.class.path", ""), main.getName()));
        command.addAll(List.of(arguments));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(main.getName() + " failed: " + output);
            }
            return output.lines()
                    .filter(line -> line.startsWith(MARK))
                    .map(line -> line.substring(MARK.length()).split(" ", -1))
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException(main.getName() + " could not be started", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** The value of a figure. */
    public static double value(List<String[]> figures, String name, int index) {
        for (String[] figure : figures) {
            if (figure[0].equals(name)) {
                return Double.parseDouble(figure[index + 1]);
            }
        }
        throw new IllegalStateException("no figure " + name);
    }
}
