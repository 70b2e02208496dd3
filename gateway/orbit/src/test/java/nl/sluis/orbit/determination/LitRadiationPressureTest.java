package nl.sluis.orbit.determination;

import static org.assertj.core.api.Assertions.assertThat;

import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.internal.Convert;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.orekit.bodies.CelestialBodyFactory;
import org.orekit.forces.radiation.IsotropicRadiationSingleCoefficient;
import org.orekit.forces.radiation.RadiationSensitive;
import org.orekit.forces.radiation.SolarRadiationPressure;
import org.orekit.frames.FramesFactory;
import org.orekit.orbits.CartesianOrbit;
import org.orekit.propagation.SpacecraftState;
import org.orekit.time.AbsoluteDate;
import org.orekit.utils.Constants;
import org.orekit.utils.PVCoordinates;

/** Behind the Earth, beside its shadow and before it, at all heights: the library's pressure. */
class LitRadiationPressureTest {
    private static final int PLACES = 720;

    @ParameterizedTest
    @ValueSource(doubles = {6_500e3, 7_200e3, 42_164e3, 400_000e3})
    void pressure_is_the_librarys_all_around_the_earth(double radiusM) {
        OrekitData.load();
        AbsoluteDate date = Convert.date(Radars.EPOCH);
        RadiationSensitive body = new IsotropicRadiationSingleCoefficient(10, 1.5);
        SolarRadiationPressure library =
                new SolarRadiationPressure(CelestialBodyFactory.getSun(), Convert.earth(), body);
        LitRadiationPressure ours = new LitRadiationPressure(CelestialBodyFactory.getSun(), Convert.earth(), body);
        Vector3D toSun = CelestialBodyFactory.getSun()
                .getPosition(date, FramesFactory.getGCRF())
                .normalize();
        Vector3D across = toSun.orthogonal();
        int dark = 0;
        int asked = 0;
        for (int i = 0; i < PLACES; i++) {
            double angle = 2 * Math.PI * i / PLACES;
            Vector3D position = new Vector3D(radiusM * Math.cos(angle), toSun, radiusM * Math.sin(angle), across);
            Vector3D velocity = new Vector3D(3_000, toSun, 10, across);
            SpacecraftState state = new SpacecraftState(new CartesianOrbit(
                    new PVCoordinates(position, velocity), FramesFactory.getGCRF(), date, Constants.EIGEN5C_EARTH_MU));
            double[] coefficients = library.getParameters(date);
            Vector3D expected = library.acceleration(state, coefficients);
            assertThat(ours.acceleration(state, coefficients).distance(expected))
                    .as("%d of %d", i, PLACES)
                    .isLessThanOrEqualTo(1e-15 * Math.max(1e-9, expected.getNorm()));
            double[] edges = edges(ours, state);
            double[] librarys = edges(library, state);
            for (int k = 0; k < edges.length; k++) {
                assertThat(edges[k] > 0).as("edge %d at %d", k, i).isEqualTo(librarys[k] > 0);
                asked += edges[k] == librarys[k] ? 1 : 0;
            }
            dark += expected.getNorm() == 0 ? 1 : 0;
        }
        assertThat(dark).as("places in the dark").isPositive();
        assertThat(asked).as("angles asked for").isPositive().isLessThan(PLACES / 4);
    }

    /** What the integrator looks for a change of sign of. */
    private static double[] edges(SolarRadiationPressure pressure, SpacecraftState state) {
        return pressure.getEventDetectors().mapToDouble(edge -> edge.g(state)).toArray();
    }
}
