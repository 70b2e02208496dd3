package nl.sluis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import java.nio.file.Path;
import java.util.List;
import nl.sluis.gateway.FlowUnderTest.MovedClock;
import nl.sluis.gateway.hazard.ElementScreening;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.Retention;
import nl.sluis.proto.v1.ConjunctionObject;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.GroundSite;
import nl.sluis.proto.v1.Magnitude;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Observation;
import nl.sluis.proto.v1.ObservationSeries;
import nl.sluis.proto.v1.Sensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What retention takes from the logs is missed by nobody who has to go on. */
class RetentionTest {
    private static final String TENANT = "zaf/pretoria";
    private static final String LABEL = "{NLD: unclassified, rel: [PARTNERS, COMMERCIAL], owner: ZAF/pretoria}";

    @TempDir
    private Path folder;

    @Test
    void a_sensor_may_be_used_after_its_registration_was_trimmed_and_the_gateway_started_again() throws Exception {
        MovedClock clock = new MovedClock();
        try (FlowUnderTest flow = open(clock)) {
            flow.register(
                    TENANT,
                    Sensor.newBuilder()
                            .setSensorId(TENANT)
                            .setParticipant("Pretoria")
                            .setGround(GroundSite.newBuilder().setLatitudeRad(-0.45))
                            .setLabel(flow.label(LABEL))
                            .build());
            flow.settle();
            flow.journal().trim(LogName.CONTRIBUTIONS, Retention.bySize(0)).join();
            assertThat(flow.journal().oldest(LogName.CONTRIBUTIONS)).isEqualTo(2);
        }
        try (FlowUnderTest flow = open(clock)) {
            flow.contribute(
                    TENANT,
                    Contribution.newBuilder()
                            .setClientId("brightness")
                            .setLabel(flow.label(LABEL))
                            .setObservations(ObservationSeries.newBuilder()
                                    .setSensorId(TENANT)
                                    .setObject(ObjectReference.newBuilder().setCatalogueNumber(37207))
                                    .addObservations(Observation.newBuilder()
                                            .setEpoch(Timestamp.newBuilder().setSeconds(1_700_000_000))
                                            .setMagnitude(Magnitude.newBuilder().setMagnitude(7.5))))
                            .build());
            // fails where a stage passed an entry over
            flow.settle();
        }
    }

    /** Whether a document is one of the gateway's own products is looked up in the log of products, as far as that is kept. */
    @Test
    void a_message_is_taken_that_comes_long_after_the_products_before_it_were_trimmed() throws Exception {
        try (FlowUnderTest flow = open(new MovedClock())) {
            flow.contribute(TENANT, conjunction(flow, 1));
            flow.settle();
            flow.journal().trim(LogName.PRODUCTS, Retention.bySize(0)).join();
            assertThat(flow.journal().oldest(LogName.PRODUCTS)).isEqualTo(2);

            flow.contribute(TENANT, conjunction(flow, 2));
            flow.settle();
            assertThat(flow.journal().watermark(LogName.PRODUCTS)).isEqualTo(2);
        }
    }

    private static Contribution conjunction(FlowUnderTest flow, int number) {
        return Contribution.newBuilder()
                .setClientId("conjunction-" + number)
                .setLabel(flow.label(LABEL))
                .setConjunction(ConjunctionWarning.newBuilder()
                        .setMissDistanceM(number)
                        .setObject1(ConjunctionObject.newBuilder()
                                .setObject(ObjectReference.newBuilder().setCatalogueNumber(number)))
                        .setObject2(ConjunctionObject.newBuilder()
                                .setObject(ObjectReference.newBuilder().setCatalogueNumber(number + 1_000))))
                .build();
    }

    private FlowUnderTest open(MovedClock clock) throws Exception {
        return new FlowUnderTest(folder, clock, elements -> new ElementScreening.Found(List.of(), List.of()));
    }
}
