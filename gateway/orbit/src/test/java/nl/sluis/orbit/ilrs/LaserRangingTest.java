package nl.sluis.orbit.ilrs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.GeodeticPosition;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.Resources;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.ccsds.MessageException;
import nl.sluis.orbit.determination.Ephemeris;
import nl.sluis.orbit.determination.FitRequest;
import nl.sluis.orbit.determination.FitResult;
import nl.sluis.orbit.determination.FitSettings;
import nl.sluis.orbit.determination.ForceModel;
import nl.sluis.orbit.determination.InitialOrbit;
import nl.sluis.orbit.determination.OrbitDetermination;
import nl.sluis.orbit.determination.Residual;
import nl.sluis.orbit.determination.Surface;
import nl.sluis.orbit.determination.Verdict;
import nl.sluis.orbit.measurement.Correction;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Real laser ranging of LAGEOS-2 by one station. */
class LaserRangingTest {

    private static final Instant EPOCH = Instant.parse("2018-02-03T15:49:39.447Z");

    /** Some 500 m off. */
    private static final OrbitState START = new OrbitState(
            EPOCH,
            Frame.GCRF,
            new Vector3(-7_151_410, 3_523_430, 9_396_470),
            new Vector3(-3_700.02, -4_072.91, -1_277.91));

    private static RangingFile ranges() throws MessageException {
        return CrdReader.read(Resources.text("/ilrs/lageos2-three-days.npt"));
    }

    private static Sensor station() throws MessageException {
        GeodeticPosition position = SinexReader.read(Resources.text("/ilrs/changchun.snx"))
                .find("9998", "CHAL", EPOCH)
                .orElseThrow();
        return new Sensor("9998", position, Map.of(), Map.of(), Set.of(Correction.STATION_TIDES));
    }

    private static FitResult fit(List<Observation> observations) throws MessageException {
        // mass and cross-section of the sphere: 405 kg, 60 cm
        ForceModel forces =
                ForceModel.forOrbit(START).precisely().withMassKg(405).withSolarPressure(new Surface(0.283, 1.13, 0.5));
        return OrbitDetermination.fit(
                new FitRequest(START, List.of(station()), observations, forces, FitSettings.DEFAULT));
    }

    @Test
    void two_days_of_ranges_fit_to_centimetres() throws MessageException {
        FitResult fit = fit(List.copyOf(ranges().observations()));

        assertThat(fit.verdict()).as(fit.reason()).isEqualTo(Verdict.CONVERGED);
        assertThat(fit.used()).isEqualTo(62);
        assertThat(fit.statistics().get(0).rms()).isLessThan(0.03);
        assertThat(fit.solution().orElseThrow().parameters().get(0).value()).isCloseTo(1.13, within(0.1));
    }

    @Test
    void ranges_that_are_off_by_half_a_metre_or_more_are_edited_out() throws MessageException {
        List<Observation> spoiled = new ArrayList<>();
        int number = 0;
        for (Observation.LaserRange range : ranges().observations()) {
            number++;
            double off = number == 7 ? 0.5 : number == 30 ? -60 : 0;
            spoiled.add(new Observation.LaserRange(
                    range.inputId(),
                    range.sensorId(),
                    range.epoch(),
                    range.rangeM() + off,
                    range.sigmaM(),
                    range.air()));
        }

        FitResult fit = fit(spoiled);

        assertThat(fit.residuals().stream()
                        .filter(r -> !r.accepted())
                        .map(Residual::inputId)
                        .collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(
                        spoiled.get(6).inputId(), spoiled.get(29).inputId());
        assertThat(fit.statistics().get(0).rms()).isLessThan(0.03);
    }

    @Test
    @Tag("long")
    void a_first_orbit_is_found_in_ranges_alone() throws MessageException {
        OrbitState found = InitialOrbit.find(List.of(station()), List.copyOf(ranges().observations()))
                .orElseThrow();

        double r = found.positionM().norm();
        double mu = 3.986004418e14;
        double semiMajorAxisM = 1 / (2 / r - found.velocityMps().dot(found.velocityMps()) / mu);
        Vector3 momentum = found.positionM().cross(found.velocityMps());
        // ILRS mission page: semi-major axis 12,163 km, inclination 52.67 degrees
        assertThat(semiMajorAxisM).isCloseTo(12_163_000, within(20_000.0));
        assertThat(Math.toDegrees(Math.acos(momentum.z() / momentum.norm()))).isCloseTo(52.67, within(0.2));
    }

    @Test
    void a_faulty_record_is_named_and_costs_itself_alone() throws MessageException {
        String text = Resources.text("/ilrs/lageos2-three-days.npt").replaceFirst("(?m)^(11 \\S+) \\S+", "$1 none");

        RangingFile read = CrdReader.read(text);

        assertThat(read.observations()).hasSize(61);
        assertThat(read.problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.found()).contains("none"));
    }

    @Test
    void what_is_no_ranging_file_is_refused() {
        assertThatThrownBy(() -> CrdReader.read("CCSDS_TDM_VERS = 2.0\n"))
                .isInstanceOf(MessageException.class)
                .hasMessageContaining("H1 CRD");
        assertThatThrownBy(() -> SinexReader.read("%=SNX 2.01\n"))
                .isInstanceOf(MessageException.class)
                .hasMessageContaining("positions of sites");
    }

    @Test
    void a_prediction_keeps_its_points_and_moves_at_orbital_speed() throws MessageException {
        Ephemeris ephemeris = CpfReader.read(Resources.text("/ilrs/jason3-three-hours.cne"));

        assertThat(ephemeris.points()).hasSize(46);
        assertThat(ephemeris.start()).isEqualTo(Instant.parse("2018-06-13T00:00:00Z"));
        for (Ephemeris.Point point : ephemeris.points()) {
            // a circular orbit at 1,336 km
            assertThat(point.state().positionM().norm()).isCloseTo(7_714_000, within(25_000.0));
            assertThat(point.state().velocityMps().norm()).isCloseTo(7_190, within(30.0));
        }
    }
}
