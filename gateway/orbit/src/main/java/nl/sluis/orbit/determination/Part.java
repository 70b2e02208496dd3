package nl.sluis.orbit.determination;

import java.util.List;

/**
 * What one view takes of one compartment.
 *
 * @param compartment its id
 * @param whole whether it takes all of it, so that the sum of the compartment holds for it
 * @param modelled its observations, in the order of estimation
 */
record Part(String compartment, boolean whole, List<MeasurementModel.Modelled> modelled) {
    /** Copies the list. */
    Part {
        modelled = List.copyOf(modelled);
    }
}
