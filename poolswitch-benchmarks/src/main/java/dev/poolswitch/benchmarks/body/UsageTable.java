package dev.poolswitch.benchmarks.body;

import static dev.poolswitch.benchmarks.report.Figures.met;
import static dev.poolswitch.benchmarks.report.Figures.number;

import dev.poolswitch.benchmarks.engine.Jmh;
import dev.poolswitch.benchmarks.engine.Jmh.Measured;
import dev.poolswitch.benchmarks.report.Effort;
import dev.poolswitch.benchmarks.report.Figures;
import dev.poolswitch.benchmarks.report.Table;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The time that usage is read in as a share of the time that the bytes take anyway. */
public final class UsageTable {

    private UsageTable() {}

    public static List<Table> of(Effort effort) {
        Table table = Table.of(
                "usage",
                "Reading usage out of 1 MB, microseconds (target: below 2 % of the way through OkHttp)",
                "body",
                "UsageReader",
                "B",
                "share, %",
                "met");
        double way = 0;
        for (Map.Entry<String, Measured> bare :
                Jmh.run(Jmh.options(effort, OkHttpBodyBenchmark.class)).entrySet()) {
            way = bare.getValue().time().median();
            table.row("through bare OkHttp", bare.getValue().time().shown(), "-", "100", "-");
        }
        Map<String, Measured> measured = Jmh.run(Jmh.options(effort, UsageReaderBenchmark.class));
        for (String body : List.of("json", "sse", "embedding")) {
            Figures copied =
                    Objects.requireNonNull(measured.get("copied " + body)).time();
            Measured read = Objects.requireNonNull(measured.get("copiedAndRead " + body));
            double added = read.time().median() - copied.median();
            double share = 100 * added / way;
            table.row(
                    body,
                    new Figures(
                                    added,
                                    read.time().low() - copied.low(),
                                    read.time().high() - copied.low())
                            .shown(),
                    number(read.bytes()),
                    number(share),
                    met(share < 2));
        }
        return List.of(table);
    }
}
