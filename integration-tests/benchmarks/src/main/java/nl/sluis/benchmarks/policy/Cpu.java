package nl.sluis.benchmarks.policy;

import java.lang.management.ManagementFactory;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** CPU time of the measuring thread in one iteration, and how much was done in it: other load on the machine is left out. */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.EVENTS)
public class Cpu {
    /** What was done: items, decisions, bundles. */
    public long done;

    private long startNs;

    /** Starts counting. */
    @Setup(Level.Iteration)
    public void start() {
        startNs = now();
        done = 0;
    }

    /** CPU time since the start of the iteration, ns. */
    public long cpuNs() {
        return now() - startNs;
    }

    private static long now() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
