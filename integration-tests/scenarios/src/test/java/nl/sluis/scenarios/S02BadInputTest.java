package nl.sluis.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import nl.sluis.partner.ContributionOutcome;
import nl.sluis.partner.Violation;
import nl.sluis.proto.v1.AzimuthElevation;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Observation;
import nl.sluis.proto.v1.ObservationSeries;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bad input gets a clear answer that names field, line and reason, and harms nothing beside it. */
class S02BadInputTest {
    private static final int INVALID_ARGUMENT = 3;
    private static final int ALREADY_EXISTS = 6;
    private static final int PERMISSION_DENIED = 7;
    private static final Demo.Station PRETORIA = Demo.PRETORIA;

    @TempDir
    private static Path folder;

    private static GatewayUnderTest gateway;

    @BeforeAll
    static void start() throws Exception {
        gateway = GatewayUnderTest.start(
                folder.resolve("gateway"), GatewayUnderTest.pki(folder.resolve("pki")), Clock.systemUTC());
        gateway.register(PRETORIA);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void a_corrupted_line_of_a_tracking_file_is_named_and_the_rest_is_taken() throws Exception {
        String text = Demo.trackingText(PRETORIA);
        String[] lines = text.split("\n", -1);
        int corrupted = firstRange(lines);
        lines[corrupted] = "RANGE   = 2010-11-02T25:61:00.000 not-a-number";

        ContributionOutcome outcome =
                gateway.contribute(PRETORIA.tenant(), gateway.demo().tracking(PRETORIA, String.join("\n", lines)));

        assertThat(outcome).isInstanceOfSatisfying(ContributionOutcome.Accepted.class, accepted -> {
            assertThat(accepted.observations()).isEqualTo(93);
            assertThat(accepted.refusedParts()).singleElement().satisfies(part -> {
                assertThat(part.getLine()).isEqualTo(corrupted + 1);
                assertThat(part.getField()).isEqualTo("RANGE");
                assertThat(part.getFound()).contains("not-a-number");
            });
        });
    }

    private static int firstRange(String[] lines) {
        for (int i = 0; i < lines.length; i++) {
            if (lines[i].startsWith("RANGE ")) {
                return i;
            }
        }
        throw new IllegalStateException("no RANGE in the file");
    }

    @Test
    void a_malformed_observation_is_refused_by_name_and_its_neighbours_are_taken() throws Exception {
        List<ContributionOutcome> outcomes = gateway.contribute(
                PRETORIA.tenant(), List.of(series("before", 0.5), series("malformed", 7.0), series("after", 0.6)));

        assertThat(outcomes.get(0)).isInstanceOf(ContributionOutcome.Accepted.class);
        assertRefused(
                outcomes.get(1),
                INVALID_ARGUMENT,
                "contribution.observations.observations[0].azimuth_elevation.elevation_rad");
        assertThat(outcomes.get(2)).isInstanceOf(ContributionOutcome.Accepted.class);
    }

    @Test
    void the_same_bytes_are_recognised_and_other_bytes_under_the_same_id_refused() throws Exception {
        Contribution item = series("twice", 0.7);

        assertThat(gateway.contribute(PRETORIA.tenant(), item))
                .isInstanceOfSatisfying(
                        ContributionOutcome.Accepted.class,
                        accepted -> assertThat(accepted.duplicate()).isFalse());
        assertThat(gateway.contribute(PRETORIA.tenant(), item))
                .isInstanceOfSatisfying(
                        ContributionOutcome.Accepted.class,
                        accepted -> assertThat(accepted.duplicate()).isTrue());
        assertRefused(
                gateway.contribute(PRETORIA.tenant(), series("twice", 0.8)), ALREADY_EXISTS, "contribution.client_id");
    }

    @Test
    void nobody_labels_data_as_another_owners() throws Exception {
        Contribution foreign = series("foreign", 0.5).toBuilder()
                .setLabel(gateway.demo().label(Demo.URALLA.label()))
                .build();

        assertRefused(gateway.contribute(PRETORIA.tenant(), foreign), PERMISSION_DENIED, "contribution.label.owners");
    }

    @Test
    void a_label_from_the_future_or_of_no_known_policy_is_refused() throws Exception {
        Contribution future = series("future", 0.5);
        future = future.toBuilder()
                .setLabel(future.getLabel().toBuilder()
                        .setCreated(Timestamp.newBuilder()
                                .setSeconds(Instant.now().plusSeconds(3600).getEpochSecond())))
                .build();
        assertRefused(gateway.contribute(PRETORIA.tenant(), future), INVALID_ARGUMENT, "contribution.label.created");

        Contribution unknown = series("unknown", 0.5);
        unknown = unknown.toBuilder()
                .setLabel(unknown.getLabel().toBuilder()
                        .setParts(0, unknown.getLabel().getParts(0).toBuilder().setPolicyOid("1.2.3")))
                .build();
        assertThat(gateway.contribute(PRETORIA.tenant(), unknown))
                .isInstanceOfSatisfying(ContributionOutcome.Refused.class, refused -> {
                    assertThat(refused.code()).isEqualTo(INVALID_ARGUMENT);
                    assertThat(refused.violations())
                            .singleElement()
                            .satisfies(
                                    violation -> assertThat(violation.field()).startsWith("contribution.label."));
                });
    }

    private static void assertRefused(ContributionOutcome outcome, int code, String field) {
        assertThat(outcome).isInstanceOfSatisfying(ContributionOutcome.Refused.class, refused -> {
            assertThat(refused.code()).isEqualTo(code);
            assertThat(refused.violations()).extracting(Violation::field).containsExactly(field);
        });
    }

    private static Contribution series(String clientId, double elevationRad) {
        return Contribution.newBuilder()
                .setClientId(clientId)
                .setLabel(gateway.demo().label(PRETORIA.label()))
                .setObservations(ObservationSeries.newBuilder()
                        .setSensorId(PRETORIA.tenant())
                        .setObject(ObjectReference.newBuilder().setInternationalDesignator("2010-056A"))
                        .addObservations(Observation.newBuilder()
                                .setEpoch(Timestamp.newBuilder().setSeconds(1_288_700_000))
                                .setAzimuthElevation(AzimuthElevation.newBuilder()
                                        .setAzimuthRad(1)
                                        .setElevationRad(elevationRad))))
                .build();
    }
}
