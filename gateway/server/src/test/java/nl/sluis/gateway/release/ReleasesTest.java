package nl.sluis.gateway.release;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.journal.v1.Basis;
import nl.sluis.journal.v1.StoredProduct;
import nl.sluis.journal.v1.StoredRelease;
import nl.sluis.policy.decide.CompiledPolicy;
import nl.sluis.policy.reference.ReferencePolicy;
import nl.sluis.proto.v1.DataMode;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Product;
import nl.sluis.proto.v1.ProductKind;
import nl.sluis.proto.v1.Proximity;
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
                    .append(LogName.PRODUCTS, NewEntry.of(product(world).toByteArray()))
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
            assertThat(release.getProductId()).isEqualTo("approach");
            assertThat(release.getAudiencesCount()).isEqualTo(1);
        } finally {
            timer.shutdownNow();
        }
    }

    private static StoredProduct product(OneSubscriber world) throws Exception {
        Timestamp now = Times.timestamp(OneSubscriber.NOW);
        Label label = world.label().toProto().toBuilder().setCreated(now).build();
        ObjectReference object =
                ObjectReference.newBuilder().setCatalogueNumber(10_000).build();
        return StoredProduct.newBuilder()
                .setProduct(Product.newBuilder()
                        .setProductId("approach")
                        .setVersion(1)
                        .setKind(ProductKind.PRODUCT_KIND_PROXIMITY)
                        .setDataMode(DataMode.DATA_MODE_REAL)
                        .setCreated(now)
                        .setProximity(Proximity.newBuilder().setObject1(object).setObject2(object)))
                .setBasis(Basis.newBuilder()
                        .addSourceLabels(label)
                        .setLabel(label)
                        .setReceived(now))
                .addObjects(object)
                .build();
    }
}
