package dev.poolswitch.benchmarks.load;

import static dev.poolswitch.benchmarks.report.Figures.met;
import static dev.poolswitch.benchmarks.report.Figures.number;

import dev.poolswitch.benchmarks.report.Effort;
import dev.poolswitch.benchmarks.report.Fork;
import dev.poolswitch.benchmarks.report.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Waiting and resting. */
public final class LoadTables {

    /** The first Java that has virtual threads for good. */
    private static final int VIRTUAL_THREADS = 21;

    private LoadTables() {}

    public static List<Table> resting(Effort effort) {
        List<String[]> told = Fork.figures(RestingPool.class, List.of("-Xmx1g", "-XX:+UseSerialGC"));
        Table table = Table.of("resting", "Memory and threads", "what", "measured", "target", "met");
        double key = Fork.value(told, "key", 0);
        double limited = Fork.value(told, "limited", 0);
        double call = Fork.value(told, "call", 0);
        double threads = Fork.value(told, "threads", 0);
        table.row("an idle key, bytes", number(key), "1024", met(key <= 1024));
        table.row("an idle key with two limits, bytes", number(limited), "1024", met(limited <= 1024));
        table.row("an open lease, bytes", number(call), "2048", met(call <= 2048));
        table.row("threads at rest", number(threads), "0", met(threads == 0));
        return List.of(table);
    }

    public static List<Table> herds(Effort effort) {
        Table table = Table.of(
                "herds",
                "Threads that wait for one key (target: in order, no busy loop, no pinning)",
                "herd",
                "out of turn",
                "CPU while waiting, % of a core",
                "from one to the next, us",
                "pinned",
                "met");
        herd(table, "200 platform threads", Path.of(System.getProperty("java.home")), 200, false);
        Optional<Path> newest = newestJdk();
        if (newest.isPresent()) {
            herd(table, "10,000 virtual threads, Java " + version(newest.get()), newest.get(), 10_000, true);
        } else {
            table.row("10,000 virtual threads", "needs a JDK of " + VIRTUAL_THREADS, "-", "-", "-", "-");
        }
        return List.of(table);
    }

    private static void herd(Table table, String what, Path jdk, int size, boolean virtual) {
        List<String[]> told =
                Fork.figures(jdk, WaitingHerd.class, List.of(), String.valueOf(size), String.valueOf(virtual));
        double outOfTurn = Fork.value(told, "herd", 0);
        double busy = Fork.value(told, "herd", 1);
        double pinned = Fork.value(told, "pinned", 0);
        table.row(
                what,
                number(outOfTurn),
                number(busy),
                number(Fork.value(told, "herd", 2)),
                number(pinned),
                met(outOfTurn == 0 && busy < 5 && pinned == 0));
    }

    /** The newest JDK that stands beside the one that runs, or that one itself. */
    private static Optional<Path> newestJdk() {
        Path here = Path.of(System.getProperty("java.home"));
        try (Stream<Path> beside = Files.list(here.toRealPath().getParent())) {
            return Stream.concat(Stream.of(here), beside.sorted())
                    .filter(jdk -> version(jdk) >= VIRTUAL_THREADS)
                    .max((a, b) -> Integer.compare(version(a), version(b)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static int version(Path jdk) {
        try (Stream<String> lines = Files.lines(jdk.resolve("release"))) {
            return lines.filter(line -> line.startsWith("JAVA_VERSION=\""))
                    .map(line -> line.substring("JAVA_VERSION=\"".length()).split("[.\"-]", 2)[0])
                    .mapToInt(Integer::parseInt)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }
}
