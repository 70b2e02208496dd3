package nl.sluis.policy.reference;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import nl.sluis.policy.TestBundles;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.bundle.Tenant;
import nl.sluis.policy.decide.CompiledPolicy;
import nl.sluis.policy.decide.Item;
import nl.sluis.policy.decide.RandomBundles;
import org.junit.jupiter.api.Test;

/** Before the moment until which a decision is said to stand, the reference says nothing else at any time. */
class StandingDecisionsTest {
    private static final long SEED = 20260301;
    private static final int BUNDLES = 12;
    private static final int ITEMS = 25;
    private static final List<Instant> CONSENTS = List.of(
            Instant.parse("2025-01-01T00:00:00Z"),
            Instant.parse("2026-01-01T00:00:00Z"),
            Instant.parse("2027-01-01T00:00:00Z"));

    @Test
    void aDecisionStandsUntilTheMomentThatIsSaid() throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        int changes = 0;
        for (int b = 0; b < BUNDLES; b++) {
            PolicyBundle bundle = TestBundles.bundle(RandomBundles.text(random));
            CompiledPolicy compiled = CompiledPolicy.compile(bundle);
            ReferencePolicy reference = ReferencePolicy.of(bundle);
            for (Item item : RandomBundles.items(bundle, random, ITEMS)) {
                long[] times = interesting(item);
                for (int i = 0; i + 1 < times.length; i++) {
                    long until = compiled.standsUntilMs(item, times[i]);
                    assertThat(until).isGreaterThan(times[i]);
                    List<Answer> before = answers(reference, bundle, item, times[i]);
                    List<Answer> after = answers(reference, bundle, item, times[i + 1]);
                    if (times[i + 1] < until) {
                        assertThat(after)
                                .as("seed %d, %s at %d", SEED, item, times[i + 1])
                                .isEqualTo(before);
                    } else if (!after.equals(before)) {
                        changes++;
                    }
                }
            }
        }
        assertThat(changes).as("changes that were foreseen").isPositive();
    }

    /** Around everything that begins or ends in these worlds: consents, receipt, and delays of 1 to 5 h. */
    private static long[] interesting(Item item) {
        List<Long> around = new ArrayList<>();
        CONSENTS.forEach(time -> around.add(time.toEpochMilli()));
        for (int hours = 0; hours <= 5; hours++) {
            around.add(item.receivedMs() + Duration.ofHours(hours).toMillis());
        }
        return around.stream()
                .flatMapToLong(time -> LongStream.of(time - 1_000, time - 2, time - 1, time, time + 1, time + 60_000))
                .sorted()
                .distinct()
                .toArray();
    }

    private static List<Answer> answers(ReferencePolicy reference, PolicyBundle bundle, Item item, long ms) {
        List<Answer> answers = new ArrayList<>();
        for (Tenant tenant : bundle.tenants().values()) {
            answers.add(reference.decide(item, tenant, Instant.ofEpochMilli(ms)));
        }
        return answers;
    }
}
