package nl.sluis.benchmarks.fusion;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.determination.ForceModel;
import nl.sluis.orbit.determination.Surface;
import nl.sluis.orbit.measurement.Component;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.hipparchus.optim.nonlinear.vector.leastsquares.LevenbergMarquardtOptimizer;
import org.orekit.bodies.CelestialBodyFactory;
import org.orekit.bodies.GeodeticPoint;
import org.orekit.bodies.OneAxisEllipsoid;
import org.orekit.estimation.leastsquares.BatchLSEstimator;
import org.orekit.estimation.measurements.AngularAzEl;
import org.orekit.estimation.measurements.GroundStation;
import org.orekit.estimation.measurements.ObservableSatellite;
import org.orekit.estimation.measurements.Range;
import org.orekit.forces.gravity.HolmesFeatherstoneAttractionModel;
import org.orekit.forces.gravity.ThirdBodyAttraction;
import org.orekit.forces.gravity.potential.GravityFieldFactory;
import org.orekit.forces.gravity.potential.NormalizedSphericalHarmonicsProvider;
import org.orekit.forces.radiation.IsotropicRadiationSingleCoefficient;
import org.orekit.forces.radiation.SolarRadiationPressure;
import org.orekit.frames.Frame;
import org.orekit.frames.FramesFactory;
import org.orekit.frames.TopocentricFrame;
import org.orekit.models.earth.ReferenceEllipsoid;
import org.orekit.orbits.CartesianOrbit;
import org.orekit.orbits.PositionAngleType;
import org.orekit.propagation.conversion.DormandPrince853IntegratorBuilder;
import org.orekit.propagation.conversion.NumericalPropagatorBuilder;
import org.orekit.time.AbsoluteDate;
import org.orekit.time.TimeScalesFactory;
import org.orekit.utils.IERSConventions;
import org.orekit.utils.PVCoordinates;

/** Orekit's batch estimator, used as its tutorials do, on ranges and directions of radars. */
final class BatchBaseline {

    private BatchBaseline() {}

    /** Fits one set of observations and returns the position, m. */
    static Vector3D fit(OrbitState start, ForceModel forces, List<Sensor> sensors, List<Observation> observations) {
        Frame earthFixed = FramesFactory.getITRF(IERSConventions.IERS_2010, true);
        OneAxisEllipsoid earth = ReferenceEllipsoid.getWgs84(earthFixed);
        BatchLSEstimator estimator = new BatchLSEstimator(
                new LevenbergMarquardtOptimizer().withInitialStepBoundFactor(1e6),
                builder(start, forces, earthFixed, earth));
        Map<String, GroundStation> stations = new HashMap<>();
        Map<String, Sensor> byId = new HashMap<>();
        for (Sensor sensor : sensors) {
            byId.put(sensor.id(), sensor);
            GeodeticPoint point = new GeodeticPoint(
                    sensor.position().latitudeRad(),
                    sensor.position().longitudeRad(),
                    sensor.position().altitudeM());
            stations.put(sensor.id(), new GroundStation(new TopocentricFrame(earth, point, sensor.id())));
        }
        ObservableSatellite satellite = new ObservableSatellite(0);
        for (Observation observation : observations) {
            GroundStation station = stations.get(observation.sensorId());
            Map<Component, Double> sigmas =
                    Objects.requireNonNull(byId.get(observation.sensorId())).sigmas();
            AbsoluteDate date = new AbsoluteDate(observation.epoch(), TimeScalesFactory.getUTC());
            if (observation instanceof Observation.Range range) {
                estimator.addMeasurement(
                        new Range(station, true, date, range.rangeM(), sigma(sigmas, Component.RANGE), 1.0, satellite));
            } else if (observation instanceof Observation.AzimuthElevation direction) {
                estimator.addMeasurement(new AngularAzEl(
                        station,
                        date,
                        new double[] {direction.azimuthRad(), direction.elevationRad()},
                        new double[] {sigma(sigmas, Component.AZIMUTH), sigma(sigmas, Component.ELEVATION)},
                        new double[] {1, 1},
                        satellite));
            }
        }
        estimator.setParametersConvergenceThreshold(1e-3);
        estimator.setMaxIterations(25);
        estimator.setMaxEvaluations(50);
        return estimator.estimate()[0].getInitialState().getPosition();
    }

    private static NumericalPropagatorBuilder builder(
            OrbitState start, ForceModel forces, Frame earthFixed, OneAxisEllipsoid earth) {
        AbsoluteDate date = new AbsoluteDate(start.epoch(), TimeScalesFactory.getUTC());
        NormalizedSphericalHarmonicsProvider gravity =
                GravityFieldFactory.getConstantNormalizedProvider(forces.gravityDegree(), forces.gravityOrder(), date);
        PVCoordinates pv = new PVCoordinates(
                new Vector3D(
                        start.positionM().x(),
                        start.positionM().y(),
                        start.positionM().z()),
                new Vector3D(
                        start.velocityMps().x(),
                        start.velocityMps().y(),
                        start.velocityMps().z()));
        NumericalPropagatorBuilder builder = new NumericalPropagatorBuilder(
                new CartesianOrbit(pv, FramesFactory.getGCRF(), date, gravity.getMu()),
                new DormandPrince853IntegratorBuilder(1e-3, 300, 1e-3),
                PositionAngleType.TRUE,
                10);
        builder.setMass(forces.massKg());
        builder.addForceModel(new HolmesFeatherstoneAttractionModel(earthFixed, gravity));
        builder.addForceModel(new ThirdBodyAttraction(CelestialBodyFactory.getSun()));
        builder.addForceModel(new ThirdBodyAttraction(CelestialBodyFactory.getMoon()));
        Surface light = forces.solarPressure().orElseThrow();
        builder.addForceModel(new SolarRadiationPressure(
                CelestialBodyFactory.getSun(),
                earth,
                new IsotropicRadiationSingleCoefficient(light.areaM2(), light.coefficient())));
        return builder;
    }

    private static double sigma(Map<Component, Double> sigmas, Component component) {
        return Objects.requireNonNull(sigmas.get(component), component::name);
    }
}
