package nl.sluis.benchmarks.policy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs the benchmarks of policy and prints one table of CPU times, lowest and highest of all iterations, and the ratios. */
public final class PolicyBenchmark {
    private PolicyBenchmark() {}

    /**
     * Measures and prints.
     *
     * @param arguments part of a benchmark's name, to run only those; none for all
     */
    public static void main(String[] arguments) throws RunnerException {
        OptionsBuilder options = new OptionsBuilder();
        options.verbosity(VerboseMode.SILENT).shouldFailOnError(true);
        String home = PolicyBenchmark.class.getPackageName();
        for (String part : arguments.length == 0 ? new String[] {""} : arguments) {
            options.include(home + ".*" + part);
        }
        Collection<RunResult> results = new Runner(options.build()).run();
        Map<String, DoubleSummaryStatistics> byName = new LinkedHashMap<>();
        for (RunResult result : results) {
            String size = Objects.requireNonNullElse(result.getParams().getParam("size"), "");
            String name = result.getPrimaryResult().getLabel() + (size.isEmpty() ? "" : ", " + size);
            DoubleSummaryStatistics cpuNs = cpuNs(result);
            byName.put(name, cpuNs);
            print(name, time(cpuNs.getMin()), time(cpuNs.getMax()));
        }
        ratio(byName, "cel");
        ratio(byName, "authzforce");
        ratio(byName, "reference");
    }

    /** CPU time of one thing done, by iteration, ns. */
    private static DoubleSummaryStatistics cpuNs(RunResult run) {
        List<Double> each = new ArrayList<>();
        for (BenchmarkResult fork : run.getBenchmarkResults()) {
            for (IterationResult iteration : fork.getIterationResults()) {
                each.add(score(iteration, "cpuNs") / score(iteration, "done"));
            }
        }
        return each.stream().mapToDouble(Double::doubleValue).summaryStatistics();
    }

    private static double score(IterationResult iteration, String name) {
        return Objects.requireNonNull(iteration.getSecondaryResults().get(name), name)
                .getScore();
    }

    private static void ratio(Map<String, DoubleSummaryStatistics> byName, String peer) {
        DoubleSummaryStatistics ours = byName.get("compiled");
        DoubleSummaryStatistics theirs = byName.get(peer);
        if (ours != null && theirs != null) {
            print(
                    peer + " : compiled, a decision each",
                    String.format(Locale.ROOT, "%,.0f", theirs.getMin() / ours.getMax()),
                    String.format(Locale.ROOT, "%,.0f", theirs.getMax() / ours.getMin()));
        }
    }

    private static String time(double ns) {
        return ns < 1e4
                ? String.format(Locale.ROOT, ns < 10 ? "%.2f ns" : "%.0f ns", ns)
                : ns < 1e6
                        ? String.format(Locale.ROOT, "%.1f µs", ns / 1e3)
                        : String.format(Locale.ROOT, "%.1f ms", ns / 1e6);
    }

    @SuppressWarnings("SystemOut")
    private static void print(String what, String from, String to) {
        System.out.println(String.format(Locale.ROOT, "%-40s %12s – %12s", what, from, to));
    }
}
