package nl.sluis.gateway.release;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.gateway.store.RedisJournal;
import nl.sluis.gateway.store.RedisProcess;
import nl.sluis.gateway.store.RedisSettings;
import nl.sluis.gateway.store.StoreException;
import nl.sluis.gateway.store.StoreLimits;
import nl.sluis.journal.v1.Basis;
import nl.sluis.journal.v1.StoredProduct;
import nl.sluis.journal.v1.StoredRelease;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.decide.CompiledPolicy;
import nl.sluis.policy.label.LabelNotation;
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
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @TempDir
    private Path folder;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @Test
    void what_is_decided_again_while_the_journal_is_gone_is_released_when_it_is_back() throws Exception {
        PolicyBundle bundle = bundle();
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        try (RedisProcess redis = RedisProcess.start(folder, RedisProcess.DURABLE);
                Journal journal = RedisJournal.open(
                        RedisSettings.loopback(redis.port(), "releases"), CLOCK, StoreLimits.DEFAULT)) {
            DecisionLog decisions = new DecisionLog(journal, CLOCK);
            PolicyInForce policy = new PolicyInForce(
                    new PolicyInForce.Deciders(CompiledPolicy.compile(bundle), ReferencePolicy.of(bundle)),
                    CLOCK,
                    decisions,
                    new SecondDecider(SecondDecider.Scope.ALL, meters));
            WithdrawnContributions withdrawn = new WithdrawnContributions(journal, Runnable::run);
            Releases releases = new Releases(policy, decisions, withdrawn, journal, CLOCK, timer, meters);
            journal.append(LogName.PRODUCTS, NewEntry.of(product(bundle).toByteArray()))
                    .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            redis.kill();

            CompletableFuture<Void> decided = CompletableFuture.runAsync(releases::decideAgain);
            long end = System.nanoTime() + LIMIT.toNanos();
            while (meters.get("sluis.release.retries").counter().count() < 1) {
                assertThat(System.nanoTime()).as("it is tried again").isLessThan(end);
                LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
            }
            redis.start();

            decided.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            List<Entry> released = released(journal);
            assertThat(released).hasSize(1);
            StoredRelease release = StoredRelease.parseFrom(released.get(0).payload());
            assertThat(release.getProductId()).isEqualTo("approach");
            assertThat(release.getAudiencesCount()).isEqualTo(1);
        } finally {
            timer.shutdownNow();
        }
    }

    /** A connection may be left that the kill has broken. */
    private static List<Entry> released(Journal journal) {
        for (long end = System.nanoTime() + LIMIT.toNanos(); System.nanoTime() < end; ) {
            try {
                return journal.read(LogName.RELEASED, 1, 10);
            } catch (StoreException gone) {
                assertThat(gone.code().passing()).as(gone.getMessage()).isTrue();
            }
        }
        throw new AssertionError("the journal does not answer");
    }

    private static StoredProduct product(PolicyBundle bundle) throws Exception {
        Timestamp now = Times.timestamp(NOW);
        Label label =
                LabelNotation.parse("{NATO: restricted, rel: [NATO], owner: NLD}", bundle.spifs()).toProto().toBuilder()
                        .setCreated(now)
                        .build();
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

    private static PolicyBundle bundle() throws Exception {
        return PolicyBundle.load(Map.of("tenants.yaml", bytes("""
                        tenants:
                          nld-mod: {nations: [NLD], communities: [NATO], clearances: {NATO: secret}, roles: [subscriber]}
                        """), "host.yaml", bytes("""
                        policy: host
                        owner: [host, NLD]
                        rules:
                          - {release: all, what: anything, to: everyone}
                        """)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
