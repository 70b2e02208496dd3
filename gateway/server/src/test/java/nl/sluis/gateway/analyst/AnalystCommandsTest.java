package nl.sluis.gateway.analyst;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import nl.sluis.gateway.Sluis;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands on files, as an analyst types them. */
class AnalystCommandsTest {

    private static final Path DEMO = Path.of("src", "main", "resources", "demo");
    private static final String WEATHER =
            DEMO.resolve("catalogue/weather.tle.gz").toString();
    private static final String ONEWEB = DEMO.resolve("catalogue/oneweb.tle.gz").toString();
    private static final Path RARE = DEMO.resolve("cdm/000020580_conj_000002017_20230613_001923_20230608_063715.cdm");

    @TempDir
    private Path folder;

    private record Run(int code, String out, String err) {
        List<String> lines() {
            return out.lines().toList();
        }
    }

    private static Run sluis(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Sluis.commandLine()
                .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
        return new Run(code, out.toString(), err.toString());
    }

    private static Run screen(String form, String... more) {
        String[] arguments = {
            "screen", "--catalogue", WEATHER, ONEWEB, "--start", "2026-05-31T00:00:00Z", "--hours", "4", "-o", form
        };
        String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
        System.arraycopy(more, 0, all, arguments.length, more.length);
        return sluis(all);
    }

    @Test
    void the_three_forms_of_a_screening_hold_the_same_approaches() {
        Run table = screen("table");
        Run csv = screen("csv");
        Run kvn = screen("ccsds-kvn");

        assertThat(List.of(table.code, csv.code, kvn.code)).containsOnly(0);
        List<String> approaches = csv.lines().stream()
                .filter(line -> line.startsWith("approach,"))
                .toList();
        assertThat(approaches).hasSizeGreaterThan(10);
        for (String approach : approaches) {
            String[] cells = approach.split(",", -1);
            assertThat(cells).hasSize(csv.lines().get(0).split(",", -1).length);
            assertThat(table.out).contains(cells[7] + "  " + cells[1] + " ");
        }
        assertThat(table.out)
                .contains(approaches.size() + " approaches", "725 objects", "262,450 pairs", "evaluations");
        assertThat(csv.err).contains(approaches.size() + " approaches");
        assertThat(kvn.lines().stream().filter(line -> line.startsWith("TCA "))).hasSize(approaches.size());
        assertThat(kvn.out).doesNotContain("CR_R  ").contains("not a complete CDM: without OBJECT1 CR_R, OBJECT2 CR_R");
        assertThat(kvn.err).contains("none is invented");
    }

    @Test
    void with_an_assumed_covariance_the_messages_are_complete_and_say_so() throws Exception {
        Run kvn = screen("ccsds-kvn", "--assumed-sigma-m", "200,1000,200", "--hbr-m", "10");
        String first = "CCSDS_CDM_VERS" + kvn.out.split("CCSDS_CDM_VERS", -1)[1];
        Path file = Files.writeString(folder.resolve("first.cdm"), first);

        assertThat(first).contains("COVARIANCE_METHOD             = DEFAULT", "covariance assumed: 1-sigma R T N");
        assertThat(sluis("ccsds", "check", file.toString()).out).contains("right: CDM 1.0");
        assertThat(sluis("pc", "--samples", "0", file.toString()).out).contains("10.000 m, from comment HBR, --hbr-m");
    }

    @Test
    void a_catalogue_with_bad_records_is_screened_without_them() throws Exception {
        Path file = Files.writeString(folder.resolve("elements.csv"), """
            OBJECT_NAME,OBJECT_ID,EPOCH,MEAN_MOTION,ECCENTRICITY,INCLINATION,RA_OF_ASC_NODE,ARG_OF_PERICENTER,MEAN_ANOMALY,NORAD_CAT_ID,BSTAR
            NINE,2026-001A,2026-05-30T12:25:10.468992,15.49496548,.0007245,51.6337,27.5746,114.708,245.4664,799500123,.21767e-3
            SHORT,2026-001B,2026-05-30T12:25:10.468992
            NAN,2026-001C,2026-05-30T12:25:10.468992,NaN,.0007245,51.6337,27.5746,114.708,245.4664,799500124,.21767e-3
            DECAYED,2026-001D,2026-05-30T12:25:10.468992,17.9,.0007245,51.6337,27.5746,114.708,245.4664,799500125,.21767e-3
            """);

        Run run = sluis("screen", "-c", file.toString(), "--start", "2026-05-31T00:00:00", "--hours", "1");

        assertThat(run.code).isZero();
        assertThat(run.err)
                .contains("line 3: ", "line 4: MEAN_MOTION: `NaN` (expected: a finite number)")
                .contains("not followed over the whole window: 799500125 DECAYED: ");
        assertThat(run.out).contains("2 objects, 1 pairs", "2 records not read");
    }

    @Test
    void an_ephemeris_is_screened_beside_elements_and_never_against_its_own_object() throws Exception {
        Run oem = sluis("ccsds", "convert", "src/test/resources/analyst/oneweb.oem", "--to", "xml");
        assertThat(oem.code).as(oem.err).isZero();
        Path xml = Files.writeString(folder.resolve("oneweb.xml"), oem.out);

        Run run = screen("csv", "--catalogue", xml.toString(), "--object", "50481");

        assertThat(run.err).contains("726 objects");
        assertThat(run.lines().stream().filter(line -> line.contains("50481") && line.contains("OEM oneweb.xml")))
                .as("the ephemeris of 50481 meets what its elements meet")
                .isNotEmpty()
                .noneMatch(line -> line.split(",", -1)[1].equals(line.split(",", -1)[4]));
    }

    @Test
    void a_probability_comes_with_all_methods_its_radius_and_a_verdict() {
        Run run = sluis("pc", "--samples", "20000", RARE.toString());

        assertThat(run.code).isZero();
        assertThat(run.out)
                .contains(
                        "Patera 2005",
                        "LAAS 2015",
                        "Alfano 2005",
                        "Chan 1997",
                        "Alfriend 1999",
                        "Monte Carlo",
                        "curved")
                .contains("10.000 m, from comment HBR", "not valid: the uncertainty bends along the orbit")
                .contains("maximum", "dilution", "covariance 1", "sensitivity");
        JsonObject json =
                new JsonArray(sluis("pc", "-f", "json", "--samples", "20000", RARE.toString()).out).getJsonObject(0);
        assertThat(json.getDouble("probability")).isCloseTo(1.8622335e-5, within(1e-11));
        assertThat(json.getJsonObject("validity").getBoolean("validFor2d")).isFalse();
        assertThat(json.getJsonObject("monteCarlo").getInteger("samples")).isEqualTo(20_000);
        assertThat(json.getJsonObject("methods").fieldNames()).hasSize(6);
    }

    @Test
    void messages_survive_a_round_through_all_notations() throws Exception {
        Path xml = folder.resolve("message.xml");
        Path json = folder.resolve("message.json");
        assertThat(sluis("ccsds", "convert", RARE.toString(), "--to", "xml", "-o", xml.toString()).code)
                .isZero();
        assertThat(sluis("ccsds", "convert", xml.toString(), "--to", "json", "-o", json.toString()).code)
                .isZero();
        JsonObject cdm = new JsonObject(Files.readString(json)).getJsonObject("cdm");
        assertThat(cdm.getString("CCSDS_CDM_VERS")).isEqualTo("1.0");
        assertThat(cdm.getJsonObject("body").getJsonArray("segment")).hasSize(2);

        Run back = sluis("ccsds", "convert", json.toString(), "--to", "kvn");

        Path kvn = Files.writeString(folder.resolve("message.kvn"), back.out);
        assertThat(sluis("pc", "--samples", "0", "-f", "json", kvn.toString()).out)
                .contains(new JsonArray(sluis("pc", "--samples", "0", "-f", "json", RARE.toString()).out)
                        .getJsonObject(0)
                        .getDouble("probability")
                        .toString());
    }

    @Test
    void what_is_wrong_is_said_with_place_and_code() throws Exception {
        Path broken = Files.writeString(
                folder.resolve("broken.cdm"), Files.readString(RARE).replace("TCA   ", "TCB   "));

        assertThat(sluis("ccsds", "check", broken.toString()))
                .isEqualTo(new Run(
                        1,
                        broken + ": WRONG: line 7: TCB: `"
                                + Files.readString(broken)
                                        .lines()
                                        .toList()
                                        .get(6)
                                        .strip()
                                + "` (expected: a keyword of the conjunction data message)" + System.lineSeparator(),
                        ""));
        assertThat(sluis("pc", broken.toString()).code).isEqualTo(1);
        assertThat(sluis("pc", "nowhere.cdm").code).isEqualTo(2);
        assertThat(sluis("pc", "nowhere.cdm").err).contains("`nowhere.cdm`: no such file");
        assertThat(sluis("screen", "-c", RARE.toString()).err).contains("`CDM` (expected: TLE, OMM or OEM)");
        assertThat(sluis("screen", "-c", RARE.toString()).code).isEqualTo(1);
        assertThat(screen("xml").err).contains("`xml` (expected: table, csv or ccsds-kvn)");
        assertThat(screen("csv", "--start", "tomorrow").code).isEqualTo(2);
    }
}
