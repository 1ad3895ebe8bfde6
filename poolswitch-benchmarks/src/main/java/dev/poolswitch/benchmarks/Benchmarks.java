package dev.poolswitch.benchmarks;

import dev.poolswitch.benchmarks.body.UsageTable;
import dev.poolswitch.benchmarks.clients.ClientTables;
import dev.poolswitch.benchmarks.engine.AcquireLatency;
import dev.poolswitch.benchmarks.engine.EngineTables;
import dev.poolswitch.benchmarks.load.LoadTables;
import dev.poolswitch.benchmarks.report.Document;
import dev.poolswitch.benchmarks.report.Effort;
import dev.poolswitch.benchmarks.report.Machine;
import dev.poolswitch.benchmarks.report.Table;
import dev.poolswitch.benchmarks.store.StoreTables;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** All that is measured, by name. */
final class Benchmarks {

    private static final Map<String, Function<Effort, List<Table>>> ALL = all();

    private Benchmarks() {}

    private static Map<String, Function<Effort, List<Table>>> all() {
        Map<String, Function<Effort, List<Table>>> all = new LinkedHashMap<>();
        all.put("machine", effort -> List.of(Machine.table()));
        all.put("engine", EngineTables::of);
        all.put("sizes", effort -> EngineTables.sizes(effort, "none", 1));
        all.put("sizes-windows", effort -> EngineTables.sizes(effort, "windows", 1));
        all.put("sizes-8-threads", effort -> EngineTables.sizes(effort, "none", 8));
        all.put("latency", AcquireLatency::of);
        all.put("resting", LoadTables::resting);
        all.put("clients", ClientTables::of);
        all.put("usage", UsageTable::of);
        all.put("store", StoreTables::of);
        all.put("herds", LoadTables::herds);
        return all;
    }

    /** Measures what is named, or everything, and hands over each table when it is complete. */
    static void run(Effort effort, String names, Consumer<Table> done) {
        ALL.forEach((name, measurement) -> {
            if (names.isEmpty() || List.of(names.split(",", -1)).contains(name)) {
                measurement.apply(effort).forEach(done);
            }
        });
    }

    static void print(Table table) {
        System.out.println("\n" + table.title() + "\n\n" + table.markdown());
    }

    static void write(Path document, Table table) {
        print(table);
        try {
            Document.replace(document, table);
        } catch (IOException e) {
            System.err.println("not written: " + e.getMessage());
        }
    }

    /** Which measurements are wanted; the command line can tell. */
    static String wanted() {
        return System.getProperty("benchmarks.only", "");
    }
}
