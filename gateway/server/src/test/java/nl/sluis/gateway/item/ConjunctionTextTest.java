package nl.sluis.gateway.item;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import nl.sluis.orbit.ccsds.CdmReader;
import nl.sluis.orbit.ccsds.ConjunctionMessage;
import nl.sluis.proto.v1.CollisionProbability;
import nl.sluis.proto.v1.ConjunctionObject;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.Covariance;
import nl.sluis.proto.v1.Frame;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.ProbabilityMethod;
import nl.sluis.proto.v1.ProbabilityValidity;
import nl.sluis.proto.v1.Product;
import nl.sluis.proto.v1.StateVector;
import nl.sluis.proto.v1.TextForm;
import nl.sluis.proto.v1.Vector3;
import org.junit.jupiter.api.Test;

/** A warning is a conjunction data message only where it has all that the standard demands; nothing is filled in. */
class ConjunctionTextTest {
    private static final Instant TCA = Instant.parse("2026-03-02T07:11:13.123456Z");
    private static final Instant CREATED = Instant.parse("2026-03-01T00:00:00Z");

    private static ConjunctionObject object(int number, double x) {
        return ConjunctionObject.newBuilder()
                .setObject(ObjectReference.newBuilder()
                        .setCatalogueNumber(number)
                        .setName("OBJECT " + number)
                        .setInternationalDesignator("2010-05" + number % 10 + "A"))
                .setCatalogueName("SLUIS")
                .setEphemerisName("NONE")
                .setCovarianceMethod("CALCULATED")
                .setManoeuvrable("N/A")
                .setState(StateVector.newBuilder()
                        .setEpoch(Times.timestamp(TCA))
                        .setFrame(Frame.FRAME_EME2000)
                        .setPositionM(Vector3.newBuilder().setX(x).setY(1_000).setZ(2_000))
                        .setVelocityMS(Vector3.newBuilder().setX(1).setY(7_500).setZ(number)))
                .setCovariance(Covariance.newBuilder()
                        .setFrame(Frame.FRAME_RTN)
                        .addAllLowerTriangle(Collections.nCopies(21, 4.0)))
                .build();
    }

    private static ConjunctionWarning warning() {
        return ConjunctionWarning.newBuilder()
                .setConjunctionId("event-1")
                .setMessageId("message-2")
                .setPreviousMessageId("message-1")
                .setOriginator("SLUIS")
                .setTca(Times.timestamp(TCA))
                .setMissDistanceM(151.5)
                .setRelativeSpeedMS(7_500)
                .setProbability(CollisionProbability.newBuilder()
                        .setValue(2.5e-5)
                        .setMethod(ProbabilityMethod.PROBABILITY_METHOD_PATERA_2005)
                        .setMethodName("PATERA_2005")
                        .setValidity(ProbabilityValidity.PROBABILITY_VALIDITY_INVALID)
                        .addReasons("long encounter")
                        .setHardBodyRadiusM(10)
                        .setHardBodyRadiusSource("assumed"))
                .setObject1(object(37206, 7_000_000))
                .setObject2(object(37207, 7_000_151.5))
                .build();
    }

    private static CcsdsText.Made text(ConjunctionWarning warning, TextForm form) {
        return CcsdsText.of(
                Product.newBuilder()
                        .setCreated(Times.timestamp(CREATED))
                        .setConjunction(warning)
                        .build(),
                form);
    }

    @Test
    void what_a_reader_of_the_standard_reads_is_what_the_warning_says() throws Exception {
        for (TextForm form : new TextForm[] {TextForm.TEXT_FORM_CCSDS_KVN, TextForm.TEXT_FORM_CCSDS_XML}) {
            ConjunctionMessage read =
                    CdmReader.read(text(warning(), form).text().orElseThrow());

            assertThat(read.messageId()).isEqualTo("message-2");
            assertThat(read.tca()).isEqualTo(TCA);
            assertThat(read.missDistanceM()).isCloseTo(151.5, within(1e-9));
            assertThat(read.collisionProbability()).hasValue(2.5e-5);
            assertThat(read.object1().state().positionM().x()).isCloseTo(7_000_000, within(1e-3));
            assertThat(read.object2().covarianceRtn().orElseThrow().get(0, 0)).isEqualTo(4.0);
            assertThat(read.comments()).anyMatch(comment -> comment.contains("INVALID: long encounter"));
        }
        assertThat(text(warning(), TextForm.TEXT_FORM_CCSDS_JSON).text().orElseThrow())
                .contains("\"CONJUNCTION_ID\"")
                .contains("event-1")
                .contains("\"COLLISION_PROBABILITY\"");
    }

    @Test
    void without_a_mandatory_field_there_is_no_message_and_its_reason_is_named() {
        ConjunctionWarning.Builder uncertain = warning().toBuilder();
        uncertain.getObject2Builder().clearCovariance();
        ConjunctionWarning.Builder whereless = warning().toBuilder();
        whereless.getObject1Builder().clearState();
        ConjunctionWarning.Builder teme = warning().toBuilder();
        teme.getObject1Builder().getStateBuilder().setFrame(Frame.FRAME_TEME);

        assertThat(text(uncertain.build(), TextForm.TEXT_FORM_CCSDS_KVN))
                .isEqualTo(new CcsdsText.Made(Optional.empty(), "OBJECT2 CR_R"));
        assertThat(text(whereless.build(), TextForm.TEXT_FORM_CCSDS_XML).without())
                .isEqualTo("OBJECT1 X");
        assertThat(text(teme.build(), TextForm.TEXT_FORM_CCSDS_KVN).without()).isEqualTo("OBJECT1 REF_FRAME");
        assertThat(text(warning().toBuilder().clearOriginator().build(), TextForm.TEXT_FORM_CCSDS_KVN)
                        .without())
                .isEqualTo("ORIGINATOR");
    }
}
