package nl.sluis.orbit.determination;

import java.util.ArrayList;
import java.util.List;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.internal.Convert;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.orekit.bodies.CelestialBody;
import org.orekit.bodies.CelestialBodyFactory;
import org.orekit.bodies.OneAxisEllipsoid;
import org.orekit.forces.ForceModel;
import org.orekit.forces.drag.DragForce;
import org.orekit.forces.drag.DragSensitive;
import org.orekit.forces.drag.IsotropicDrag;
import org.orekit.forces.empirical.ParametricAcceleration;
import org.orekit.forces.empirical.PolynomialAccelerationModel;
import org.orekit.forces.gravity.HolmesFeatherstoneAttractionModel;
import org.orekit.forces.gravity.Relativity;
import org.orekit.forces.gravity.SolidTides;
import org.orekit.forces.gravity.ThirdBodyAttraction;
import org.orekit.forces.gravity.potential.GravityFieldFactory;
import org.orekit.forces.gravity.potential.NormalizedSphericalHarmonicsProvider;
import org.orekit.forces.radiation.IsotropicRadiationSingleCoefficient;
import org.orekit.forces.radiation.RadiationSensitive;
import org.orekit.models.earth.atmosphere.data.CssiSpaceWeatherData;
import org.orekit.orbits.CartesianOrbit;
import org.orekit.orbits.PositionAngleType;
import org.orekit.propagation.conversion.DormandPrince853IntegratorBuilder;
import org.orekit.propagation.conversion.NumericalPropagatorBuilder;
import org.orekit.time.AbsoluteDate;
import org.orekit.time.TimeScalesFactory;
import org.orekit.utils.Constants;
import org.orekit.utils.IERSConventions;
import org.orekit.utils.PVCoordinates;
import org.orekit.utils.ParameterDriver;

/** Builds what moves an object: one set of mutable library objects per fit or propagation, never shared. */
final class Dynamics {

    /** With a coarser tolerance a fit ends metres away, because the path depends on where propagation restarts. */
    private static final double POSITION_TOLERANCE_M = 1e-3;

    private static final double MIN_STEP_S = 1e-3;

    /** Longest step as a part of the orbital period, so that no force or shadow is stepped over. */
    private static final double MAX_STEP_PERIODS = 1.0 / 24;

    private static final double MAX_STEP_S = 3600;

    /** Corrections are normalised by this length; convergence is a thousandth of it. */
    private static final double POSITION_SCALE_M = 10;

    private static final String[] AXES = {"x", "y", "z"};
    private static final String EMPIRICAL = "empirical acceleration ";
    private static final double SECONDS_PER_DAY = 86400;

    private Dynamics() {}

    private static final class Weather {
        // the table is read-only once loaded and its cache is safe for threads
        static final CssiSpaceWeatherData DATA = new CssiSpaceWeatherData(CssiSpaceWeatherData.DEFAULT_SUPPORTED_NAMES);
    }

    /** Returns the solar flux at 10.7 cm about a date, its mean over 81 days, solar flux units. */
    static double meanSolarFlux(AbsoluteDate date) {
        return Weather.DATA.getAverageFlux(date);
    }

    /** Returns the inertial frame in which a state is propagated: its own, or GCRF for frames that move. */
    static Frame propagationFrame(OrbitState state) {
        return state.frame() == Frame.EME2000 ? Frame.EME2000 : Frame.GCRF;
    }

    /** Returns a builder about a state; parameters that the model estimates are selected. */
    static NumericalPropagatorBuilder builder(OrbitState state, nl.sluis.orbit.determination.ForceModel forces) {
        org.orekit.frames.Frame frame = Convert.frame(propagationFrame(state));
        PVCoordinates pv = Convert.pv(state, frame);
        NormalizedSphericalHarmonicsProvider gravity = GravityFieldFactory.getConstantNormalizedProvider(
                forces.gravityDegree(), forces.gravityOrder(), Convert.date(state.epoch()));
        CartesianOrbit orbit = new CartesianOrbit(pv, frame, Convert.date(state.epoch()), gravity.getMu());
        double period = orbit.getKeplerianPeriod();
        double maxStep = period > 0 && period < Double.POSITIVE_INFINITY
                ? Math.min(MAX_STEP_S, period * MAX_STEP_PERIODS)
                : MAX_STEP_S;
        NumericalPropagatorBuilder builder = new NumericalPropagatorBuilder(
                orbit,
                new DormandPrince853IntegratorBuilder(MIN_STEP_S, maxStep, POSITION_TOLERANCE_M),
                PositionAngleType.TRUE,
                POSITION_SCALE_M);
        builder.setMass(forces.massKg());
        for (ForceModel force : forces(forces, gravity, state)) {
            builder.addForceModel(force);
        }
        builder.getPropagationParametersDrivers()
                .getDrivers()
                .forEach(d -> d.setSelected(isEstimated(d.getName(), forces)));
        return builder;
    }

    private static List<ForceModel> forces(
            nl.sluis.orbit.determination.ForceModel forces,
            NormalizedSphericalHarmonicsProvider gravity,
            OrbitState state) {
        org.orekit.frames.Frame terrestrial = LastTransform.terrestrial();
        OneAxisEllipsoid earth = LastTransform.earth(terrestrial);
        CelestialBody sun = CelestialBodyFactory.getSun();
        CelestialBody moon = CelestialBodyFactory.getMoon();
        HourlyPosition sunNow = new HourlyPosition(sun);
        List<ForceModel> models = new ArrayList<>();
        models.add(new HolmesFeatherstoneAttractionModel(terrestrial, gravity));
        if (forces.sun()) {
            models.add(new ThirdBodyAttraction(sunNow, sun.getName(), sun.getGM()));
        }
        if (forces.moon()) {
            models.add(new ThirdBodyAttraction(new HourlyPosition(moon), moon.getName(), moon.getGM()));
        }
        forces.solarPressure()
                .ifPresent(s -> models.add(new LitRadiationPressure(
                        sunNow, earth, new IsotropicRadiationSingleCoefficient(s.areaM2(), s.coefficient()))));
        forces.drag()
                .ifPresent(s -> models.add(new DragForce(
                        new TabulatedAtmosphere(Weather.DATA, sunNow, earth),
                        new IsotropicDrag(s.areaM2(), s.coefficient()),
                        false)));
        if (forces.precise()) {
            models.add(new SolidTides(
                    Convert.frame(Frame.ITRF),
                    gravity.getAe(),
                    gravity.getMu(),
                    gravity.getTideSystem(),
                    IERSConventions.IERS_2010,
                    TimeScalesFactory.getUT1(IERSConventions.IERS_2010, true),
                    sun,
                    moon));
            models.add(new Relativity(gravity.getMu()));
        }
        forces.empiricalDegree().ifPresent(degree -> {
            Vector3D[] axes = {Vector3D.PLUS_I, Vector3D.PLUS_J, Vector3D.PLUS_K};
            for (int i = 0; i < axes.length; i++) {
                // the library evaluates this polynomial in (1 s + time since the epoch): the same family of functions
                PolynomialAccelerationModel polynomial =
                        new PolynomialAccelerationModel(EMPIRICAL + AXES[i], Convert.date(state.epoch()), degree);
                for (int k = 0; k <= degree; k++) {
                    ParameterDriver driver = polynomial.getParametersDrivers().get(k);
                    driver.setScale(driver.getScale() / Math.pow(SECONDS_PER_DAY, k));
                }
                models.add(new ParametricAcceleration(axes[i], true, polynomial));
            }
        });
        return models;
    }

    private static boolean isEstimated(String driver, nl.sluis.orbit.determination.ForceModel forces) {
        if (driver.startsWith(EMPIRICAL)) {
            return true;
        }
        if (driver.equals(RadiationSensitive.REFLECTION_COEFFICIENT)) {
            return forces.solarPressure().map(Surface::isEstimated).orElse(false);
        }
        if (driver.equals(DragSensitive.DRAG_COEFFICIENT)) {
            return forces.drag().map(Surface::isEstimated).orElse(false);
        }
        return false;
    }

    /** Returns the parameters of the forces that are estimated, in the order of the library. */
    static List<ParameterDriver> estimated(NumericalPropagatorBuilder builder) {
        List<ParameterDriver> drivers = new ArrayList<>();
        for (ParameterDriver driver : builder.getPropagationParametersDrivers().getDrivers()) {
            if (driver.isSelected()) {
                drivers.add(driver);
            }
        }
        return drivers;
    }

    /** Returns the column of each estimated parameter in the library's matrix of partial derivatives. */
    static int[] columns(List<String> names, List<String> columnNames) {
        int[] columns = new int[names.size()];
        for (int i = 0; i < columns.length; i++) {
            // the library names a column after the first span of the parameter's validity
            int column = columnNames.indexOf("Span" + names.get(i) + "0");
            columns[i] = column >= 0 ? column : columnNames.indexOf(names.get(i));
            if (columns[i] < 0) {
                throw new IllegalStateException(
                        "column of `" + names.get(i) + "`: none (expected: one of " + columnNames + ")");
            }
        }
        return columns;
    }

    /** Returns the prior 1-sigma of an estimated parameter; infinite where nothing is known. */
    static double priorSigma(String driver, nl.sluis.orbit.determination.ForceModel forces) {
        if (driver.equals(RadiationSensitive.REFLECTION_COEFFICIENT)) {
            return forces.solarPressure().map(Surface::sigma).orElse(Double.POSITIVE_INFINITY);
        }
        if (driver.equals(DragSensitive.DRAG_COEFFICIENT)) {
            return forces.drag().map(Surface::sigma).orElse(Double.POSITIVE_INFINITY);
        }
        return Double.POSITIVE_INFINITY;
    }

    /** Returns the value of an estimated parameter that is assumed before any observation. */
    static double priorValue(String driver, nl.sluis.orbit.determination.ForceModel forces) {
        if (driver.equals(RadiationSensitive.REFLECTION_COEFFICIENT)) {
            return forces.solarPressure().map(Surface::coefficient).orElse(0.0);
        }
        return driver.equals(DragSensitive.DRAG_COEFFICIENT)
                ? forces.drag().map(Surface::coefficient).orElse(0.0)
                : 0.0;
    }

    /** Returns the period of an orbit, s; infinite where it is not closed. */
    static double periodS(OrbitState state) {
        double v = state.velocityMps().norm();
        double axis = 1 / (2 / state.positionM().norm() - v * v / Constants.EIGEN5C_EARTH_MU);
        return axis > 0
                ? 2 * Math.PI * Math.sqrt(axis * axis * axis / Constants.EIGEN5C_EARTH_MU)
                : Double.POSITIVE_INFINITY;
    }

    /** Returns the mean radius of the Earth's equator, m: below it no orbit goes. */
    static double earthRadiusM() {
        return Constants.WGS84_EARTH_EQUATORIAL_RADIUS;
    }
}
