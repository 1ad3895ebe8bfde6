package dev.poolswitch.benchmarks.clients;

import static dev.poolswitch.benchmarks.report.Figures.met;
import static dev.poolswitch.benchmarks.report.Figures.number;

import dev.poolswitch.benchmarks.report.Effort;
import dev.poolswitch.benchmarks.report.Figures;
import dev.poolswitch.benchmarks.report.Fork;
import dev.poolswitch.benchmarks.report.Table;
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
            List<String[]> told = Fork.figuresOnOneProcessor(
                    ClientPairs.class, List.of("-Xms512m"), kind.name(), String.valueOf(effort.rounds()));
            Figures pool = figures(told, "pool", 0);
            Figures model = figures(told, "model", 0);
            Figures refusal = figures(told, "refusal", 0);
            double bytes = Fork.value(told, "pool", 4);
            boolean met = pool.median() <= 2 && bytes <= 1024 && model.median() <= 5 && refusal.median() <= 50;
            calls.row(
                    kind.title,
                    figures(told, "bare", 0).shown(),
                    pool.shown(),
                    kind == ClientKind.ASYNC ? "-" : number(Fork.value(told, "pool", 3)),
                    number(bytes),
                    model.shown(),
                    number(Fork.value(told, "model", 4)),
                    refusal.shown(),
                    met(met));
            Figures stream = figures(told, "stream", 1);
            streams.row(kind.title, number(Fork.value(told, "stream", 0)), stream.shown(), met(stream.median() <= 2));
        }
        return List.of(calls, streams);
    }

    private static Figures figures(List<String[]> told, String name, int from) {
        return new Figures(
                Fork.value(told, name, from), Fork.value(told, name, from + 1), Fork.value(told, name, from + 2));
    }
}
