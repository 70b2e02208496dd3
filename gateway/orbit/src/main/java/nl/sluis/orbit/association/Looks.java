package nl.sluis.orbit.association;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.internal.Convert;
import nl.sluis.orbit.internal.Sightlines;
import nl.sluis.orbit.measurement.Component;
import nl.sluis.orbit.measurement.Observation;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.orekit.time.AbsoluteDate;
import org.orekit.utils.Constants;
import org.orekit.utils.PVCoordinates;

/**
 * Three looks at a track, its ends and its middle: a cheap test whether an object may be what it saw, before the gate. It errs on
 * the side of taking: near means within a box that is wide enough for whatever the gate would take.
 */
final class Looks {

    /** Half the size of a box: what two terms of the motion leave out, light time and refraction. */
    static final double BOX_M = 25_000;

    /** Sigmas along the orbit. */
    static final double SIGMAS = 4;

    /** A rate of distance is missed by as much as a box at a low orbit's distance turns it. */
    private static final double RATE_BOX_MPS = 400;

    /** Each of two distances may be off by a box. */
    private static final double DIFFERENCE = 2;

    /** Most that a range may be off whose bias a fit estimates, m. */
    private static final double RANGE_BIAS_M = 60_000;

    /** From further away than this the motion is not extrapolated. */
    private static final double LONGEST_S = 150;

    private static final int LOOKS = 3;

    private final List<Look> looks = new ArrayList<>();

    /** One look: a time, and what is known of the object at it. */
    record Look(Instant epoch, List<Seen> seen) {
        boolean mayBe(double[] position, double[] velocity, double boxM) {
            // where elements have decayed there is no number, and every comparison fails
            for (Seen one : seen) {
                if (!one.mayBe(position, velocity, boxM)) {
                    return false;
                }
            }
            return true;
        }
    }

    private interface Seen {
        boolean mayBe(double[] position, double[] velocity, double boxM);
    }

    /** @param frame inertial frame of the positions that will be compared */
    Looks(Tracklet track, Frame frame) {
        Sightlines lines = new Sightlines(track.sensors(), frame);
        List<Observation> all = track.observations();
        for (int i = 0; i < LOOKS; i++) {
            Instant epoch = all.get(i * (all.size() - 1) / (LOOKS - 1)).epoch();
            List<Seen> seen = new ArrayList<>();
            for (Observation one : all) {
                if (one.epoch().equals(epoch)) {
                    seen(track, lines, one, Convert.date(epoch)).ifPresent(seen::add);
                }
            }
            looks.add(new Look(epoch, seen));
        }
    }

    List<Look> all() {
        return looks;
    }

    /** Returns whether an object that is about somewhere may be what the looks saw soon before or after. */
    boolean mayBe(Predicted.Rough rough) {
        OrbitState state = rough.state();
        double[] p = {
            state.positionM().x(), state.positionM().y(), state.positionM().z()
        };
        double[] v = {
            state.velocityMps().x(),
            state.velocityMps().y(),
            state.velocityMps().z()
        };
        double[] at = new double[3];
        double[] speed = new double[3];
        for (Look look : looks) {
            double dt = Duration.between(state.epoch(), look.epoch()).toMillis() * 1e-3;
            if (Math.abs(dt) <= LONGEST_S) {
                move(p, 0, v, 0, dt, at, speed);
                if (!look.mayBe(at, speed, BOX_M + rough.offM())) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Moves an object by two terms of its motion about a point mass. */
    static void move(double[] p, int pAt, double[] v, int vAt, double dt, double[] at, double[] speed) {
        double r2 = p[pAt] * p[pAt] + p[pAt + 1] * p[pAt + 1] + p[pAt + 2] * p[pAt + 2];
        double a = -Constants.WGS84_EARTH_MU / (r2 * Math.sqrt(r2));
        for (int k = 0; k < 3; k++) {
            at[k] = p[pAt + k] * (1 + 0.5 * a * dt * dt) + v[vAt + k] * dt;
            speed[k] = v[vAt + k] + a * p[pAt + k] * dt;
        }
    }

    private static boolean isBiased(Tracklet track, Observation one) {
        return track.sensors().stream()
                .filter(sensor -> sensor.id().equals(one.sensorId()))
                .map(sensor -> sensor.biases().get(Component.RANGE))
                .anyMatch(bias -> bias != null && bias.estimated());
    }

    private static Optional<Seen> seen(Tracklet track, Sightlines lines, Observation one, AbsoluteDate date) {
        double bias = isBiased(track, one) ? RANGE_BIAS_M : 0;
        double[] s = site(lines.site(one, date));
        if (one.measured() instanceof Observation.Range o) {
            return Optional.of(range(s, o.rangeM(), bias));
        }
        if (one instanceof Observation.LaserRange o) {
            return Optional.of(range(s, o.rangeM(), bias));
        }
        if (one.measured() instanceof Observation.RangeRate o) {
            return Optional.of(
                    (p, v, box) -> Math.abs(rate(p, v, s) - o.rangeRateMps()) <= RATE_BOX_MPS * (1 + box / BOX_M));
        }
        if (one instanceof Observation.TimeDifference o) {
            double[] other = site(lines.site(o.secondSensorId(), date));
            double furtherM = o.differenceS() * Constants.SPEED_OF_LIGHT;
            return Optional.of(
                    (p, v, box) -> Math.abs(distance(p, s) - distance(p, other) - furtherM) <= DIFFERENCE * box);
        }
        if (one instanceof Observation.FrequencyDifference o) {
            double[] other = site(lines.site(o.secondSensorId(), date));
            double fasterMps = -o.differenceHz() / o.centreFrequencyHz() * Constants.SPEED_OF_LIGHT;
            return Optional.of((p, v, box) -> Math.abs(rate(p, v, s) - rate(p, v, other) - fasterMps)
                    <= DIFFERENCE * RATE_BOX_MPS * (1 + box / BOX_M));
        }
        return lines.direction(one, date).map(u -> (p, v, box) -> {
            double dx = p[0] - s[0];
            double dy = p[1] - s[1];
            double dz = p[2] - s[2];
            double along = dx * u.getX() + dy * u.getY() + dz * u.getZ();
            double across2 = dx * dx + dy * dy + dz * dz - along * along;
            // a direction is good to a part of the distance: biases of a tenth of a degree
            double reach = box + 2e-3 * Math.abs(along);
            return along > 0 && across2 <= reach * reach;
        });
    }

    private static Seen range(double[] s, double rangeM, double bias) {
        return (p, v, box) -> Math.abs(distance(p, s) - rangeM) <= box + bias;
    }

    private static double[] site(PVCoordinates site) {
        double[] s = new double[6];
        put(s, 0, site.getPosition());
        put(s, 3, site.getVelocity());
        return s;
    }

    private static double distance(double[] p, double[] s) {
        double dx = p[0] - s[0];
        double dy = p[1] - s[1];
        double dz = p[2] - s[2];
        return Math.sqrt(dx * dx + dy * dy + dz * dz);
    }

    private static double rate(double[] p, double[] v, double[] s) {
        double dx = p[0] - s[0];
        double dy = p[1] - s[1];
        double dz = p[2] - s[2];
        return (dx * (v[0] - s[3]) + dy * (v[1] - s[4]) + dz * (v[2] - s[5])) / distance(p, s);
    }

    private static void put(double[] to, int at, Vector3D v) {
        to[at] = v.getX();
        to[at + 1] = v.getY();
        to[at + 2] = v.getZ();
    }
}
