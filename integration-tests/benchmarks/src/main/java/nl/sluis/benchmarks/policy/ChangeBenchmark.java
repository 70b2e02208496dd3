package nl.sluis.benchmarks.policy;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import nl.sluis.policy.change.Comparison;
import nl.sluis.policy.change.Direction;
import nl.sluis.policy.change.Preview;
import nl.sluis.policy.change.Proof;
import nl.sluis.policy.decide.CompiledPolicy;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a change of 200 rules for 64 audiences costs: compiling, replay of a million items, and the proof. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class ChangeBenchmark {
    private static final int RECORDED = 1_000_000;

    private final World before = World.of(64, 200, 6);
    private final World after = World.of(64, 200, 7);
    private final List<Preview.Recorded> past = Collections.unmodifiableList(IntStream.range(0, RECORDED)
            .mapToObj(i ->
                    new Preview.Recorded(before.items().get(i % before.items().size()), World.NOW))
            .toList());

    /** Compiles the bundle. */
    @Benchmark
    @Fork(1)
    @Warmup(iterations = 20)
    @Measurement(iterations = 20)
    public CompiledPolicy compile(Cpu cpu) {
        cpu.done++;
        return CompiledPolicy.compile(before.bundle());
    }

    /** Compiles the bundle in a JVM that has compiled none. */
    @Benchmark
    @Fork(5)
    @Warmup(iterations = 0)
    @Measurement(iterations = 1)
    public CompiledPolicy compileCold(Cpu cpu) {
        cpu.done++;
        return CompiledPolicy.compile(before.bundle());
    }

    /** Decides each of a million items under both bundles. */
    @Benchmark
    @Fork(1)
    @Warmup(iterations = 1)
    @Measurement(iterations = 3)
    public Map<String, Preview.Change> replay(Cpu cpu) {
        cpu.done++;
        return Preview.replay(before.bundle(), after.bundle(), past);
    }

    /** Proves that the change only narrows, in a JVM that has proved nothing. */
    @Benchmark
    @Fork(5)
    @Warmup(iterations = 0)
    @Measurement(iterations = 1)
    public Comparison proofCold(Cpu cpu) {
        cpu.done++;
        return narrowing(Proof.compare(before.bundle(), after.bundle()));
    }

    /** The same in one that has. */
    @Benchmark
    @Fork(1)
    @Warmup(iterations = 10)
    @Measurement(iterations = 10)
    public Comparison proof(Cpu cpu) {
        cpu.done++;
        return narrowing(Proof.compare(before.bundle(), after.bundle()));
    }

    private static Comparison narrowing(Comparison comparison) {
        if (comparison.direction() != Direction.NARROWS) {
            throw new IllegalStateException("found " + comparison.direction() + " (expected: NARROWS)");
        }
        return comparison;
    }
}
