package dev.poolswitch.benchmarks.engine;

import dev.poolswitch.benchmarks.report.Effort;
import dev.poolswitch.benchmarks.report.Figures;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;

/** Runs JMH as an {@link Effort} wants it. */
public final class Jmh {

    /**
     * What a benchmark gave.
     *
     * @param time an operation, in the unit of the benchmark
     * @param bytes allocated an operation, over all threads
     */
    public record Measured(Figures time, double bytes) {}

    private Jmh() {}

    public static ChainedOptionsBuilder options(Effort effort, Class<?> benchmarks) {
        return new OptionsBuilder()
                .include("^" + benchmarks.getName().replace(".", "\\.") + "\\.")
                .forks(effort.forks())
                .warmupIterations(effort.warmupMillis() > 0 ? 1 : 0)
                .warmupTime(TimeValue.milliseconds(Math.max(1, effort.warmupMillis())))
                .measurementIterations(effort.iterations())
                .measurementTime(TimeValue.milliseconds(Effort.ITERATION_MILLIS))
                .addProfiler(GCProfiler.class)
                .jvmArgsAppend("--enable-native-access=ALL-UNNAMED")
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT);
    }

    /** Results by the benchmark's method and its parameters in the order of their names, separated by blanks. */
    public static Map<String, Measured> run(ChainedOptionsBuilder options) {
        try {
            Collection<RunResult> results = new Runner(options.build()).run();
            Map<String, Measured> measured = new LinkedHashMap<>();
            results.forEach(result -> measured.put(name(result), measured(result)));
            return measured;
        } catch (RunnerException e) {
            throw new IllegalStateException("a benchmark failed", e);
        }
    }

    private static String name(RunResult result) {
        String method = result.getParams().getBenchmark();
        StringBuilder name = new StringBuilder(method.substring(method.lastIndexOf('.') + 1));
        result.getParams().getParamsKeys().stream()
                .sorted()
                .forEach(key -> name.append(' ').append(result.getParams().getParam(key)));
        return name.toString();
    }

    private static Measured measured(RunResult result) {
        Statistics time = result.getPrimaryResult().getStatistics();
        Result<?> bytes = result.getSecondaryResults().get("gc.alloc.rate.norm");
        return new Measured(
                new Figures(time.getPercentile(50), time.getMin(), time.getMax()),
                bytes == null ? Double.NaN : bytes.getScore());
    }
}
