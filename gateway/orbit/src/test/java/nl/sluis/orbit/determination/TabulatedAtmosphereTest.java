package nl.sluis.orbit.determination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.internal.Convert;
import org.hipparchus.analysis.differentiation.Gradient;
import org.hipparchus.analysis.differentiation.GradientField;
import org.hipparchus.geometry.euclidean.threed.FieldVector3D;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.orekit.bodies.CelestialBodyFactory;
import org.orekit.bodies.OneAxisEllipsoid;
import org.orekit.frames.Frame;
import org.orekit.frames.FramesFactory;
import org.orekit.models.earth.atmosphere.NRLMSISE00;
import org.orekit.models.earth.atmosphere.data.CssiSpaceWeatherData;
import org.orekit.time.AbsoluteDate;
import org.orekit.time.FieldAbsoluteDate;

/**
 * The interpolated air is NRLMSISE-00's, well within what that is known to; it is the same to the bit whatever was asked for
 * before; and its derivative is that of its values.
 */
class TabulatedAtmosphereTest {
    private static final int PLACES = 2_000;
    private static final Frame GCRF = FramesFactory.getGCRF();

    private static CssiSpaceWeatherData weather;

    @BeforeAll
    static void load() {
        OrekitData.load();
        weather = new CssiSpaceWeatherData(CssiSpaceWeatherData.DEFAULT_SUPPORTED_NAMES);
    }

    /** Quiet, active, and the day of the strongest storm for twenty years; without the hours in which the indices change. */
    @ParameterizedTest
    @CsvSource({
        "2019-12-01, 0.01",
        "2025-08-09, 0.01",
        "2014-03-20, 0.01",
        "2024-05-11, 0.015",
    })
    void density_is_the_models(String day, double rms) {
        for (double[] band : new double[][] {{100e3, 300e3}, {300e3, 500e3}, {500e3, 800e3}, {800e3, 1_900e3}}) {
            OneAxisEllipsoid earth = LastTransform.earth(LastTransform.terrestrial());
            TabulatedAtmosphere table = table(earth);
            NRLMSISE00 model = new NRLMSISE00(weather, CelestialBodyFactory.getSun(), earth);
            Random random = new Random(1);
            double[] off = IntStream.range(0, PLACES)
                    .mapToDouble(i -> {
                        AbsoluteDate date = Convert.date(
                                Instant.parse(day + "T00:00:00Z").plusSeconds(36_000 + random.nextInt(10_800)));
                        Vector3D place = place(random, band[0], band[1]);
                        return table.getDensity(date, place, GCRF) / model.getDensity(date, place, GCRF) - 1;
                    })
                    .toArray();
            assertThat(Math.sqrt(Arrays.stream(off).map(x -> x * x).average().orElseThrow()))
                    .as("%.0f km", band[0] / 1e3)
                    .isLessThan(rms);
            assertThat(Arrays.stream(off).map(Math::abs).max().orElseThrow()).isLessThan(0.1);
        }
    }

    @Test
    void value_does_not_depend_on_what_was_asked_before() {
        AbsoluteDate date = Convert.date(Instant.parse("2021-06-21T23:59:59Z"));
        Random random = new Random(2);
        Vector3D place = place(random, 150e3, 1_000e3);
        double first = table(LastTransform.earth(LastTransform.terrestrial())).getDensity(date, place, GCRF);
        TabulatedAtmosphere other = table(LastTransform.earth(LastTransform.terrestrial()));
        for (int i = 0; i < PLACES; i++) {
            double unused = other.getDensity(date.shiftedBy(random.nextInt(864_000)), place(random, 50e3, 3e6), GCRF);
        }
        assertThat(other.getDensity(date, place, GCRF)).isEqualTo(first);
    }

    @ParameterizedTest
    @CsvSource({"120e3, 1e-3", "400e3, 1e-4", "1500e3, 1e-4"})
    void derivative_is_that_of_the_values(double heightM, double of) {
        TabulatedAtmosphere table = table(LastTransform.earth(LastTransform.terrestrial()));
        AbsoluteDate date = Convert.date(Instant.parse("2025-03-03T03:03:03Z"));
        Vector3D place = place(new Random(3), heightM, heightM);
        FieldVector3D<Gradient> moving = new FieldVector3D<>(
                Gradient.variable(3, 0, place.getX()),
                Gradient.variable(3, 1, place.getY()),
                Gradient.variable(3, 2, place.getZ()));
        Gradient density = table.getDensity(new FieldAbsoluteDate<>(GradientField.getField(3), date), moving, GCRF);
        Vector3D up = place.normalize();
        double derivative = new Vector3D(density.getGradient()).dotProduct(up);
        double stepM = 100;
        double above = table.getDensity(date, place.add(stepM, up), GCRF);
        double below = table.getDensity(date, place.add(-stepM, up), GCRF);
        assertThat(density.getValue()).isEqualTo(table.getDensity(date, place, GCRF));
        assertThat(derivative * 2 * stepM / (above - below)).isCloseTo(1, within(0.01));
        assertThat(Math.abs(above / below - 1)).isGreaterThan(of);
    }

    /** The library turns the air by the transform's own rates. */
    @Test
    void air_turns_with_the_earth() {
        OneAxisEllipsoid earth = LastTransform.earth(LastTransform.terrestrial());
        AbsoluteDate date = Convert.date(Instant.parse("2025-03-03T03:03:03Z"));
        Vector3D place = place(new Random(4), 500e3, 500e3);
        Vector3D library = new NRLMSISE00(weather, CelestialBodyFactory.getSun(), earth).getVelocity(date, place, GCRF);
        assertThat(table(earth).getVelocity(date, place, GCRF).distance(library))
                .isLessThan(1e-3);
    }

    @Test
    void above_its_top_there_is_no_air_and_when_the_indices_begin_there_is() {
        TabulatedAtmosphere table = table(LastTransform.earth(LastTransform.terrestrial()));
        Vector3D low = place(new Random(5), 400e3, 400e3);
        assertThat(table.getDensity(weather.getMinDate(), low, GCRF)).isPositive();
        assertThat(table.getDensity(weather.getMinDate(), low.scalarMultiply(2), GCRF))
                .isZero();
    }

    private static TabulatedAtmosphere table(OneAxisEllipsoid earth) {
        return new TabulatedAtmosphere(weather, new HourlyPosition(CelestialBodyFactory.getSun()), earth);
    }

    /** A place between two heights over a sphere of the equator's radius. */
    private static Vector3D place(Random random, double fromM, double toM) {
        double z = 2 * random.nextDouble() - 1;
        double angle = 2 * Math.PI * random.nextDouble();
        double r = Math.sqrt(1 - z * z);
        return new Vector3D(r * Math.cos(angle), r * Math.sin(angle), z)
                .scalarMultiply(Dynamics.earthRadiusM() + fromM + random.nextDouble() * (toM - fromM));
    }
}
