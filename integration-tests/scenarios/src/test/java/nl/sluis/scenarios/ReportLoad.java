package nl.sluis.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import nl.sluis.partner.ContributionOutcome;
import nl.sluis.partner.Contributor;
import nl.sluis.partner.ReceivedProduct;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.Interference;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.ProductKind;

/** Contributes reports with the numbers 1, 2, 3, … as fast as they are answered. Each becomes one product, without a fit. */
final class ReportLoad implements Runnable {
    /** Lets an interference report become one product: the load is on the logs. To be made in the demonstration's policy. */
    static final Map<String, String> POLICY_CHANGES = Map.of(
            "[track, conjunction, proximity]", "[track, conjunction, proximity, interference]",
            "what: {kind: track}\n    to: [partners", "what: {kind: [track, interference]}\n    to: [partners");

    private static final Duration LIMIT = GatewayUnderTest.LIMIT;

    private static final int SAMPLE = 50;

    private final Supplier<Contributor> contributors;
    private final Label label;
    private final long first;
    private final Map<Long, String> acknowledged = new LinkedHashMap<>();
    private final List<String> refusals = new ArrayList<>();
    private int repeats;
    private boolean stopped;

    ReportLoad(Supplier<Contributor> contributors, Label label) {
        this(contributors, label, 1);
    }

    /** @param first number of the first report: no other load of the same tenant has one from there on */
    ReportLoad(Supplier<Contributor> contributors, Label label, long first) {
        this.contributors = contributors;
        this.label = label;
        this.first = first;
    }

    @Override
    public void run() {
        try (Contributor contributor = contributors.get()) {
            for (long number = first; !isStopped(); number++) {
                long own = number;
                contributor
                        .submit(report(number, label))
                        .whenComplete((outcome, failure) -> answered(own, outcome, failure));
            }
            contributor.complete().toCompletableFuture().join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The report with a number. */
    static Contribution report(long number, Label label) {
        return Contribution.newBuilder()
                .setClientId("report-" + number)
                .setLabel(label)
                .setInterference(Interference.newBuilder()
                        .setFrequencyHz((double) number)
                        .setNature("JAMMING"))
                .build();
    }

    private synchronized void answered(long number, ContributionOutcome outcome, Throwable failure) {
        if (outcome instanceof ContributionOutcome.Accepted accepted) {
            acknowledged.put(number, accepted.contributionId());
            repeats += accepted.duplicate() ? 1 : 0;
        } else {
            refusals.add(number + ": " + (failure == null ? outcome : failure));
        }
        notifyAll();
    }

    synchronized void awaitAcknowledged(int more) throws InterruptedException {
        int wanted = acknowledged.size() + more;
        long end = System.nanoTime() + LIMIT.toNanos();
        while (acknowledged.size() < wanted) {
            assertThat(refusals).isEmpty();
            long leftMs = (end - System.nanoTime()) / 1_000_000;
            assertThat(leftMs).as("%s more acknowledged", more).isPositive();
            wait(leftMs);
        }
    }

    synchronized void stop() {
        stopped = true;
    }

    private synchronized boolean isStopped() {
        return stopped || !refusals.isEmpty();
    }

    synchronized Map<Long, String> acknowledged() {
        assertThat(refusals).isEmpty();
        return Map.copyOf(acknowledged);
    }

    synchronized int repeats() {
        return repeats;
    }

    /** What was acknowledged, sent once more, gets the same answer as a duplicate. */
    void assertKnown(Random random, Map<Long, String> known) throws Exception {
        Set<Long> sample = new HashSet<>();
        List<Long> all = new ArrayList<>(known.keySet());
        for (int i = 0; i < SAMPLE; i++) {
            sample.add(all.get(random.nextInt(all.size())));
        }
        try (Contributor again = contributors.get()) {
            for (long number : sample) {
                CompletableFuture<ContributionOutcome> answer =
                        again.submit(report(number, label)).toCompletableFuture();
                assertThat(answer.get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                        .isInstanceOfSatisfying(ContributionOutcome.Accepted.class, accepted -> {
                            assertThat(accepted.duplicate()).isTrue();
                            assertThat(accepted.contributionId()).isEqualTo(known.get(number));
                        });
            }
        }
    }

    /** Waits until all that was acknowledged was delivered, each as one product. */
    void assertDelivered(Received received) throws InterruptedException {
        Set<Long> missing = new HashSet<>(acknowledged().keySet());
        int all = missing.size();
        received.awaitProduct("all " + all + " products", LIMIT, product -> {
            number(product).ifPresent(missing::remove);
            return missing.isEmpty();
        });
        assertThat(received.products().stream().map(this::number).flatMapToLong(OptionalLong::stream))
                .as("each contribution became one product, and repeats were recognised")
                .hasSize(all);
    }

    /** Which of these reports a product was made of; empty where it is something else. */
    private OptionalLong number(ReceivedProduct product) {
        long number = (long) product.product().getInterference().getFrequencyHz();
        return product.product().getKind() == ProductKind.PRODUCT_KIND_INTERFERENCE && number >= first
                ? OptionalLong.of(number)
                : OptionalLong.empty();
    }
}
