package nl.sluis.orbit.ccsds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import nl.sluis.orbit.Resources;
import org.junit.jupiter.api.Test;

/** Conjunction, orbit and element messages: real ones are read, faulty ones refused with line and keyword. */
class MessagesTest {

    private static final Path DEMO = Path.of("..", "server", "src", "main", "resources", "demo");

    @Test
    void the_committed_messages_of_an_agency_are_read_with_their_radius_and_covariances() throws Exception {
        List<Path> files;
        try (Stream<Path> all = Files.list(DEMO.resolve("cdm"))) {
            files = all.filter(p -> p.toString().endsWith(".cdm")).sorted().toList();
        }
        assertThat(files).hasSize(10);
        for (Path file : files) {
            ConjunctionMessage m = CdmReader.read(Files.readString(file));
            assertThat(m.originator()).isEqualTo("CARA");
            assertThat(m.messageId() + ".cdm").isEqualTo(file.getFileName().toString());
            assertThat(m.hardBodyRadius().orElseThrow().source()).isEqualTo("comment HBR");
            assertThat(m.object1().covarianceRtn()).isPresent();
            assertThat(m.object2().covarianceRtn()).isPresent();
            assertThat(m.object1().fields()).containsEntry("CATALOG_NAME", "SATCAT");
            // the message says the miss distance and both states: they must agree to the rounding of the message
            assertThat(m.object1()
                            .state()
                            .positionM()
                            .minus(m.object2().state().positionM())
                            .norm())
                    .isCloseTo(m.missDistanceM(), within(0.01 * m.missDistanceM() + 1));
        }
    }

    @Test
    void faulty_conjunction_messages_are_refused_with_line_and_keyword() {
        Problem number = refused("/ccsds/cdm/cdm--CDM-covariance-wrong-entry-format.txt");
        assertThat(number.line()).isEqualTo(65);
        assertThat(number.keyword()).isEqualTo("CRDOT_T");
        assertThat(refused("/ccsds/cdm/cdm--CDM-missing-TCA.txt").keyword()).isEqualTo("TCA");
        assertThat(refused("/ccsds/cdm/cdm--CDM-missing-object2-state-vector.txt")
                        .keyword())
                .isEqualTo("X");
    }

    @Test
    void orbit_messages_read_back_as_they_were_written() throws Exception {
        OrbitMessage opm = OrbitReader.readOpm(Resources.text("/ccsds/odm/OPMExample3.txt"));
        assertThat(opm.covariance()).isPresent();
        assertThat(OrbitReader.readOpm(OrbitWriter.opm(opm))).isEqualTo(opm);

        EphemerisMessage oem = OrbitReader.readOem(Resources.text("/ccsds/odm/OEMExample5.txt"));
        assertThat(oem.segments().get(0).ephemeris().points()).hasSize(49);
        assertThat(OrbitReader.readOem(OrbitWriter.oem(oem))).isEqualTo(oem);
    }

    @Test
    void the_first_orbit_of_the_demo_is_that_of_the_original() throws Exception {
        OrbitMessage opm = OrbitReader.readOpm(Files.readString(DEMO.resolve("w3b/w3b-initial.opm")));

        assertThat(opm.state().epoch()).isEqualTo(nl.sluis.orbit.W3b.initial().epoch());
        assertThat(opm.state()
                        .positionM()
                        .minus(nl.sluis.orbit.W3b.initial().positionM())
                        .norm())
                .isLessThan(1e-6);
    }

    @Test
    void faulty_orbit_messages_are_refused_with_line_and_keyword() {
        Problem number = catchThrowableOfType(
                        MessageException.class,
                        () -> OrbitReader.readOpm(Resources.text("/ccsds/odm/odm-opm--OPM-number-format-error.txt")))
                .problem();
        assertThat(number.line()).isEqualTo(17);
        assertThat(number.keyword()).isEqualTo("SEMI_MAJOR_AXIS");
    }

    @Test
    void the_same_elements_come_from_every_form() throws Exception {
        MeanElements kvn = ElementsReader.read(Resources.text("/ccsds/omm/OMMExample4.txt"))
                .elements()
                .get(0);
        assertThat(kvn.catalogueNumber()).isEqualTo(7646);
        assertThat(ElementsReader.read(Resources.text("/ccsds/omm/OMMExample4.xml"))
                        .elements())
                .containsExactly(kvn);
        String csv = """
                OBJECT_NAME,OBJECT_ID,EPOCH,MEAN_MOTION,ECCENTRICITY,INCLINATION,RA_OF_ASC_NODE,ARG_OF_PERICENTER,MEAN_ANOMALY,NORAD_CAT_ID,BSTAR
                "BIG, NUMBER",2026-001A,2026-05-30T12:25:10.468992,15.49496548,.0007245,51.6337,27.5746,114.708,245.4664,799500123,.21767e-3
                """;
        String json = """
                [{"OBJECT_NAME":"BIG, NUMBER","OBJECT_ID":"2026-001A","EPOCH":"2026-05-30T12:25:10.468992",
                  "MEAN_MOTION":15.49496548,"ECCENTRICITY":0.0007245,"INCLINATION":51.6337,"RA_OF_ASC_NODE":27.5746,
                  "ARG_OF_PERICENTER":114.708,"MEAN_ANOMALY":245.4664,"NORAD_CAT_ID":799500123,"BSTAR":0.00021767}]
                """;
        MeanElements nineDigits = ElementsReader.read(csv).elements().get(0);
        assertThat(nineDigits.catalogueNumber()).isEqualTo(799_500_123);
        assertThat(nineDigits.name()).isEqualTo("BIG, NUMBER");
        assertThat(ElementsReader.read(json).elements()).containsExactly(nineDigits);
    }

    @Test
    void a_faulty_set_of_elements_costs_that_set() throws Exception {
        String good = gz("stations");
        String bad = good.replaceFirst("2 25544  51", "2 25544  5x");

        ElementsReader.Result result = ElementsReader.read(bad);

        assertThat(ElementsReader.read(good).problems()).isEmpty();
        assertThat(result.elements())
                .hasSize(ElementsReader.read(good).elements().size() - 1);
        assertThat(result.problems()).hasSize(1);
        assertThat(result.problems().get(0).line()).isEqualTo(2);
    }

    @Test
    void the_committed_catalogue_is_read_whole() throws Exception {
        assertThat(ElementsReader.read(gz("geo")).elements()).hasSize(574);
        assertThat(ElementsReader.read(gz("oneweb")).elements()).hasSize(651);
        assertThat(ElementsReader.read(gz("weather")).elements()).hasSize(74);
        assertThat(ElementsReader.read(gz("starlink-part")).elements()).hasSize(1500);
    }

    @Test
    void text_of_another_kind_is_refused() {
        assertThat(catchThrowableOfType(MessageException.class, () -> ElementsReader.read("[1, 2]")))
                .isNotNull();
        assertThat(catchThrowableOfType(MessageException.class, () -> CdmReader.read("hello")))
                .isNotNull();
        assertThat(catchThrowableOfType(MessageException.class, () -> ElementsReader.read("")))
                .isNotNull();
    }

    private static String gz(String name) throws Exception {
        try (InputStream in =
                new GZIPInputStream(Files.newInputStream(DEMO.resolve("catalogue/" + name + ".tle.gz")))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Problem refused(String name) {
        return catchThrowableOfType(MessageException.class, () -> CdmReader.read(Resources.text(name)))
                .problem();
    }
}
