package dev.poolswitch.benchmarks.clients;

import static dev.poolswitch.benchmarks.report.Figures.met;
import static dev.poolswitch.benchmarks.report.Figures.number;

import dev.poolswitch.benchmarks.report.Effort;
import dev.poolswitch.benchmarks.report.Figures;
import dev.poolswitch.benchmarks.report.Fork;
import dev.poolswitch.benchmarks.report.Table;
import java.util.ArrayList;
import java.util.List;

/** What each adapter adds to its bare client. */
public final class ClientTables {

    private ClientTables() {}

    public static List<Table> of(Effort effort) {
        Table calls = Table.of(
                "clients",
                "Added to a call of the bare client, microseconds (targets: pool 2 and 1024 B, with models 5, refusal 50)",
                "client",
                "bare call",
                "pool",
                "of it CPU of the caller",
                "B",
                "with models",
                "B with models",
                "refusal beyond its round trip",
                "met");
        Table streams = Table.of(
                "streams",
                "100 MB through the tap (target: within 2 %)",
                "client",
                "bare, ms",
                "with the plug-in, % more",
                "met");
        for (ClientKind kind : ClientKind.values()) {
            Processes told = Processes.of(kind, effort);
            Figures pool = told.figures("pool", 0);
            Figures model = told.figures("model", 0);
            Figures refusal = told.figures("refusal", 0);
            double bytes = told.value("pool", 4);
            boolean met = pool.median() <= 2 && bytes <= 1024 && model.median() <= 5 && refusal.median() <= 50;
            calls.row(
                    kind.title,
                    told.figures("bare", 0).shown(),
                    pool.shown(),
                    kind == ClientKind.ASYNC ? "-" : number(told.value("pool", 3)),
                    number(bytes),
                    model.shown(),
                    number(told.value("model", 4)),
                    refusal.shown(),
                    met(met));
            Figures stream = told.figures("stream", 1);
            streams.row(kind.title, number(told.value("stream", 0)), stream.shown(), met(stream.median() <= 2));
        }
        return List.of(calls, streams);
    }

    /** Several processes of one client: what the compiler makes of the same code moves a stream by a few percent. */
    private record Processes(List<List<String[]>> told) {

        static Processes of(ClientKind kind, Effort effort) {
            int processes = Math.max(1, effort.forks());
            String rounds = String.valueOf(Math.max(2, effort.rounds() / processes));
            List<List<String[]>> told = new ArrayList<>();
            for (int i = 0; i < processes; i++) {
                told.add(Fork.figuresOnOneProcessor(ClientPairs.class, List.of("-Xms512m"), kind.name(), rounds));
            }
            return new Processes(told);
        }

        /** The median over the processes. */
        double value(String name, int index) {
            double[] values = told.stream()
                    .mapToDouble(figures -> Fork.value(figures, name, index))
                    .sorted()
                    .toArray();
            return values[values.length / 2];
        }

        Figures figures(String name, int from) {
            return new Figures(value(name, from), value(name, from + 1), value(name, from + 2));
        }
    }
}
