package nl.sluis.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.gateway.hazard.TrajectoryScreening;
import nl.sluis.gateway.store.EmbeddedJournal;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.StoreLimits;
import nl.sluis.orbit.encounter.ObjectSizes;
import nl.sluis.partner.ReceivedProduct;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.Ephemeris;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.ScreenTrajectoryRequest;
import nl.sluis.proto.v1.ScreenTrajectoryResponse;
import nl.sluis.scenarios.Histories.Marking;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Allies ask what a planned manoeuvre would bring them near to: each is answered by what it was released itself, as coarse as
 * it has it, so often in an hour and no more often. Nobody else learns that there was a plan, and the gateway keeps none.
 */
class S64PlannedManoeuvreTest {
    private static final String SOURCE = "deu/radar-north";
    private static final String SHARP = "deu/centre-north";
    private static final String COARSE = "nor/centre-fjord";
    private static final String OPERATOR = "lux/operator";
    private static final List<String> CALLERS = List.of(SHARP, COARSE, OPERATOR);
    /** The approach is 2.7 km inside; the coarse orbit is displaced by at most 1.3 km, whatever key a gateway draws. */
    private static final double THRESHOLD_M = 100_000;

    private static final String PLAN_NAME = "PLAN NOBODY MAY FIND";
    private static final int LIMIT = 3;

    private static final String BEFORE = "  - redact: who-saw-it\n";
    private static final String COARSEN = """
          - coarsen: not-so-fine
            what: {kind: [track, conjunction]}
            to: [centre-fjord]
            position_sigma_at_least: 500 m
        """;
    private static final String SHARP_TENANT = "  centre-north: {nations: [DEU],";

    @TempDir
    static Path folder;

    private static Ephemeris plan;
    private static Map<String, List<ScreenTrajectoryResponse>> answers;
    private static Map<String, Received> received;
    private static Map<String, Integer> messagesBefore;
    private static Status refusal;
    private static List<ScreenTrajectoryResponse> anHourLater;

    @BeforeAll
    static void ask() throws Exception {
        MovedClock clock = new MovedClock(Instant.now().truncatedTo(ChronoUnit.SECONDS));
        List<String> tenants = new ArrayList<>(
                List.of("nld/centre-host:officer,operator", "nld/catalogue:contributor", SOURCE + ":contributor"));
        CALLERS.forEach(caller -> tenants.add(caller + ":subscriber"));
        DevelopmentPki pki =
                GatewayUnderTest.pki(folder.resolve("pki"), "nld", tenants, "nld/centre-host:first-officer");
        plan = Histories.planned(
                1,
                ObjectReference.newBuilder()
                        .setCatalogueNumber(79_001)
                        .setName(PLAN_NAME)
                        .build());
        try (GatewayUnderTest gateway = GatewayUnderTest.start(
                folder.resolve("gateway"),
                pki,
                clock,
                "/non-interference/",
                Map.of(
                        BEFORE, COARSEN + BEFORE,
                        SHARP_TENANT, SHARP_TENANT + " quotas: {trajectories-per-h: " + LIMIT + "},"))) {
            received = new TreeMap<>();
            for (String caller : CALLERS) {
                received.put(caller, gateway.subscribe(caller));
            }
            Demo demo = gateway.demo();
            gateway.register(SOURCE, Histories.sensor(SOURCE, demo.label(Marking.OWN.notation(SOURCE))));
            gateway.accepted(
                    SOURCE,
                    List.of(
                            Histories.contribution("orbit", demo.label(Marking.ALLIES.notation(SOURCE)))
                                    .setEphemeris(Histories.orbit(0, 1000))
                                    .build(),
                            Histories.contribution("pass", demo.label(Marking.ALLIES.notation(SOURCE)))
                                    .setObservations(Histories.observations(SOURCE, 0, 1, new Random(7)))
                                    .build()));
            gateway.quiet(List.copyOf(received.values()));
            messagesBefore = new TreeMap<>();
            received.forEach(
                    (caller, one) -> messagesBefore.put(caller, one.deliveries().size()));

            answers = new TreeMap<>();
            for (String caller : CALLERS) {
                answers.put(caller, asked(gateway, caller));
            }
            for (int i = 1; i < LIMIT; i++) {
                asked(gateway, SHARP);
            }
            try {
                asked(gateway, SHARP);
            } catch (StatusRuntimeException refused) {
                refusal = refused.getStatus();
            }
            clock.move(Duration.ofMinutes(61));
            anHourLater = asked(gateway, SHARP);
            gateway.quiet(List.copyOf(received.values()));
        }
    }

    private static List<ScreenTrajectoryResponse> asked(GatewayUnderTest gateway, String caller) throws Exception {
        Iterator<ScreenTrajectoryResponse> answer = gateway.catalogue(caller)
                .screenTrajectory(ScreenTrajectoryRequest.newBuilder()
                        .setTrajectory(plan)
                        .setThresholdM(THRESHOLD_M)
                        .build());
        List<ScreenTrajectoryResponse> all = new ArrayList<>();
        answer.forEachRemaining(all::add);
        return all;
    }

    private static List<ConjunctionWarning> approaches(String caller) {
        return answers.get(caller).stream()
                .filter(ScreenTrajectoryResponse::hasConjunction)
                .map(ScreenTrajectoryResponse::getConjunction)
                .toList();
    }

    @Test
    void whoWasReleasedTheOrbitIsAnsweredByIt() {
        assertThat(approaches(SHARP))
                .singleElement()
                .satisfies(approach -> assertThat(List.of(
                                approach.getObject1().getObject().getCatalogueNumber(),
                                approach.getObject2().getObject().getCatalogueNumber()))
                        .containsExactlyInAnyOrder(Histories.number(0), 79_001));
        assertThat(last(SHARP).getComplete().getObjects()).isEqualTo(1);
    }

    @Test
    void whoWasReleasedNothingIsAnsweredWithNothing() {
        assertThat(answers.get(OPERATOR)).hasSize(1);
        assertThat(last(OPERATOR).getComplete().getObjects()).isZero();
    }

    @Test
    void whoHasACoarseOrbitGetsNoMoreThanItCouldWorkOutItself() {
        List<ReceivedProduct> tracks = received.get(COARSE).tracks();
        assertThat(approaches(COARSE))
                .isNotEmpty()
                .isEqualTo(TrajectoryScreening.screen(
                        plan, List.of(tracks.get(tracks.size() - 1).product()), THRESHOLD_M, ObjectSizes.NONE))
                .isNotEqualTo(approaches(SHARP));
    }

    private static ScreenTrajectoryResponse last(String caller) {
        List<ScreenTrajectoryResponse> all = answers.get(caller);
        return all.get(all.size() - 1);
    }

    @Test
    void whoAsksTooOftenIsToldWhenToComeBack() {
        assertThat(refusal.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(refusal.getDescription()).contains("trajectories-per-h");
        assertThat(anHourLater).isEqualTo(answers.get(SHARP));
    }

    @Test
    void nobodyIsSentAnythingBecauseOfAPlan() {
        received.forEach(
                (caller, one) -> assertThat(one.deliveries()).as(caller).hasSize(messagesBefore.get(caller)));
    }

    @Test
    void nothingThatTheGatewayKeepsNamesThePlan() throws Exception {
        Path journal = folder.resolve("gateway/data/journal");
        try (EmbeddedJournal kept = EmbeddedJournal.open(journal, Instant::now, StoreLimits.DEFAULT)) {
            for (LogName log : LogName.values()) {
                for (long next = Math.max(1, kept.oldest(log)); next <= kept.watermark(log); ) {
                    for (Entry entry : kept.read(log, next, 256)) {
                        assertThat(new String(entry.payload(), StandardCharsets.ISO_8859_1))
                                .as("%s %s", log, entry.position())
                                .doesNotContain(PLAN_NAME);
                        next = entry.position() + 1;
                    }
                }
            }
        }
    }
}
