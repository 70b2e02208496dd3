package nl.sluis.orbit.determination;

import java.util.stream.Stream;
import org.hipparchus.CalculusFieldElement;
import org.hipparchus.geometry.euclidean.threed.FieldVector3D;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.orekit.bodies.OneAxisEllipsoid;
import org.orekit.forces.radiation.RadiationSensitive;
import org.orekit.forces.radiation.SolarRadiationPressure;
import org.orekit.propagation.FieldSpacecraftState;
import org.orekit.propagation.SpacecraftState;
import org.orekit.propagation.events.DetectorModifier;
import org.orekit.propagation.events.EventDetector;
import org.orekit.utils.Constants;
import org.orekit.utils.ExtendedPositionProvider;

/**
 * Radiation pressure as the library has it, but where the object is for certain in full light, or in none, the angles of the
 * Earth's limb are not asked for: with their derivatives they are most of what it costs.
 */
final class LitRadiationPressure extends SolarRadiationPressure {
    /** Reference distance, m, and pressure there, N/m²: the library's own. */
    private static final double FLUX_N = 4.56e-6 * 149_597_870_000.0 * 149_597_870_000.0;

    /** The penumbra widens by the Sun's angular radius, 0.0047 rad at most. */
    private static final double WIDENS = 0.005;

    /** Below the Earth's radius at its poles, m. */
    private static final double POLAR_RADIUS_M = 6_356_000;

    private final ExtendedPositionProvider sun;
    private final RadiationSensitive spacecraft;

    LitRadiationPressure(ExtendedPositionProvider sun, OneAxisEllipsoid earth, RadiationSensitive spacecraft) {
        super(sun, earth, spacecraft);
        this.sun = sun;
        this.spacecraft = spacecraft;
    }

    @Override
    public Vector3D acceleration(SpacecraftState s, double[] parameters) {
        Vector3D from = sun.getPosition(s.getDate(), s.getFrame());
        if (isDark(s.getPosition(), from)) {
            return Vector3D.ZERO;
        }
        if (!isLit(s.getPosition(), from)) {
            return super.acceleration(s, parameters);
        }
        Vector3D away = s.getPosition().subtract(from);
        double square = away.getNormSq();
        return spacecraft.radiationPressureAcceleration(
                s, new Vector3D(FLUX_N / (square * Math.sqrt(square)), away), parameters);
    }

    @Override
    public <T extends CalculusFieldElement<T>> FieldVector3D<T> acceleration(
            FieldSpacecraftState<T> s, T[] parameters) {
        FieldVector3D<T> from = sun.getPosition(s.getDate(), s.getFrame());
        if (isDark(s.getPosition().toVector3D(), from.toVector3D())) {
            return FieldVector3D.getZero(s.getDate().getField());
        }
        if (!isLit(s.getPosition().toVector3D(), from.toVector3D())) {
            return super.acceleration(s, parameters);
        }
        FieldVector3D<T> away = s.getPosition().subtract(from);
        T square = away.getNormSq();
        return spacecraft.radiationPressureAcceleration(
                s,
                new FieldVector3D<>(square.multiply(square.sqrt()).reciprocal().multiply(FLUX_N), away),
                parameters);
    }

    @Override
    public Stream<EventDetector> getEventDetectors() {
        return super.getEventDetectors().map(LitDetector::new);
    }

    /** The edge of the shadow, whose angles are asked for only near it. */
    private final class LitDetector implements DetectorModifier {
        /** The library's function, an angle in rad, is positive in the light and negative behind the edge. */
        private static final double FAR = 1;

        private final EventDetector edge;

        LitDetector(EventDetector edge) {
            this.edge = edge;
        }

        @Override
        public EventDetector getDetector() {
            return edge;
        }

        @Override
        public double g(SpacecraftState s) {
            Vector3D from = sun.getPosition(s.getDate(), s.getFrame());
            return isLit(s.getPosition(), from) ? FAR : isDark(s.getPosition(), from) ? -FAR : edge.g(s);
        }
    }

    /** On the Sun's side, or further from the axis of the shadow than its edge. */
    private static boolean isLit(Vector3D position, Vector3D sun) {
        Vector3D direction = sun.normalize();
        double along = position.dotProduct(direction);
        double radius = Constants.WGS84_EARTH_EQUATORIAL_RADIUS - WIDENS * Math.min(0, along);
        double beside2 = position.getNormSq() - along * along;
        return position.getNormSq() > radius * radius && (along > 0 || beside2 > radius * radius);
    }

    /** In the shadow of a ball inside the Earth, which narrows. */
    private static boolean isDark(Vector3D position, Vector3D sun) {
        Vector3D direction = sun.normalize();
        double along = position.dotProduct(direction);
        double radius = POLAR_RADIUS_M + WIDENS * along;
        return along < 0 && radius > 0 && position.getNormSq() - along * along < radius * radius;
    }
}
