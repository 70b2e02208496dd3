package nl.sluis.gateway.analyst;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nl.sluis.gateway.Sluis;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** An analyst fits the real tracking of W3B from its files. */
class FitCommandTest {
    private static final Path W3B = Path.of("src/main/resources/demo/w3b");
    private static final String STATIONS = W3B.resolve("w3b-stations.csv").toString();
    private static final String FUCINO = W3B.resolve("w3b-fucino.tdm").toString();
    private static final String INITIAL = W3B.resolve("w3b-initial.opm").toString();

    @TempDir
    private Path folder;

    /** What a command said. */
    private record Said(int code, String out, String err) {}

    private static Said sluis(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine command =
                Sluis.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        int code = command.execute(arguments);
        return new Said(code, out.toString(), err.toString());
    }

    @Test
    void tracking_of_two_stations_becomes_an_orbit_in_every_form() throws IOException {
        Path opm = folder.resolve("w3b.opm");
        Path oem = folder.resolve("w3b.oem");
        Path xml = folder.resolve("w3b-kumsan.xml");
        Files.writeString(
                xml,
                sluis("ccsds", "convert", W3B.resolve("w3b-kumsan.tdm") + "", "--to", "xml")
                        .out());
        List<String> arguments = new ArrayList<>(List.of("fit", FUCINO, xml + ""));
        arguments.addAll(List.of("--stations", STATIONS, "--initial", INITIAL, "--no-drag"));
        arguments.addAll(List.of("--empirical-acceleration", "1", "--area-m2", "13.12", "--cr", "2", "-o", "json"));
        arguments.addAll(List.of("--opm", opm + "", "--oem", oem + "", "--step", "PT1H"));

        Said said = sluis(arguments.toArray(String[]::new));

        assertThat(said.code()).as(said.err()).isZero();
        JsonObject json = new JsonObject(said.out());
        assertThat(json.getString("verdict")).isEqualTo("CONVERGED");
        assertThat(json.getInteger("observations_used")).isEqualTo(213);
        assertThat(json.getJsonArray("covariance")).hasSize(6);
        assertThat(json.getJsonArray("sensors")).hasSize(6);
        assertThat(opm).content().contains("CCSDS_OPM_VERS", "OBJECT_ID = 2010-056A", "CZ_DOT_Z_DOT");
        Said same = sluis("compare", oem + "", oem + "", "-o", "json");
        assertThat(same.code()).as(same.err()).isZero();
        assertThat(new JsonObject(same.out()).getDouble("rms_m")).isZero();
        assertThat(sluis("compare", oem + "", opm + "").err()).contains("w3b.opm", "an OPM", "OEM or CPF");
    }

    @Test
    void a_station_that_is_not_listed_is_named_with_the_line_that_names_it() throws IOException {
        Path stations = Files.writeString(
                folder.resolve("few.csv"), "name,latitude_deg,longitude_deg,altitude_m\nKumsan,36.1,127.5,180\n");

        Said said = sluis("fit", FUCINO, "--stations", stations + "", "--initial", INITIAL);

        assertThat(said.code()).isEqualTo(2);
        assertThat(said.err()).contains("w3b-fucino.tdm", "line 8", "Fucino", "--stations");
    }

    @Test
    void a_faulty_list_of_stations_is_refused_with_line_and_column() throws IOException {
        Path wrongColumn = Files.writeString(
                folder.resolve("column.csv"), "name,latitude_deg,longitude_deg,height_m\nFucino,42,13.6,671\n");
        Path wrongNumber = Files.writeString(
                folder.resolve("number.csv"), "name,latitude_deg,longitude_deg,altitude_m\nFucino,42N,13.6,671\n");

        assertThat(sluis("fit", FUCINO, "--stations", wrongColumn + "").err())
                .contains("line 1", "height_m", "altitude_m");
        assertThat(sluis("fit", FUCINO, "--stations", wrongNumber + "").err())
                .contains("line 2", "latitude_deg", "42N");
    }

    @Test
    void what_is_no_orbit_and_no_tracking_is_refused() throws IOException {
        Path text = Files.writeString(folder.resolve("notes.txt"), "nothing of the kind\n");

        assertThat(sluis("fit", text + "", "--stations", STATIONS))
                .satisfies(said -> assertThat(said.code()).isEqualTo(2))
                .satisfies(said -> assertThat(said.err()).contains("notes.txt"));
        assertThat(sluis("fit", FUCINO, "--stations", STATIONS, "--initial", text + "")
                        .err())
                .contains("notes.txt");
        assertThat(sluis("fit", folder.resolve("absent.tdm") + "").err()).contains("absent.tdm", "no such file");
    }
}
