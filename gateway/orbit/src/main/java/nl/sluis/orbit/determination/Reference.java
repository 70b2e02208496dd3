package nl.sluis.orbit.determination;

import java.util.Set;
import java.util.stream.Collectors;
import nl.sluis.orbit.measurement.Observation;

/**
 * The trajectory that a view was linearised about, with all that was evaluated there. A view that comes with the reference of its
 * last fit pays for the new observations alone: their rows join the sums, every observation is weighed and edited
 * anew, and only when the linear model would leave out too much is there a new reference. That is the sequential update of
 * an information filter, without its loss: nothing that was once taken in, or thrown out, is settled.
 *
 * <p>Belongs to one object and to whoever holds it; a fit changes it, so two fits must not share one at a time.
 */
public final class Reference {

    /** A base that has lost more of what its reference was fitted to is another base. */
    private static final double LEAST_LEFT = 0.5;

    private final Linearisation pass;
    private final Set<String> fitted;

    Reference(Linearisation pass, Compartment base) {
        this.pass = pass;
        this.fitted = base.observations().stream().map(Observation::inputId).collect(Collectors.toUnmodifiableSet());
    }

    Linearisation pass() {
        return pass;
    }

    /** Returns whether this is a reference of a compartment, as it has grown since. */
    boolean isOf(Compartment base) {
        long left = base.observations().stream()
                .filter(o -> fitted.contains(o.inputId()))
                .count();
        return left > 0 && left >= LEAST_LEFT * fitted.size();
    }
}
