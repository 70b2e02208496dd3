package nl.sluis.orbit.determination;

import org.hipparchus.analysis.differentiation.Gradient;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.orekit.estimation.measurements.AngularAzEl;
import org.orekit.estimation.measurements.AngularRaDec;
import org.orekit.estimation.measurements.GroundReceiverCommonParametersWithDerivatives;
import org.orekit.estimation.measurements.GroundReceiverCommonParametersWithoutDerivatives;
import org.orekit.estimation.measurements.GroundStation;
import org.orekit.estimation.measurements.ObservableSatellite;
import org.orekit.estimation.measurements.Range;
import org.orekit.estimation.measurements.RangeRate;
import org.orekit.frames.Frame;
import org.orekit.frames.Transform;
import org.orekit.propagation.SpacecraftState;
import org.orekit.time.AbsoluteDate;
import org.orekit.utils.Constants;
import org.orekit.utils.TimeStampedFieldPVCoordinates;
import org.orekit.utils.TimeStampedPVCoordinates;

/**
 * Measurements out of which the source took the light time: object and station are where they are at the epoch itself. The
 * way of the signal is then all one, so a distance there and back is one like any other.
 */
final class AtOnce {

    private AtOnce() {}

    static Range range(
            GroundStation station, AbsoluteDate date, double rangeM, double sigmaM, ObservableSatellite satellite) {
        return new Range(station, false, date, rangeM, sigmaM, 1.0, satellite) {
            @Override
            protected GroundReceiverCommonParametersWithoutDerivatives computeCommonParametersWithout(
                    SpacecraftState state) {
                return geometry(getStation(), getDate(), state);
            }

            @Override
            protected GroundReceiverCommonParametersWithDerivatives computeCommonParametersWithDerivatives(
                    SpacecraftState state) {
                return geometry(super.computeCommonParametersWithDerivatives(state), state);
            }
        };
    }

    static RangeRate rangeRate(
            GroundStation station, AbsoluteDate date, double rateMps, double sigmaMps, ObservableSatellite satellite) {
        return new RangeRate(station, date, rateMps, sigmaMps, 1.0, false, satellite) {
            @Override
            protected GroundReceiverCommonParametersWithoutDerivatives computeCommonParametersWithout(
                    SpacecraftState state) {
                return geometry(getStation(), getDate(), state);
            }

            @Override
            protected GroundReceiverCommonParametersWithDerivatives computeCommonParametersWithDerivatives(
                    SpacecraftState state) {
                return geometry(super.computeCommonParametersWithDerivatives(state), state);
            }
        };
    }

    static AngularAzEl direction(
            GroundStation station, AbsoluteDate date, double[] angles, double[] sigmas, ObservableSatellite satellite) {
        return new AngularAzEl(station, date, angles, sigmas, new double[] {1.0, 1.0}, satellite) {
            @Override
            protected GroundReceiverCommonParametersWithoutDerivatives computeCommonParametersWithout(
                    SpacecraftState state) {
                return geometry(getStation(), getDate(), state);
            }

            @Override
            protected GroundReceiverCommonParametersWithDerivatives computeCommonParametersWithDerivatives(
                    SpacecraftState state) {
                return geometry(super.computeCommonParametersWithDerivatives(state), state);
            }
        };
    }

    static AngularRaDec direction(
            GroundStation station,
            Frame frame,
            AbsoluteDate date,
            double[] angles,
            double[] sigmas,
            ObservableSatellite satellite) {
        return new AngularRaDec(station, frame, date, angles, sigmas, new double[] {1.0, 1.0}, satellite) {
            @Override
            protected GroundReceiverCommonParametersWithoutDerivatives computeCommonParametersWithout(
                    SpacecraftState state) {
                return geometry(getStation(), getDate(), state);
            }

            @Override
            protected GroundReceiverCommonParametersWithDerivatives computeCommonParametersWithDerivatives(
                    SpacecraftState state) {
                return geometry(super.computeCommonParametersWithDerivatives(state), state);
            }
        };
    }

    /** The library reads a distance off the time that light takes for it. */
    private static GroundReceiverCommonParametersWithoutDerivatives geometry(
            GroundStation station, AbsoluteDate date, SpacecraftState state) {
        Transform toInertial = station.getOffsetToInertial(state.getFrame(), date, false);
        TimeStampedPVCoordinates there = toInertial.transformPVCoordinates(
                new TimeStampedPVCoordinates(date, Vector3D.ZERO, Vector3D.ZERO, Vector3D.ZERO));
        SpacecraftState then = state.shiftedBy(date.durationFrom(state.getDate()));
        return new GroundReceiverCommonParametersWithoutDerivatives(
                state,
                toInertial,
                there,
                Vector3D.distance(then.getPosition(), there.getPosition()) / Constants.SPEED_OF_LIGHT,
                then,
                then.getPVCoordinates());
    }

    private static GroundReceiverCommonParametersWithDerivatives geometry(
            GroundReceiverCommonParametersWithDerivatives apparent, SpacecraftState state) {
        // back over the time of flight, derivatives and all, to the epoch itself
        TimeStampedFieldPVCoordinates<Gradient> then = apparent.getTransitPV().shiftedBy(apparent.getTauD());
        return new GroundReceiverCommonParametersWithDerivatives(
                state,
                apparent.getIndices(),
                apparent.getOffsetToInertialDownlink(),
                apparent.getStationDownlink(),
                then.getPosition()
                        .distance(apparent.getStationDownlink().getPosition())
                        .divide(Constants.SPEED_OF_LIGHT),
                state.shiftedBy(then.getDate().toAbsoluteDate().durationFrom(state.getDate())),
                then);
    }
}
