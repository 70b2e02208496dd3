package nl.sluis.gateway.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.LogName;
import nl.sluis.journal.v1.StoredDecisions;
import nl.sluis.policy.decide.CompiledPolicy;
import nl.sluis.policy.decide.Decision;
import nl.sluis.policy.decide.Item;
import nl.sluis.policy.rule.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was decided is kept for officers, also where the journal was gone meanwhile. */
class DecisionLogTest {
    @TempDir
    private Path folder;

    @Test
    void a_decision_made_while_the_journal_is_gone_is_kept_when_it_is_back() throws Exception {
        try (OneSubscriber world = new OneSubscriber(folder)) {
            Item item = Item.of(Kind.LAUNCH, world.label())
                    .object("7")
                    .received(OneSubscriber.NOW)
                    .build();
            Decision decision = CompiledPolicy.compile(world.bundle).decide(item, OneSubscriber.NOW);
            DecisionLog log = new DecisionLog(world.journal, OneSubscriber.CLOCK);
            log.record("before", Kind.LAUNCH, List.of("7"), decision, audience -> true);
            assertThat(world.await(LogName.DECISIONS, 1)).hasSize(1);
            world.redis.kill();

            log.record("meanwhile", Kind.LAUNCH, List.of("7"), decision, audience -> true);

            world.redis.start();
            List<Entry> kept = world.await(LogName.DECISIONS, 2);
            assertThat(items(kept.get(0))).containsExactly("before");
            assertThat(items(kept.get(1))).containsExactly("meanwhile");
        }
    }

    private static List<String> items(Entry entry) throws Exception {
        return StoredDecisions.parseFrom(entry.payload()).getDecisionsList().stream()
                .map(nl.sluis.proto.v1.Decision::getItemId)
                .toList();
    }
}
