package nl.sluis.orbit.ccsds;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.determination.Ephemeris;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.junit.jupiter.api.Test;
import org.orekit.data.DataSource;
import org.orekit.files.ccsds.ndm.ParserBuilder;
import org.orekit.files.ccsds.ndm.odm.oem.Oem;
import org.orekit.files.ccsds.ndm.odm.opm.Opm;

/** What is written in XML is read back by another implementation, Orekit's parser, as the same values. */
class OrbitXmlWriterTest {
    private static final Instant EPOCH = Instant.parse("2026-03-01T12:00:00.250Z");
    private static final OrbitState STATE = new OrbitState(
            EPOCH, Frame.EME2000, new Vector3(7_000_123.5, -12.25, 3_000), new Vector3(1.5, 7_500.125, -0.5));
    private static final SymmetricMatrix COVARIANCE = SymmetricMatrix.ofLowerTriangle(6, new double[] {
        100, 1, 200, 2, 3, 300, 0.1, 0.2, 0.3, 0.01, 0.4, 0.5, 0.6, 0.001, 0.02, 0.7, 0.8, 0.9, 0.002, 0.003, 0.03
    });

    @Test
    void anOrbitParameterMessageReadsBackWithItsCovarianceAndItsNameIsNoMarkup() {
        OrekitData.load();
        String text = OrbitXmlWriter.opm(new OrbitMessage(
                "SLUIS", EPOCH, "A <&> B", "2010-056A", STATE, Optional.of(COVARIANCE), OptionalDouble.of(1_250)));

        Opm opm = new ParserBuilder().withMu(3.986004418e14).buildOpmParser().parseMessage(source("opm.xml", text));

        assertThat(opm.getMetadata().getObjectName()).isEqualTo("A <&> B");
        assertThat(opm.getMetadata().getObjectID()).isEqualTo("2010-056A");
        Vector3D position =
                opm.getData().getStateVectorBlock().toTimeStampedPVCoordinates().getPosition();
        assertThat(position.getX()).isEqualTo(7_000_123.5);
        assertThat(opm.getData().getMass()).isEqualTo(1_250);
        for (int i = 0; i < 6; i++) {
            for (int j = 0; j < 6; j++) {
                assertThat(opm.getData()
                                .getCovarianceBlock()
                                .getCovarianceMatrix()
                                .getEntry(i, j))
                        .isCloseTo(COVARIANCE.get(i, j), org.assertj.core.data.Offset.offset(1e-12 * 300));
            }
        }
    }

    @Test
    void anEphemerisReadsBackStateByState() {
        OrekitData.load();
        OrbitState later =
                new OrbitState(EPOCH.plusSeconds(60), Frame.EME2000, new Vector3(1, 2, 3), new Vector3(4, 5, 6));
        String text = OrbitXmlWriter.oem(new EphemerisMessage(
                "SLUIS",
                EPOCH,
                List.of(new EphemerisMessage.Segment(
                        "W3B",
                        "2010-056A",
                        new Ephemeris(List.of(
                                new Ephemeris.Point(STATE, Optional.of(COVARIANCE)),
                                new Ephemeris.Point(later, Optional.empty())))))));

        Oem oem = new ParserBuilder().withMu(3.986004418e14).buildOemParser().parseMessage(source("oem.xml", text));

        assertThat(oem.getSegments()).hasSize(1);
        assertThat(oem.getSegments().get(0).getCoordinates()).hasSize(2);
        assertThat(oem.getSegments()
                        .get(0)
                        .getCoordinates()
                        .get(1)
                        .getPosition()
                        .getZ())
                .isCloseTo(3, org.assertj.core.data.Offset.offset(1e-9));
        assertThat(oem.getSegments().get(0).getCovarianceMatrices()).hasSize(1);
    }

    private static DataSource source(String name, String text) {
        return new DataSource(name, () -> new java.io.ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }
}
