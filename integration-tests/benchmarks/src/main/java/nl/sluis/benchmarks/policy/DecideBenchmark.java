package nl.sluis.benchmarks.policy;

import java.util.concurrent.TimeUnit;
import nl.sluis.policy.decide.CompiledPolicy;
import nl.sluis.policy.decide.Decision;
import nl.sluis.policy.decide.Item;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One item for all audiences, with the explain matrix. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DecideBenchmark {
    /** Audiences and rules. */
    @Param({"64 x 20", "256 x 200"})
    public String size = "";

    private Item[] items = {};
    private CompiledPolicy policy = CompiledPolicy.compile(World.of(1, 1).bundle());
    private Decision decision = policy.newDecision();
    private int next;

    /** Makes the world. */
    @Setup
    public void open() {
        String[] parts = size.split(" x ", 2);
        World world = World.of(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
        items = world.items().toArray(new Item[0]);
        policy = CompiledPolicy.compile(world.bundle());
        decision = policy.newDecision();
    }

    /** Decides. */
    @Benchmark
    public Decision decide(Cpu cpu) {
        policy.decide(items[next++ & (items.length - 1)], World.NOW.toEpochMilli(), decision);
        cpu.done++;
        return decision;
    }
}
