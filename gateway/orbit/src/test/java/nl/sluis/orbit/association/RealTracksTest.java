package nl.sluis.orbit.association;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.GeodeticPosition;
import nl.sluis.orbit.association.Association.Ambiguous;
import nl.sluis.orbit.association.Association.Uncorrelated;
import nl.sluis.orbit.ccsds.ElementsReader;
import nl.sluis.orbit.ccsds.MeanElements;
import nl.sluis.orbit.measurement.Component;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
import org.junit.jupiter.api.Test;

/**
 * Real optical positions in IOD format beside the whole public catalogue of those days: the space station, whose elements were five
 * and a half days old, and 23908, which is in no public catalogue and was seen in two passes.
 */
class RealTracksTest {

    private static final Path DATA = Path.of(System.getProperty("sluis.data", "../../../shared/data"), "optical-iod");

    /** An observer with stopwatch and camera: half a minute of arc, and a tenth of a second. */
    private static final double SIGMA_RAD = Math.toRadians(0.02);

    private static final Map<String, Sensor> OBSERVERS = Map.of(
            "4171", observer("4171", 52.8344, 6.3785, 10),
            "4172", observer("4172", 52.3713, 5.2580, -3),
            "4353", observer("4353", 52.1541, 4.4908, 0));

    private static Sensor observer(String id, double latitudeDeg, double longitudeDeg, double altitudeM) {
        return new Sensor(
                id,
                GeodeticPosition.ofDegrees(latitudeDeg, longitudeDeg, altitudeM),
                Map.of(Component.RIGHT_ASCENSION, SIGMA_RAD, Component.DECLINATION, SIGMA_RAD),
                Map.of(),
                Set.of());
    }

    private static KnownElements catalogue(String file) throws Exception {
        KnownElements known = new KnownElements();
        try (InputStream in = new GZIPInputStream(Files.newInputStream(DATA.resolve(file)))) {
            for (MeanElements one : ElementsReader.read(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .elements()) {
                known.put(Integer.toUnsignedString(one.catalogueNumber()), one);
            }
        }
        return known;
    }

    /** The positions of a file, cut into passes where there is a gap of ten minutes. */
    private static List<Tracklet> passes(String file) throws Exception {
        List<Tracklet> passes = new ArrayList<>();
        List<Observation> pass = new ArrayList<>();
        try (Stream<String> lines = Files.lines(DATA.resolve(file))) {
            for (String line : lines.filter(l -> l.length() > 60).toList()) {
                Observation one = position(line);
                if (!pass.isEmpty()
                        && Duration.between(pass.get(pass.size() - 1).epoch(), one.epoch())
                                        .toMinutes()
                                >= 10) {
                    passes.add(track(pass));
                    pass = new ArrayList<>();
                }
                pass.add(one);
            }
        }
        passes.add(track(pass));
        return passes;
    }

    private static Tracklet track(List<Observation> pass) {
        return new Tracklet(pass.get(0).inputId(), List.copyOf(OBSERVERS.values()), pass);
    }

    private static Observation position(String line) {
        String time = line.substring(23, 40);
        Instant epoch = LocalDateTime.parse(time.substring(0, 14), DateTimeFormatter.ofPattern("yyyyMMddHHmmss"))
                .toInstant(ZoneOffset.UTC)
                .plusMillis(Long.parseLong(time.substring(14, 17)));
        String angle = line.substring(47, 61);
        // format 2: right ascension HHMMmmm, declination DDMMmm
        double hours = Integer.parseInt(angle.substring(0, 2)) + Integer.parseInt(angle.substring(2, 7)) / 60_000.0;
        double degrees = Integer.parseInt(angle.substring(8, 10)) + Integer.parseInt(angle.substring(10, 14)) / 6_000.0;
        double sign = angle.charAt(7) == '-' ? -1 : 1;
        return new Observation.RightAscensionDeclination(
                time,
                line.substring(16, 20).strip(),
                epoch,
                Frame.EME2000,
                Math.toRadians(15 * hours),
                Math.toRadians(sign * degrees),
                OptionalDouble.empty(),
                OptionalDouble.empty());
    }

    private static Association.Outcome outcome(KnownElements known, Tracklet track) {
        List<String> near = known.near(track);
        return Association.of(
                track,
                near.stream().map(id -> Predicted.elements(id, known.get(id))).toList());
    }

    @Test
    void the_space_station_is_found_by_elements_that_are_days_old() throws Exception {
        assumeTrue(Files.isDirectory(DATA), "no data at " + DATA);
        KnownElements known = catalogue("catalogue_20160714.tle.gz");
        Tracklet track = passes("25544_20160720.txt").get(0);
        assertThat(known.near(track)).contains("25544").hasSizeLessThan(500);
        // three ships were docked to it, each with elements of its own: Cygnus, Soyuz and Progress
        assertThat(outcome(known, track))
                .isInstanceOfSatisfying(
                        Ambiguous.class,
                        ambiguous -> assertThat(ambiguous.ids())
                                .containsExactlyInAnyOrder("25544", "41391", "41436", "41639"));
    }

    @Test
    void an_object_of_no_catalogue_belongs_to_none_and_becomes_one() throws Exception {
        assumeTrue(Files.isDirectory(DATA), "no data at " + DATA);
        KnownElements known = catalogue("catalogue_20200318.tle.gz");
        List<Tracklet> passes = passes("23908_20200316.txt");
        assertThat(passes).hasSize(2).allMatch(pass -> outcome(known, pass) instanceof Uncorrelated);
        var found = NewObjects.find(passes.get(1), passes.subList(0, 1));
        assertThat(found).isPresent();
        assertThat(found.get().tracks()).hasSize(2);
    }
}
