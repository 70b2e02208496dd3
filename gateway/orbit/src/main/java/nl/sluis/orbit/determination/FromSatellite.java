package nl.sluis.orbit.determination;

import java.util.List;
import nl.sluis.orbit.measurement.Observation;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.hipparchus.util.FastMath;
import org.hipparchus.util.MathUtils;
import org.orekit.bodies.CelestialBodyFactory;
import org.orekit.estimation.measurements.AbstractMeasurement;
import org.orekit.estimation.measurements.EstimatedMeasurement;
import org.orekit.estimation.measurements.EstimatedMeasurementBase;
import org.orekit.estimation.measurements.ObservableSatellite;
import org.orekit.frames.Frame;
import org.orekit.propagation.SpacecraftState;
import org.orekit.time.AbsoluteDate;
import org.orekit.utils.Constants;
import org.orekit.utils.TimeStampedPVCoordinates;

/**
 * What a sensor on a satellite sees of another: a distance, its rate or a direction. The satellite's motion is given, and
 * over the time of flight it is that about a point mass. A rate is the mean of the rates of the legs, as for a station.
 */
final class FromSatellite extends AbstractMeasurement<FromSatellite> {

    /** What is measured. */
    enum Quantity {
        RANGE,
        RANGE_RATE,
        DIRECTION
    }

    /** How the light went. */
    enum Light {
        /** No way at all: its time was taken out. */
        AT_ONCE,
        ONE_WAY,
        TWO_WAY
    }

    /**
     * The satellite that carries the sensor.
     *
     * @param pv position and velocity at the epoch of the measurement
     * @param frame inertial frame of that
     */
    record Platform(TimeStampedPVCoordinates pv, Frame frame) {
        TimeStampedPVCoordinates in(Frame other) {
            TimeStampedPVCoordinates there =
                    frame.getTransformTo(other, pv.getDate()).transformPVCoordinates(pv);
            Vector3D p = there.getPosition();
            double r = p.getNorm();
            return new TimeStampedPVCoordinates(
                    pv.getDate(), p, there.getVelocity(), p.scalarMultiply(-Constants.EIGEN5C_EARTH_MU / (r * r * r)));
        }
    }

    private final Quantity quantity;
    private final Platform platform;
    private final Light light;
    private final Frame reference;
    private final boolean amongStars;

    private FromSatellite(
            Quantity quantity,
            Platform platform,
            Light light,
            Frame reference,
            boolean amongStars,
            double[] values,
            double[] sigmas,
            ObservableSatellite object) {
        super(platform.pv().getDate(), values, sigmas, ones(values.length), List.of(object));
        this.quantity = quantity;
        this.platform = platform;
        this.light = light;
        this.reference = reference;
        this.amongStars = amongStars;
    }

    private static double[] ones(int n) {
        return n == 1 ? new double[] {1} : new double[] {1, 1};
    }

    static FromSatellite range(
            Platform platform, Light light, double rangeM, double sigmaM, ObservableSatellite object) {
        return new FromSatellite(
                Quantity.RANGE,
                platform,
                light,
                platform.frame(),
                false,
                new double[] {rangeM},
                new double[] {sigmaM},
                object);
    }

    static FromSatellite rangeRate(
            Platform platform, Light light, double rateMps, double sigmaMps, ObservableSatellite object) {
        return new FromSatellite(
                Quantity.RANGE_RATE,
                platform,
                light,
                platform.frame(),
                false,
                new double[] {rateMps},
                new double[] {sigmaMps},
                object);
    }

    /**
     * A direction.
     *
     * @param reference frame of right ascension and declination
     * @param amongStars whether it is where the catalogue has the stars about it, so that the Earth's own motion still has
     *     to come out of them; the satellite's moves stars and object alike
     */
    static FromSatellite direction(
            Platform platform,
            Light light,
            Frame reference,
            boolean amongStars,
            double[] angles,
            double[] sigmas,
            ObservableSatellite object) {
        return new FromSatellite(Quantity.DIRECTION, platform, light, reference, amongStars, angles, sigmas, object);
    }

    /** How the signal of an observation went. */
    static Light light(Observation.Path path, boolean isAtOnce) {
        if (isAtOnce) {
            return Light.AT_ONCE;
        }
        return path == Observation.Path.TWO_WAY ? Light.TWO_WAY : Light.ONE_WAY;
    }

    Quantity quantity() {
        return quantity;
    }

    Frame reference() {
        return reference;
    }

    Platform platform() {
        return platform;
    }

    @Override
    protected EstimatedMeasurementBase<FromSatellite> theoreticalEvaluationWithoutDerivatives(
            int iteration, int evaluation, SpacecraftState[] states) {
        AbsoluteDate epoch = getDate();
        Frame frame = states[0].getFrame();
        TimeStampedPVCoordinates here = platform.in(frame);
        double downS = light == Light.AT_ONCE
                ? 0
                : signalTimeOfFlightAdjustableEmitter(states[0].getPVCoordinates(), here.getPosition(), epoch, frame);
        // in one step, for a second one would no longer know of other forces than the point mass
        SpacecraftState then = states[0].shiftedBy(epoch.durationFrom(states[0].getDate()) - downS);
        TimeStampedPVCoordinates object = then.getPVCoordinates();
        TimeStampedPVCoordinates[] legs = {object, here};
        if (light == Light.TWO_WAY && quantity != Quantity.DIRECTION) {
            double upS = signalTimeOfFlightAdjustableEmitter(
                    here.shiftedBy(-downS), object.getPosition(), object.getDate(), frame);
            legs = new TimeStampedPVCoordinates[] {here.shiftedBy(-downS - upS), object, here};
        }
        EstimatedMeasurementBase<FromSatellite> estimated =
                new EstimatedMeasurementBase<>(this, iteration, evaluation, new SpacecraftState[] {then}, legs);
        estimated.setEstimatedValue(computed(legs, object, here, frame));
        return estimated;
    }

    private double[] computed(
            TimeStampedPVCoordinates[] legs,
            TimeStampedPVCoordinates object,
            TimeStampedPVCoordinates here,
            Frame frame) {
        switch (quantity) {
            case RANGE, RANGE_RATE -> {
                double sum = 0;
                for (int i = 1; i < legs.length; i++) {
                    Vector3D apart = legs[i].getPosition().subtract(legs[i - 1].getPosition());
                    sum += quantity == Quantity.RANGE
                            ? apart.getNorm()
                            : Vector3D.dotProduct(apart, legs[i].getVelocity().subtract(legs[i - 1].getVelocity()))
                                    / apart.getNorm();
                }
                return new double[] {sum / (legs.length - 1)};
            }
            case DIRECTION -> {
                Vector3D sight = frame.getStaticTransformTo(reference, getDate())
                        .transformVector(object.getPosition().subtract(here.getPosition()))
                        .normalize();
                Vector3D seen = amongStars ? amongStars(sight) : sight;
                return new double[] {MathUtils.normalizeAngle(seen.getAlpha(), getObservedValue()[0]), seen.getDelta()};
            }
        }
        throw new IllegalStateException("quantity: `" + quantity + "` (expected: one that is modelled)");
    }

    /** From the direction in a frame that moves with the Earth to that at rest in the solar system (Seidelmann, 3.252). */
    private Vector3D amongStars(Vector3D sight) {
        Vector3D v = CelestialBodyFactory.getSolarSystemBarycenter()
                .getPVCoordinates(getDate(), reference)
                .getVelocity()
                .scalarMultiply(1 / Constants.SPEED_OF_LIGHT);
        double inverse = FastMath.sqrt(1 - v.getNormSq());
        return new Vector3D(inverse, sight, 1 + sight.dotProduct(v) / (1 + inverse), v);
    }

    @Override
    protected EstimatedMeasurement<FromSatellite> theoreticalEvaluation(
            int iteration, int evaluation, SpacecraftState[] states) {
        EstimatedMeasurementBase<FromSatellite> value =
                theoreticalEvaluationWithoutDerivatives(iteration, evaluation, states);
        EstimatedMeasurement<FromSatellite> estimated =
                new EstimatedMeasurement<>(this, iteration, evaluation, value.getStates(), value.getParticipants());
        estimated.setEstimatedValue(value.getEstimatedValue());
        estimated.setStateDerivatives(0, StateDerivatives.of(this, states[0]).byState());
        return estimated;
    }
}
