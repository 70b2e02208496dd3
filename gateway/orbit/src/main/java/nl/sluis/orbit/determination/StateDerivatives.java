package nl.sluis.orbit.determination;

import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.hipparchus.util.FastMath;
import org.orekit.estimation.measurements.AngularAzEl;
import org.orekit.estimation.measurements.AngularRaDec;
import org.orekit.estimation.measurements.EstimatedMeasurementBase;
import org.orekit.estimation.measurements.ObservedMeasurement;
import org.orekit.estimation.measurements.Range;
import org.orekit.estimation.measurements.RangeRate;
import org.orekit.frames.Frame;
import org.orekit.frames.StaticTransform;
import org.orekit.frames.Transform;
import org.orekit.propagation.SpacecraftState;
import org.orekit.time.AbsoluteDate;
import org.orekit.utils.TimeStampedPVCoordinates;

/**
 * A computed measurement with its derivatives by position and velocity of the object. Values are the library's. Its
 * derivatives carry those of the Earth's rotation along and take most of the time, so for single sensors they are in closed
 * form here; what corrections of air and bias change in them is left out, a part of some 1e-4.
 */
final class StateDerivatives {
    private final EstimatedMeasurementBase<?> estimated;
    private final double[][] byState;

    private StateDerivatives(EstimatedMeasurementBase<?> estimated, double[][] byState) {
        this.estimated = estimated;
        this.byState = byState;
    }

    /**
     * Evaluates.
     *
     * @param state the object at the epoch of the measurement
     */
    static StateDerivatives of(ObservedMeasurement<?> measurement, SpacecraftState state) {
        SpacecraftState[] states = {state};
        if (measurement instanceof Range || measurement instanceof RangeRate) {
            EstimatedMeasurementBase<?> estimated = measurement.estimateWithoutDerivatives(states);
            return new StateDerivatives(estimated, new double[][] {
                alongSight(estimated.getParticipants(), state.getDate(), measurement instanceof RangeRate)
            });
        }
        if (measurement instanceof AngularAzEl direction) {
            EstimatedMeasurementBase<?> estimated = measurement.estimateWithoutDerivatives(states);
            Transform horizon = direction
                    .getStation()
                    .getOffsetToInertial(state.getFrame(), estimated.getParticipants()[1].getDate(), true);
            return new StateDerivatives(
                    estimated,
                    direction(
                            estimated.getParticipants(),
                            state.getDate(),
                            horizon.transformVector(Vector3D.PLUS_J),
                            horizon.transformVector(Vector3D.PLUS_I),
                            horizon.transformVector(Vector3D.PLUS_K)));
        }
        if (measurement instanceof AngularRaDec direction) {
            EstimatedMeasurementBase<?> estimated = measurement.estimateWithoutDerivatives(states);
            StaticTransform axes = inertial(direction.getReferenceFrame(), state);
            return new StateDerivatives(
                    estimated,
                    direction(
                            estimated.getParticipants(),
                            state.getDate(),
                            axes.transformVector(Vector3D.PLUS_I),
                            axes.transformVector(Vector3D.PLUS_J),
                            axes.transformVector(Vector3D.PLUS_K)));
        }
        if (measurement instanceof FromSatellite sight) {
            EstimatedMeasurementBase<?> estimated = measurement.estimateWithoutDerivatives(states);
            StaticTransform axes = inertial(sight.reference(), state);
            return new StateDerivatives(
                    estimated,
                    sight.quantity() == FromSatellite.Quantity.DIRECTION
                            ? direction(
                                    estimated.getParticipants(),
                                    state.getDate(),
                                    axes.transformVector(Vector3D.PLUS_I),
                                    axes.transformVector(Vector3D.PLUS_J),
                                    axes.transformVector(Vector3D.PLUS_K))
                            : new double[][] {
                                alongSight(
                                        estimated.getParticipants(),
                                        state.getDate(),
                                        sight.quantity() == FromSatellite.Quantity.RANGE_RATE)
                            });
        }
        var whole = measurement.estimate(0, 0, states);
        return new StateDerivatives(whole, whole.getStateDerivatives(0));
    }

    private static StaticTransform inertial(Frame reference, SpacecraftState state) {
        return reference.getStaticTransformTo(state.getFrame(), state.getDate());
    }

    /** Returns measured values. */
    double[] observed() {
        return estimated.getObservedValue();
    }

    /** Returns computed values. */
    double[] computed() {
        return estimated.getEstimatedValue();
    }

    /** Returns the derivatives, a row of six for each value. */
    double[][] byState() {
        return byState;
    }

    /** Returns where the signal went, in its order. */
    TimeStampedPVCoordinates[] legs() {
        return estimated.getParticipants();
    }

    /** Of a distance, or its rate: the mean over the legs of the signal. */
    private static double[] alongSight(TimeStampedPVCoordinates[] legs, AbsoluteDate epoch, boolean isRate) {
        boolean isTwoWay = legs.length == 3;
        TimeStampedPVCoordinates object = legs[isTwoWay ? 1 : 0];
        Vector3D byPosition = Vector3D.ZERO;
        Vector3D byVelocity = Vector3D.ZERO;
        int stations = legs.length - 1;
        for (int i = 0; i < legs.length; i++) {
            if (i != (isTwoWay ? 1 : 0)) {
                Vector3D sight = object.getPosition().subtract(legs[i].getPosition());
                Vector3D u = sight.normalize();
                if (isRate) {
                    Vector3D w = object.getVelocity().subtract(legs[i].getVelocity());
                    Vector3D across = w.subtract(u.scalarMultiply(u.dotProduct(w)));
                    byPosition = byPosition.add(across.scalarMultiply(1 / (sight.getNorm() * stations)));
                    byVelocity = byVelocity.add(u.scalarMultiply(1.0 / stations));
                } else {
                    byPosition = byPosition.add(u.scalarMultiply(1.0 / stations));
                }
            }
        }
        return row(byPosition, byVelocity, epoch.durationFrom(object.getDate()));
    }

    /** Of an angle from x over y, and of the one above their plane. */
    private static double[][] direction(
            TimeStampedPVCoordinates[] legs, AbsoluteDate epoch, Vector3D x, Vector3D y, Vector3D z) {
        TimeStampedPVCoordinates object = legs[0];
        Vector3D sight = object.getPosition().subtract(legs[1].getPosition());
        double distance = sight.getNorm();
        double alongX = sight.dotProduct(x);
        double alongY = sight.dotProduct(y);
        double level2 = alongX * alongX + alongY * alongY;
        Vector3D around = new Vector3D(alongX / level2, y, -alongY / level2, x);
        double sine = sight.dotProduct(z) / distance;
        Vector3D up = new Vector3D(1, z, -sine / distance, sight).scalarMultiply(1 / FastMath.sqrt(level2));
        double flightS = epoch.durationFrom(object.getDate());
        return new double[][] {row(around, Vector3D.ZERO, flightS), row(up, Vector3D.ZERO, flightS)};
    }

    /** The signal left the object a while before the epoch, when the object was that much of its way behind. */
    private static double[] row(Vector3D byPosition, Vector3D byVelocity, double flightS) {
        Vector3D later = new Vector3D(1, byVelocity, -flightS, byPosition);
        return new double[] {
            byPosition.getX(), byPosition.getY(), byPosition.getZ(), later.getX(), later.getY(), later.getZ()
        };
    }
}
