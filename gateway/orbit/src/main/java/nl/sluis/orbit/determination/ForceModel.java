package nl.sluis.orbit.determination;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.internal.Convert;
import org.orekit.forces.drag.DragSensitive;
import org.orekit.forces.radiation.RadiationSensitive;
import org.orekit.frames.FramesFactory;
import org.orekit.utils.Constants;
import org.orekit.utils.PVCoordinates;

/**
 * Which forces act.
 *
 * @param gravityDegree degree of the Earth's field (EGM2008), 2 to 70
 * @param gravityOrder order of the field, at most the degree
 * @param sun attraction of the Sun
 * @param moon attraction of the Moon
 * @param solarPressure radiation pressure; empty: none
 * @param drag air drag with NRLMSISE-00 and the space weather of the committed tables; empty: none
 * @param empiricalDegree degree in time of an empirical acceleration that a fit estimates along the three inertial axes,
 *     for leaks, thrust and forces nobody modelled; empty: none
 * @param massKg mass, kg
 * @param precise whether the tides of the solid Earth and general relativity act too: metres a day, for laser ranging
 */
public record ForceModel(
        int gravityDegree,
        int gravityOrder,
        boolean sun,
        boolean moon,
        Optional<Surface> solarPressure,
        Optional<Surface> drag,
        OptionalInt empiricalDegree,
        double massKg,
        boolean precise) {

    private static final int HIGHEST_DEGREE = 70;
    private static final int HIGH_ORBIT_DEGREE = 30;
    private static final double DEFAULT_MASS_KG = 1000;
    private static final double DEFAULT_AREA_M2 = 10;

    /** Below this perigee height drag is modelled. */
    private static final double DRAG_PERIGEE_HEIGHT_M = 1_500_000;

    /** Checks the parts. */
    public ForceModel {
        Objects.requireNonNull(solarPressure);
        Objects.requireNonNull(drag);
        if (gravityDegree < 2 || gravityDegree > HIGHEST_DEGREE || gravityOrder < 0 || gravityOrder > gravityDegree) {
            throw new IllegalArgumentException("gravity field: `" + gravityDegree + "x" + gravityOrder
                    + "` (expected: degree 2 to " + HIGHEST_DEGREE + " and order up to the degree)");
        }
        if (empiricalDegree.isPresent() && (empiricalDegree.getAsInt() < 0 || empiricalDegree.getAsInt() > 3)) {
            throw new IllegalArgumentException(
                    "empirical degree: `" + empiricalDegree.getAsInt() + "` (expected: 0 to 3)");
        }
        if (!(massKg > 0) || !Double.isFinite(massKg)) {
            throw new IllegalArgumentException("mass: `" + massKg + "` (expected: a positive number of kg)");
        }
    }

    /**
     * Returns the forces for a regime: gravity 20×20, Sun, Moon and radiation pressure; below a perigee height of
     * 1,500 km also drag with an estimated coefficient. Area and mass (10 m², 1,000 kg) are only a scale for the two
     * coefficients where nothing better is known.
     *
     * @param state the orbit; of any frame
     */
    public static ForceModel forOrbit(OrbitState state) {
        boolean low = perigeeRadiusM(state) - Constants.WGS84_EARTH_EQUATORIAL_RADIUS < DRAG_PERIGEE_HEIGHT_M;
        return new ForceModel(
                20,
                20,
                true,
                true,
                Optional.of(new Surface(DEFAULT_AREA_M2, 1.5, 1.5)),
                low ? Optional.of(new Surface(DEFAULT_AREA_M2, 2.2, 2.2)) : Optional.empty(),
                OptionalInt.empty(),
                DEFAULT_MASS_KG,
                false);
    }

    /** Returns these forces with an estimated empirical acceleration of the given degree in time. */
    public ForceModel withEmpiricalAcceleration(int degree) {
        return new ForceModel(
                gravityDegree, gravityOrder, sun, moon, solarPressure, drag, OptionalInt.of(degree), massKg, precise);
    }

    /** Returns these forces with another radiation pressure. */
    public ForceModel withSolarPressure(Surface surface) {
        return new ForceModel(
                gravityDegree, gravityOrder, sun, moon, Optional.of(surface), drag, empiricalDegree, massKg, precise);
    }

    /** Returns these forces with another drag. */
    public ForceModel withDrag(Surface surface) {
        return new ForceModel(
                gravityDegree,
                gravityOrder,
                sun,
                moon,
                solarPressure,
                Optional.of(surface),
                empiricalDegree,
                massKg,
                precise);
    }

    /** Returns these forces without drag, for orbits whose perigee is low but where drag cannot be told from a leak. */
    public ForceModel withoutDrag() {
        return new ForceModel(
                gravityDegree,
                gravityOrder,
                sun,
                moon,
                solarPressure,
                Optional.empty(),
                empiricalDegree,
                massKg,
                precise);
    }

    /** Returns these forces with another mass. */
    public ForceModel withMassKg(double mass) {
        return new ForceModel(
                gravityDegree, gravityOrder, sun, moon, solarPressure, drag, empiricalDegree, mass, precise);
    }

    /**
     * Returns these forces for laser ranging: tides of the solid Earth, relativity, and a field of degree 70, or 30 where
     * the orbit is so high that drag plays no part.
     */
    public ForceModel precisely() {
        int degree = drag.isPresent() ? HIGHEST_DEGREE : HIGH_ORBIT_DEGREE;
        return new ForceModel(degree, degree, sun, moon, solarPressure, drag, empiricalDegree, massKg, true);
    }

    /** Returns these forces with coefficients as a fit found them, known from now on. */
    public ForceModel known(List<DynamicParameter> parameters) {
        ForceModel known = this;
        for (DynamicParameter parameter : parameters) {
            if (parameter.name().equals(RadiationSensitive.REFLECTION_COEFFICIENT) && solarPressure.isPresent()) {
                known = known.withSolarPressure(
                        Surface.known(solarPressure.get().areaM2(), parameter.value()));
            } else if (parameter.name().equals(DragSensitive.DRAG_COEFFICIENT) && drag.isPresent()) {
                known = known.withDrag(Surface.known(drag.get().areaM2(), parameter.value()));
            }
        }
        return known;
    }

    static double perigeeRadiusM(OrbitState state) {
        PVCoordinates pv = state.frame().kind() == Frame.Kind.INERTIAL
                ? Convert.pv(state)
                : Convert.pv(state, FramesFactory.getGCRF());
        double mu = Constants.EIGEN5C_EARTH_MU;
        double r = pv.getPosition().getNorm();
        double energy = 0.5 * pv.getVelocity().getNormSq() - mu / r;
        double momentumSq = pv.getMomentum().getNormSq();
        double eccentricity = Math.sqrt(Math.max(0, 1 + 2 * energy * momentumSq / (mu * mu)));
        return momentumSq / mu / (1 + eccentricity);
    }
}
