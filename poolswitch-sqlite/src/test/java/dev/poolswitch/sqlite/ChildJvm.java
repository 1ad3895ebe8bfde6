package dev.poolswitch.sqlite;

import dev.poolswitch.KeyPool;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Another process on the same file. */
final class ChildJvm implements AutoCloseable {

    private final Process process;
    private final BufferedReader output;

    private ChildJvm(Process process) {
        this.process = process;
        this.output = process.inputReader();
    }

    static ChildJvm start(Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath(main),
                main.getName()));
        command.addAll(List.of(arguments));
        return new ChildJvm(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** The next line that the process prints; null when it has ended. */
    @Nullable
    String readLine() throws IOException {
        return output.readLine();
    }

    /** kill -9. What the process had printed before is still there to be read. */
    void kill() {
        // Of the handle: Process.destroyForcibly() would throw away what was printed.
        process.toHandle().destroyForcibly();
        process.onExit().join();
    }

    @Override
    public void close() throws IOException {
        kill();
        output.close();
    }

    /** Where the classes come from, whether the tests run on the class path or on the module path. */
    private static String classPath(Class<?> main) {
        Set<String> roots = Stream.of(
                        main,
                        SqliteStateStore.class,
                        KeyPool.class,
                        org.sqlite.JDBC.class,
                        org.jspecify.annotations.NullMarked.class)
                .map(ChildJvm::root)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        roots.add(System.getProperty("java.class.path"));
        roots.add(System.getProperty("jdk.module.path", ""));
        return String.join(java.io.File.pathSeparator, roots);
    }

    private static String root(Class<?> type) {
        String name = "/" + type.getName().replace('.', '/') + ".class";
        URL url = type.getResource(name);
        if (url == null) {
            throw new IllegalStateException("no " + name);
        }
        String text = url.toString();
        String root = text.substring(0, text.length() - name.length());
        if (root.startsWith("jar:")) {
            root = root.substring("jar:".length(), root.length() - 1);
        }
        return Path.of(URI.create(root)).toString();
    }
}
