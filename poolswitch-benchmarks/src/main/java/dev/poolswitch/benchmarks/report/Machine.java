package dev.poolswitch.benchmarks.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/** What the figures were taken on. */
public final class Machine {

    private Machine() {}

    public static Table table() {
        return Table.of("machine", "Where the figures were taken", "what", "value")
                .row("date", LocalDate.now(ZoneOffset.UTC).toString())
                .row("commit", commit())
                .row("processor", processor() + ", " + Runtime.getRuntime().availableProcessors() + " cores")
                .row("system", property("os.name") + " " + property("os.version") + " " + property("os.arch"))
                .row("JDK", property("java.vm.vendor") + " " + property("java.runtime.version"))
                .row("load average at the start", Figures.ratio(load()));
    }

    /** Above 1 somebody else is at work, and figures in nanoseconds tell more of them than of us. */
    public static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    private static String processor() {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 2))
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }

    private static String commit() {
        String head = output("git", "rev-parse", "--short=10", "HEAD");
        boolean changed =
                !output("git", "status", "--porcelain", "--", ":/*.java").isEmpty();
        return head.isEmpty() ? "unknown" : changed ? head + " and changes" : head;
    }

    private static String output(String... command) {
        try {
            Process process = new ProcessBuilder(List.of(command))
                    .redirectErrorStream(true)
                    .start();
            return new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8).trim();
        } catch (IOException e) {
            return "";
        }
    }

    private static String property(String name) {
        return System.getProperty(name, "unknown");
    }
}
