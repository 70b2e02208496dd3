package nl.sluis.orbit.association;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.ccsds.MeanElements;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.determination.Ageing;
import nl.sluis.orbit.determination.ForceModel;
import nl.sluis.orbit.determination.LocalAxes;
import nl.sluis.orbit.determination.OrbitSolution;
import nl.sluis.orbit.determination.PropagationException;
import nl.sluis.orbit.encounter.Sgp4;
import nl.sluis.orbit.internal.Convert;
import org.orekit.errors.OrekitException;
import org.orekit.orbits.CartesianOrbit;
import org.orekit.propagation.analytical.EcksteinHechlerPropagator;
import org.orekit.propagation.analytical.KeplerianPropagator;
import org.orekit.utils.Constants;
import org.orekit.utils.PVCoordinates;

/**
 * An object whose orbit is known, so that a track can be looked for beside it.
 *
 * @param id the caller's name of the object
 * @param orbit where its orbit is near a time
 */
public record Predicted(String id, Orbit orbit) {

    /** An orbit that can be asked for its state and uncertainty near a time. */
    public interface Orbit {
        /** Returns about where the object is, at little cost; empty where it can't be propagated so far. */
        Optional<Rough> roughly(Instant time);

        /** Returns the orbit with an epoch soon before or after a time, aged; empty where it can't be propagated so far. */
        Optional<OrbitSolution> near(Instant time);
    }

    /**
     * About where an object is.
     *
     * @param state inertial
     * @param offM by how much it may be off, m
     */
    public record Rough(OrbitState state, double offM) {}

    /** What a theory of the oblate Earth alone leaves out, m a day: air, Sun and Moon. */
    private static final double OBLATE_OFF_M_PER_DAY = 50_000;

    /** What an ellipse leaves out, m a day: the Earth's oblateness too. */
    private static final double ELLIPSE_OFF_M_PER_DAY = 2_000_000;

    private static final double ROUND = 0.05;

    /** What moves an object over some hours: enough for a gate, and cheap. */
    private static final ForceModel HOURS =
            new ForceModel(8, 8, true, true, Optional.empty(), Optional.empty(), OptionalInt.empty(), 1_000, false);

    /** The same over one pass, in which the Sun and the Moon move it by metres at most. */
    private static final ForceModel PASS =
            new ForceModel(8, 8, false, false, Optional.empty(), Optional.empty(), OptionalInt.empty(), 1_000, false);

    /** New elements are off by this part of the distance from the Earth's centre, 1-sigma: a kilometre in low orbits. */
    private static final double ACROSS_PART = 1.5e-4;

    /** And along the orbit by this part. */
    private static final double ALONG_PART = 3e-4;

    /** Elements leave out more than a fit does: they age so much faster. */
    private static final double ELEMENTS_AGE_FASTER = 2;

    /** Makes one of a fitted orbit, last observed at a time. */
    public static Predicted fitted(String id, OrbitSolution solution, Instant lastObservation) {
        OrekitData.load();
        return new Predicted(id, new Fitted(solution, lastObservation));
    }

    private record Fitted(OrbitSolution solution, Instant lastObservation) implements Orbit {
        @Override
        public Optional<Rough> roughly(Instant time) {
            OrbitState state = solution.state();
            double days = Math.abs(Duration.between(state.epoch(), time).toMillis()) / 86_400e3;
            try {
                CartesianOrbit orbit = new CartesianOrbit(
                        Convert.pv(state),
                        Convert.frame(state.frame()),
                        Convert.date(state.epoch()),
                        Constants.EIGEN5C_EARTH_MU);
                boolean isRound = orbit.getE() < ROUND;
                PVCoordinates pv = (isRound
                                ? new EcksteinHechlerPropagator(
                                        orbit,
                                        Constants.EIGEN5C_EARTH_EQUATORIAL_RADIUS,
                                        Constants.EIGEN5C_EARTH_MU,
                                        Constants.EIGEN5C_EARTH_C20,
                                        Constants.EIGEN5C_EARTH_C30,
                                        Constants.EIGEN5C_EARTH_C40,
                                        Constants.EIGEN5C_EARTH_C50,
                                        Constants.EIGEN5C_EARTH_C60)
                                : new KeplerianPropagator(orbit))
                        .getPVCoordinates(Convert.date(time), Convert.frame(state.frame()));
                double vague = Math.abs(Duration.between(lastObservation, time).toMillis()) * 1e-3;
                double off = (isRound ? OBLATE_OFF_M_PER_DAY : ELLIPSE_OFF_M_PER_DAY) * days
                        + Looks.SIGMAS * (solution.positionSigmaM() + drift() * vague);
                return Optional.of(new Rough(state(time, state.frame(), pv), off));
            } catch (OrekitException e) {
                // no closed orbit, or one inside the Earth: nothing is near it
                return Optional.empty();
            }
        }

        /** By how much the object may be faster or slower, 1-sigma: an uncertain velocity changes the period thrice. */
        private double drift() {
            SymmetricMatrix p = solution.covariance();
            return 3 * Math.sqrt(p.get(3, 3) + p.get(4, 4) + p.get(5, 5));
        }

        @Override
        public Optional<OrbitSolution> near(Instant time) {
            if (solution.forces().empiricalDegree().isPresent()) {
                // an acceleration that was fitted over an arc is one of that arc's epoch, with a covariance that ages
                // by itself
                return Optional.of(solution);
            }
            Duration away = Duration.between(solution.state().epoch(), time).abs();
            if (away.compareTo(Gate.SHORT) < 0) {
                // the gate goes there anyway
                return Optional.of(Ageing.soonAfter(solution, lastObservation, time));
            }
            try {
                return Optional.of(Ageing.at(solution, lastObservation, time));
            } catch (PropagationException e) {
                return Optional.empty();
            }
        }
    }

    /** Makes one of public elements, which state no covariance: theirs is assumed, and grows from their epoch both ways. */
    public static Predicted elements(String id, MeanElements elements) {
        return new Predicted(id, new Elements(elements));
    }

    private record Elements(MeanElements elements) implements Orbit {
        @Override
        public Optional<Rough> roughly(Instant time) {
            return at(time).map(state -> new Rough(
                    state,
                    Looks.SIGMAS
                            * alongTrackSigmaM(
                                    state.positionM().norm(), shape(state).accelerationMps2(), ageS(elements, time))));
        }

        @Override
        public Optional<OrbitSolution> near(Instant time) {
            return at(time).map(state -> assumed(state, ageS(elements, time)));
        }

        private Optional<OrbitState> at(Instant time) {
            try {
                return Optional.of(inertial(Sgp4.state(elements, time)));
            } catch (IllegalArgumentException e) {
                // decayed: nothing is near it
                return Optional.empty();
            }
        }
    }

    /**
     * Makes one of an orbit that somebody stated without a covariance.
     *
     * @param forces which forces act
     */
    public static Predicted stated(String id, OrbitState state, ForceModel forces) {
        OrekitData.load();
        OrbitState inertial = inertial(state);
        return fitted(id, OrbitSolution.of(inertial, assumed(inertial, 0).covariance(), forces), inertial.epoch());
    }

    private static double ageS(MeanElements elements, Instant time) {
        return Math.abs(Duration.between(elements.epoch(), time).toMillis()) * 1e-3;
    }

    /** How far elements may be off along the orbit, 1-sigma, m. */
    static double alongTrackSigmaM(double radiusM, double accelerationMps2, double ageS) {
        return ALONG_PART * radiusM + 1.5 * ELEMENTS_AGE_FASTER * accelerationMps2 * ageS * ageS;
    }

    /** How large an orbit is and how near it comes. */
    private record Shape(double meanMotionRadPerS, double perigeeHeightM) {
        double accelerationMps2() {
            return Ageing.accelerationMps2(perigeeHeightM);
        }
    }

    private static Shape shape(OrbitState state) {
        double r = state.positionM().norm();
        double v = state.velocityMps().norm();
        double axis = 1 / (2 / r - v * v / Constants.EIGEN5C_EARTH_MU);
        double momentum = state.positionM().cross(state.velocityMps()).norm();
        double e = Math.sqrt(Math.max(0, 1 - momentum * momentum / (Constants.EIGEN5C_EARTH_MU * axis)));
        return new Shape(v / r, axis * (1 - e) - Constants.WGS84_EARTH_EQUATORIAL_RADIUS);
    }

    private static OrbitSolution assumed(OrbitState state, double ageS) {
        Shape shape = shape(state);
        double across = ACROSS_PART * state.positionM().norm();
        double along = alongTrackSigmaM(state.positionM().norm(), shape.accelerationMps2(), ageS);
        double n = shape.meanMotionRadPerS();
        double[][] rtn = new double[6][6];
        rtn[0][0] = across * across;
        rtn[1][1] = along * along;
        rtn[2][2] = across * across;
        // an object that is late along its orbit has the radial velocity of where it is late from
        rtn[3][3] = n * n * (across * across + along * along);
        rtn[1][3] = -n * along * along;
        rtn[3][1] = rtn[1][3];
        rtn[4][4] = n * n * across * across;
        rtn[5][5] = n * n * across * across;
        return OrbitSolution.of(state, LocalAxes.fromRtn(state, SymmetricMatrix.of(rtn)), HOURS);
    }

    /** Returns the same orbit with the forces that count over one pass; one with coefficients of its own stays as it is. */
    static OrbitSolution overPass(OrbitSolution orbit) {
        return orbit.parameters().isEmpty() ? OrbitSolution.of(orbit.state(), orbit.covariance(), PASS) : orbit;
    }

    private static OrbitState inertial(OrbitState state) {
        return state(state.epoch(), Frame.GCRF, Convert.pv(state, Convert.frame(Frame.GCRF)));
    }

    private static OrbitState state(Instant epoch, Frame frame, PVCoordinates pv) {
        return new OrbitState(epoch, frame, Convert.vector(pv.getPosition()), Convert.vector(pv.getVelocity()));
    }
}
