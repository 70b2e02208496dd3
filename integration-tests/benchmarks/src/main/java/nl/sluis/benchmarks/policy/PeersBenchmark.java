package nl.sluis.benchmarks.policy;

import java.util.concurrent.TimeUnit;
import nl.sluis.policy.decide.CompiledPolicy;
import nl.sluis.policy.decide.Decision;
import nl.sluis.policy.decide.Item;
import nl.sluis.policy.reference.ReferencePolicy;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The same 20 rules, 256 items and 64 audiences in the compiled policy, in CEL and in AuthzForce. Before anything is
 * measured all three must say the same about all 16,384 pairs of item and audience.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PeersBenchmark {
    private final World world = World.of(64, 20);
    private final int audiences = world.bundle().audiences().size();
    private final CompiledPolicy policy = CompiledPolicy.compile(world.bundle());
    private final Decision decision = policy.newDecision();
    private final ReferencePolicy reference = ReferencePolicy.of(world.bundle());
    private final Peer cel;
    private final Peer xacml;
    private int next;

    /** Gives each engine the rules. */
    public PeersBenchmark() {
        try {
            cel = new CelPeer(world);
            xacml = new XacmlPeer(world);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Refuses to measure engines that decide differently. */
    @Setup
    public void compare() {
        int released = 0;
        for (int i = 0; i < world.items().size(); i++) {
            policy.decide(world.items().get(i), World.NOW.toEpochMilli(), decision);
            for (int a = 0; a < audiences; a++) {
                boolean ours = decision.releasedEventually().contains(a);
                if (ours != cel.releases(i, a) || ours != xacml.releases(i, a)) {
                    throw new IllegalStateException("item " + i + ", audience " + a + ": compiled " + ours + ", CEL "
                            + cel.releases(i, a) + ", AuthzForce " + xacml.releases(i, a));
                }
                released += ours ? 1 : 0;
            }
        }
        int pairs = world.items().size() * audiences;
        if (released < pairs / 10 || released > pairs * 9 / 10) {
            throw new IllegalStateException(released + " of " + pairs + " released (expected: neither few nor most)");
        }
    }

    /** All audiences at once. */
    @Benchmark
    public Decision compiled(Cpu cpu) {
        policy.decide(item(), World.NOW.toEpochMilli(), decision);
        cpu.done += audiences;
        return decision;
    }

    /** One audience. */
    @Benchmark
    public boolean cel(Cpu cpu) {
        next++;
        cpu.done++;
        return cel.releases(next % world.items().size(), next % audiences);
    }

    /** One audience. */
    @Benchmark
    public boolean authzforce(Cpu cpu) {
        next++;
        cpu.done++;
        return xacml.releases(next % world.items().size(), next % audiences);
    }

    /** All audiences, both deciders: what a gateway does that decides everything twice. */
    @Benchmark
    public boolean reference(Cpu cpu) {
        policy.decide(item(), World.NOW.toEpochMilli(), decision);
        cpu.done += audiences;
        return reference.disagreement(decision).isPresent();
    }

    private Item item() {
        return world.items().get(next++ % world.items().size());
    }
}
