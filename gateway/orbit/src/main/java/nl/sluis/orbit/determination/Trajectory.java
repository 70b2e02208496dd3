package nl.sluis.orbit.determination;

import java.util.ArrayList;
import java.util.List;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.internal.Convert;
import org.orekit.propagation.conversion.NumericalPropagatorBuilder;
import org.orekit.utils.PVCoordinates;
import org.orekit.utils.ParameterDriver;

/**
 * A path in space: what the model of motion is evaluated about.
 *
 * @param state at the epoch, in the frame of propagation
 * @param forces which forces act
 * @param names estimated parameters of the forces, in the order of the library
 * @param values their values
 */
record Trajectory(OrbitState state, ForceModel forces, List<String> names, List<Double> values) {
    /** Copies the lists. */
    Trajectory {
        names = List.copyOf(names);
        values = List.copyOf(values);
    }

    /** Returns the path of an orbit with the forces' own first guesses. */
    static Trajectory of(OrbitState orbit, ForceModel forces) {
        Frame frame = Dynamics.propagationFrame(orbit);
        PVCoordinates pv = Convert.pv(orbit, Convert.frame(frame));
        OrbitState state = new OrbitState(
                orbit.epoch(), frame, Convert.vector(pv.getPosition()), Convert.vector(pv.getVelocity()));
        List<String> names = new ArrayList<>();
        List<Double> values = new ArrayList<>();
        for (ParameterDriver driver : Dynamics.estimated(Dynamics.builder(state, forces))) {
            names.add(driver.getName());
            values.add(driver.getValue());
        }
        return new Trajectory(state, forces, names, values);
    }

    /** Returns how many numbers determine the path: six and the parameters of the forces. */
    int dimension() {
        return 6 + names.size();
    }

    /** Returns the path after a correction of all its numbers. */
    Trajectory plus(double[] correction) {
        Vector3 p = state.positionM();
        Vector3 v = state.velocityMps();
        List<Double> moved = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            moved.add(values.get(i) + correction[6 + i]);
        }
        return new Trajectory(
                new OrbitState(
                        state.epoch(),
                        state.frame(),
                        new Vector3(p.x() + correction[0], p.y() + correction[1], p.z() + correction[2]),
                        new Vector3(v.x() + correction[3], v.y() + correction[4], v.z() + correction[5])),
                forces,
                names,
                moved);
    }

    /** Returns a builder of the library about this path; its estimated parameters are selected. */
    NumericalPropagatorBuilder builder() {
        NumericalPropagatorBuilder builder = Dynamics.builder(state, forces);
        List<ParameterDriver> drivers = Dynamics.estimated(builder);
        for (int i = 0; i < values.size(); i++) {
            drivers.get(i).setValue(values.get(i));
        }
        return builder;
    }
}
