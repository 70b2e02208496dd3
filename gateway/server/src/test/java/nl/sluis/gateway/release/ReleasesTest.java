package nl.sluis.gateway.release;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.journal.v1.StoredRelease;
import nl.sluis.policy.decide.CompiledPolicy;
import nl.sluis.policy.reference.ReferencePolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a change of policy makes due is released, also where the journal was gone meanwhile. */
class ReleasesTest {
    @TempDir
    private Path folder;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @Test
    void what_is_decided_again_while_the_journal_is_gone_is_released_when_it_is_back() throws Exception {
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        try (OneSubscriber world = new OneSubscriber(folder)) {
            DecisionLog decisions = new DecisionLog(world.journal, OneSubscriber.CLOCK);
            PolicyInForce policy = new PolicyInForce(
                    new PolicyInForce.Deciders(CompiledPolicy.compile(world.bundle), ReferencePolicy.of(world.bundle)),
                    OneSubscriber.CLOCK,
                    decisions,
                    new SecondDecider(SecondDecider.Scope.ALL, meters));
            Releases releases = new Releases(
                    policy,
                    decisions,
                    new WithdrawnContributions(world.journal, Runnable::run),
                    world.journal,
                    OneSubscriber.CLOCK,
                    timer,
                    meters);
            world.journal
                    .append(
                            LogName.PRODUCTS,
                            NewEntry.of(Approach.stored(world.bundle, OneSubscriber.NOW)
                                    .toByteArray()))
                    .get(OneSubscriber.LIMIT.toSeconds(), TimeUnit.SECONDS);
            world.redis.kill();

            CompletableFuture<Void> decided = CompletableFuture.runAsync(releases::decideAgain);
            OneSubscriber.await(
                    "it is tried again",
                    () -> meters.get("sluis.release.retries").counter().count() >= 1);
            world.redis.start();

            decided.get(OneSubscriber.LIMIT.toSeconds(), TimeUnit.SECONDS);
            List<Entry> released = world.await(LogName.RELEASED, 1);
            assertThat(released).hasSize(1);
            StoredRelease release = StoredRelease.parseFrom(released.get(0).payload());
            assertThat(release.getProductId()).isEqualTo(Approach.ID);
            assertThat(release.getAudiencesCount()).isEqualTo(1);
        } finally {
            timer.shutdownNow();
        }
    }
}
