package nl.sluis.policy.decide;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import nl.sluis.policy.TestBundles;
import nl.sluis.policy.bundle.PolicyBundle;
import org.junit.jupiter.api.Test;

class AllocationTest {
    @Test
    void aDecisionAllocatesNothing() throws Exception {
        SplittableRandom random = new SplittableRandom(92);
        PolicyBundle bundle = TestBundles.bundle(RandomBundles.text(random));
        CompiledPolicy policy = CompiledPolicy.compile(bundle);
        List<Item> items = RandomBundles.items(bundle, random, 200);
        Decision decision = policy.newDecision();
        long nowMs = Instant.parse("2026-03-01T12:00:00Z").toEpochMilli();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        decideAll(policy, items, nowMs, decision, 50);
        // counters of the platform itself cost some bytes once, so the least of some rounds counts
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            decideAll(policy, items, nowMs, decision, 50);
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }

        assertThat(least).as("bytes in 10000 decisions").isZero();
    }

    private static void decideAll(CompiledPolicy policy, List<Item> items, long nowMs, Decision decision, int rounds) {
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < items.size(); i++) {
                policy.decide(items.get(i), nowMs, decision);
            }
        }
    }
}
