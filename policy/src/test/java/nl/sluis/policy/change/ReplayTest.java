package nl.sluis.policy.change;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import nl.sluis.policy.TestBundles;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.decide.CompiledPolicy;
import nl.sluis.policy.decide.Item;
import nl.sluis.policy.decide.Obligations;
import nl.sluis.policy.decide.RandomBundles;
import nl.sluis.policy.rule.Policy;
import nl.sluis.policy.rule.Rule;
import org.junit.jupiter.api.Test;

class ReplayTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    @Test
    void gainsAndLossesAreThoseOfEachItemAndTenantCountedOneByOne() throws Exception {
        long seed = Long.getLong("sluis.seed", 45);
        SplittableRandom random = new SplittableRandom(seed);
        long[] changes = new long[4];
        for (int round = 0; round < 12; round++) {
            PolicyBundle full = TestBundles.bundle(RandomBundles.text(random));
            PolicyBundle less = without(full, random);
            PolicyBundle before = round % 2 == 0 ? full : less;
            PolicyBundle after = round % 2 == 0 ? less : full;
            List<Preview.Recorded> past = new ArrayList<>();
            for (Item item : RandomBundles.items(before, random, 200)) {
                for (int again = random.nextInt(3); again >= 0; again--) {
                    past.add(new Preview.Recorded(item, NOW));
                }
            }
            Map<String, Preview.Change> found = Preview.replay(before, after, past);
            Map<String, long[]> expected = oneByOne(before, after, past);

            assertThat(found.keySet()).as("seed %d round %d", seed, round).isEqualTo(expected.keySet());
            found.forEach((tenant, change) -> assertThat(
                            List.of(change.before(), change.gained(), change.lost(), change.freer(), change.stricter()))
                    .as("seed %d, %s", seed, tenant)
                    .isEqualTo(Arrays.stream(expected.get(tenant)).boxed().toList()));
            found.values().forEach(c -> {
                changes[0] += c.gained();
                changes[1] += c.lost();
                changes[2] += c.freer();
                changes[3] += c.stricter();
            });
        }
        // agreement about nothing but unchanged items would prove little
        assertThat(changes).as("gained, lost, freer, stricter").doesNotContain(0);
    }

    private static PolicyBundle without(PolicyBundle bundle, SplittableRandom random) {
        return bundle.withPolicies(bundle.policies().stream()
                .map(p -> {
                    List<Rule> kept = p.rules().stream()
                            .filter(r -> random.nextInt(4) > 0)
                            .toList();
                    return new Policy(p.name(), p.owners(), p.imports(), kept, p.invariants(), p.tests(), p.at());
                })
                .toList());
    }

    private static Map<String, long[]> oneByOne(PolicyBundle before, PolicyBundle after, List<Preview.Recorded> past) {
        CompiledPolicy old = CompiledPolicy.compile(before);
        CompiledPolicy next = CompiledPolicy.compile(after);
        Map<String, long[]> counts = new TreeMap<>();
        for (String tenant : before.tenants().keySet()) {
            long[] count = new long[5];
            for (Preview.Recorded recorded : past) {
                Obligations had = old.decide(recorded.item(), recorded.at())
                        .obligations(Objects.requireNonNull(before.audienceOf(tenant))
                                .index());
                Obligations has = next.decide(recorded.item(), recorded.at())
                        .obligations(
                                Objects.requireNonNull(after.audienceOf(tenant)).index());
                count[0] += had != null ? 1 : 0;
                count[1] += had == null && has != null ? 1 : 0;
                count[2] += had != null && has == null ? 1 : 0;
                boolean both = had != null && has != null;
                count[3] += both && has.isFreerThan(had) ? 1 : 0;
                count[4] += both && !has.isFreerThan(had) && had.isFreerThan(has) ? 1 : 0;
            }
            counts.put(tenant, count);
        }
        return counts;
    }
}
