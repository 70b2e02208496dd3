package nl.sluis.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.gateway.Sluis;
import nl.sluis.proto.v1.AzimuthElevation;
import nl.sluis.proto.v1.CatalogueServiceGrpc;
import nl.sluis.proto.v1.Disagreement;
import nl.sluis.proto.v1.ExplainObjectRequest;
import nl.sluis.proto.v1.ExplainedOrbit;
import nl.sluis.proto.v1.GetCalibrationRequest;
import nl.sluis.proto.v1.GetCalibrationResponse;
import nl.sluis.proto.v1.ListDisagreementsRequest;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Observation;
import nl.sluis.proto.v1.ObservationSeries;
import nl.sluis.proto.v1.OrbitContributor;
import nl.sluis.proto.v1.SensorCalibration;
import nl.sluis.proto.v1.SensorServiceGrpc;
import nl.sluis.proto.v1.Track;
import nl.sluis.scenarios.Histories.Marking;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nations track one satellite, and the numbers of one are wrong. The owner of a sensor is told how it compares, its
 * officer and the host that its data disagree, and each officer what the orbits rest on: everyone from what it may know.
 */
@TestMethodOrder(OrderAnnotation.class)
class S62WhatAnOrbitRestsOnTest {
    private static final String WEST = "fra/radar-west";
    private static final String NORTH = "deu/radar-north";
    private static final String SOUTH = "ita/radar-south";
    private static final String HOST = "nld/centre-host";
    private static final ObjectReference SATELLITE =
            ObjectReference.newBuilder().setCatalogueNumber(60001).build();

    /** The radars' tenants subscribe too, for a calibration is of the owner's own view; the centres have officers. */
    private static final Map<String, String> ROLES = Map.of(
            "roles: [contributor]}",
            "roles: [contributor, subscriber, officer]}",
            "  catalogue: {nations: [NLD], clearances: {NLD: unclassified}, roles: [contributor, subscriber, officer]}",
            "  catalogue: {nations: [NLD], clearances: {NLD: unclassified}, roles: [contributor]}");

    @TempDir
    static Path folder;

    private static GatewayUnderTest gateway;
    private static Received host;

    @BeforeAll
    static void start() throws Exception {
        DevelopmentPki pki = GatewayUnderTest.pki(
                folder.resolve("pki"),
                "nld",
                List.of(
                        HOST + ":officer,operator",
                        WEST + ":contributor,subscriber,officer",
                        NORTH + ":contributor,subscriber,officer",
                        SOUTH + ":contributor,subscriber,officer",
                        "nor/centre-fjord:subscriber"),
                HOST + ":first-officer");
        gateway = GatewayUnderTest.start(folder, pki, Clock.systemUTC(), "/non-interference/", ROLES);
        host = gateway.subscribe("nor/centre-fjord");
        Demo demo = gateway.demo();
        for (String originator : Histories.ORIGINATORS) {
            gateway.register(originator, Histories.sensor(originator, demo.label(Marking.OWN.notation(originator))));
        }
        gateway.accepted(
                NORTH,
                List.of(Histories.contribution("orbit", demo.label(Marking.ALLIES.notation(NORTH)))
                        .setEphemeris(Histories.orbit(0, 500))
                        .build()));
        for (String originator : List.of(WEST, NORTH)) {
            contribute(originator, Marking.ALLIES, seen(originator, originator.hashCode()));
        }
        contribute(SOUTH, Marking.ALLIES, wrong(seen(SOUTH, 3)));
        gateway.quiet(List.of(host));
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    @Order(1)
    void anOrbitSaysThatDataDisagreeAndNotWhose() {
        Track track = host.tracks().get(host.tracks().size() - 1).product().getTrack();
        assertThat(track.getCommentsList())
                .singleElement()
                .asString()
                .contains("disagree")
                .doesNotContain("ITA", "ita");
    }

    @Test
    @Order(2)
    void theOwnerOfASensorIsToldHowItCompares() throws Exception {
        GetCalibrationResponse calibration = calibration(SOUTH, SOUTH);

        SensorCalibration range = calibration.getQuantitiesList().stream()
                .filter(one -> one.getQuantity().equals("range"))
                .findFirst()
                .orElseThrow();
        assertThat(range.getObservations()).isEqualTo(6);
        SensorCalibration azimuth = calibration.getQuantitiesList().stream()
                .filter(one -> one.getQuantity().equals("azimuth"))
                .findFirst()
                .orElseThrow();
        assertThat(azimuth.getBias()).isBetween(0.5e-3, 1.5e-3);
        assertThat(azimuth.getBiasSigma()).isPositive().isLessThan(0.5e-3);
    }

    @Test
    @Order(3)
    void nobodyElseIs() {
        for (String other : List.of(WEST, NORTH)) {
            assertThatThrownBy(() -> calibration(other, SOUTH))
                    .isInstanceOf(StatusRuntimeException.class)
                    .extracting(e -> ((StatusRuntimeException) e).getStatus().getCode())
                    .isEqualTo(Status.Code.NOT_FOUND);
        }
        for (String outsider : List.of(HOST, "nor/centre-fjord")) {
            assertThatThrownBy(() -> calibration(outsider, SOUTH))
                    .isInstanceOf(StatusRuntimeException.class)
                    .extracting(e -> ((StatusRuntimeException) e).getStatus().getCode())
                    .isEqualTo(Status.Code.PERMISSION_DENIED);
        }
    }

    @Test
    @Order(4)
    void itsOfficerAndTheHostAreToldThatItDisagreesAndNoOther() throws Exception {
        assertThat(disagreements(SOUTH)).isNotEmpty().allSatisfy(one -> {
            assertThat(one.getOriginator()).isEqualTo("ITA/radar-south");
            assertThat(one.getTenantsList()).allMatch(tenant -> tenant.startsWith("ita/"));
            assertThat(one.getDownWeighted()).isTrue();
        });
        assertThat(disagreements(HOST))
                .extracting(Disagreement::getOriginator)
                .isNotEmpty()
                .containsOnly("ITA/radar-south");
        assertThat(disagreements(WEST)).isEmpty();
        assertThat(disagreements(NORTH)).isEmpty();
    }

    @Test
    @Order(5)
    void anOfficerSeesWhatItsOwnNationsOrbitRestsOnAndOfOthersItsOwnDataAlone() throws Exception {
        List<ExplainedOrbit> orbits = explain(NORTH);

        ExplainedOrbit own = of(orbits, NORTH);
        assertThat(own.getContributorsList())
                .extracting(OrbitContributor::getOriginator)
                .contains("DEU/radar-north", "ITA/radar-south");
        assertThat(own.hasPositionSigmaM()).isTrue();
        assertThat(own.getWithoutOwn().hasPositionSigmaM()).isTrue();
        assertThat(of(orbits, "nor/centre-fjord").getContributorsList())
                .extracting(OrbitContributor::getOriginator)
                .containsExactly("DEU/radar-north");
    }

    @Test
    @Order(6)
    void theHostsOfficerSeesAllOfThem() throws Exception {
        ExplainedOrbit fjord = of(explain(HOST), "nor/centre-fjord");

        assertThat(fjord.getContributorsList())
                .extracting(OrbitContributor::getOriginator)
                .containsExactly("DEU/radar-north", "FRA/radar-west", "ITA/radar-south");
        assertThat(fjord.hasWithoutOwn()).isFalse();
        // explained is a fit from the start, published one that went on from the last
        assertThat(fjord.getPositionSigmaM())
                .isCloseTo(
                        host.tracks()
                                .get(host.tracks().size() - 1)
                                .product()
                                .getTrack()
                                .getQuality()
                                .getPositionSigmaM(),
                        withinPercentage(0.1));
        assertThatThrownBy(() -> explain("nor/centre-fjord")).isInstanceOf(StatusRuntimeException.class);
    }

    @Test
    @Order(7)
    void theCommandsSayTheSame() {
        assertThat(sluis(HOST, "explain", "object", "60001"))
                .contains("nor/centre-fjord", "1-sigma", "FRA/radar-west: 1 contributions", "count less")
                .doesNotContain("without your own");
        assertThat(sluis(NORTH, "explain", "object", "60001")).contains("without your own nation's sensors");
        assertThat(sluis(SOUTH, "explain", "disagreements")).contains("60001", "ITA/radar-south is off by");
        assertThat(sluis(SOUTH, "calibration")).contains(SOUTH, "azimuth [arcsec]", "range [m]");
        assertThat(sluis(WEST, "calibration", SOUTH)).contains("no such sensor of this tenant");
        assertThat(sluis(HOST, "explain", "object", "sixty")).contains("`sixty`", "2010-056A");
    }

    private static String sluis(String tenant, String... words) {
        Path credential = folder.resolve("pki/tenants").resolve(tenant);
        List<String> arguments = new ArrayList<>(List.of(words));
        arguments.addAll(List.of(
                "--endpoint", "127.0.0.1:" + gateway.gateway().partnerPort(),
                "--trust", credential.resolve("gateway-root.pem").toString(),
                "--cert", credential.resolve("certificate.pem").toString(),
                "--key", credential.resolve("key.pem").toString()));
        StringWriter said = new StringWriter();
        PrintWriter both = new PrintWriter(said, true);
        Sluis.commandLine().setOut(both).setErr(both).execute(arguments.toArray(String[]::new));
        return said.toString();
    }

    @Test
    @Order(8)
    void whatOneMayNotUseChangesNothingOfWhatItIsTold() throws Exception {
        GetCalibrationResponse before = calibration(SOUTH, SOUTH);
        List<ExplainedOrbit> explained = explain(SOUTH);
        List<Disagreement> flags = disagreements(SOUTH);

        contribute(NORTH, Marking.OWN, seen(NORTH, 77));
        gateway.quiet(List.of(host));

        assertThat(calibration(SOUTH, SOUTH)).isEqualTo(before);
        assertThat(explain(SOUTH)).isEqualTo(explained);
        assertThat(disagreements(SOUTH)).isEqualTo(flags);
        assertThat(calibration(NORTH, NORTH).getQuantities(0).getObservations()).isEqualTo(12);
    }

    private static GetCalibrationResponse calibration(String tenant, String sensor) throws Exception {
        return SensorServiceGrpc.newBlockingStub(gateway.tenant(tenant).channel())
                .getCalibration(
                        GetCalibrationRequest.newBuilder().setSensorId(sensor).build());
    }

    private static List<Disagreement> disagreements(String tenant) throws Exception {
        return CatalogueServiceGrpc.newBlockingStub(gateway.tenant(tenant).channel())
                .listDisagreements(ListDisagreementsRequest.getDefaultInstance())
                .getDisagreementsList();
    }

    private static List<ExplainedOrbit> explain(String tenant) throws Exception {
        return CatalogueServiceGrpc.newBlockingStub(gateway.tenant(tenant).channel())
                .explainObject(
                        ExplainObjectRequest.newBuilder().setObject(SATELLITE).build())
                .getOrbitsList();
    }

    private static ExplainedOrbit of(List<ExplainedOrbit> orbits, String tenant) {
        return orbits.stream()
                .filter(orbit -> orbit.getTenantsList().contains(tenant))
                .findFirst()
                .orElseThrow();
    }

    private static ObservationSeries seen(String originator, int seed) {
        return Histories.observations(originator, 0, 1 + Math.floorMod(seed, 3), new Random(seed));
    }

    /** The same with ten sigma on every number. */
    private static ObservationSeries wrong(ObservationSeries series) {
        ObservationSeries.Builder wrong = series.toBuilder();
        for (Observation.Builder one : wrong.getObservationsBuilderList()) {
            if (one.hasRange()) {
                one.getRangeBuilder().setRangeM(one.getRange().getRangeM() + 300);
            } else {
                AzimuthElevation direction = one.getAzimuthElevation();
                one.getAzimuthElevationBuilder()
                        .setAzimuthRad(direction.getAzimuthRad() + 1e-3)
                        .setElevationRad(direction.getElevationRad() + 1e-3);
            }
        }
        return wrong.build();
    }

    private static void contribute(String originator, Marking marking, ObservationSeries series) throws Exception {
        gateway.accepted(
                originator,
                List.of(Histories.contribution(
                                "seen-" + series.hashCode(), gateway.demo().label(marking.notation(originator)))
                        .setObservations(series)
                        .build()));
    }
}
