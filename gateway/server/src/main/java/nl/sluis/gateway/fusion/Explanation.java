package nl.sluis.gateway.fusion;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.orbit.determination.FitResult;
import nl.sluis.orbit.determination.OrbitSolution;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.label.SecurityLabel;

/**
 * What the orbit of an object rests on for some audiences, as far as a reader may know: what the reader may not know does
 * not enter, so that no number of it tells of anything withheld.
 *
 * @param tenants tenants of the audiences, sorted
 * @param contributors who contributed to it, by name
 * @param fit the fit of their contributions
 * @param withoutOwn present where some of it is the reader's own: the position's 1-sigma without it, m, if there is an orbit
 */
public record Explanation(
        List<String> tenants,
        Map<String, Contributor> contributors,
        FitResult fit,
        Optional<OptionalDouble> withoutOwn) {

    /**
     * How much somebody contributed.
     *
     * @param contributions contributions with observations
     * @param observations observations in them
     */
    public record Contributor(int contributions, int observations) {
        Contributor plus(Contributor other) {
            return new Contributor(contributions + other.contributions, observations + other.observations);
        }
    }

    /** Who asks. */
    public interface Reader {
        /** The audiences of which the reader may know that they use a contribution with this label. */
        BitSet known(SecurityLabel label, ObjectKey object);

        /** Whether a contribution with this label is the reader's own. */
        boolean isOwn(SecurityLabel label);
    }

    static List<Explanation> of(
            PolicyBundle bundle, List<ObjectFit.Outcome> known, List<ObjectFit.Outcome> others, Reader reader) {
        List<Explanation> explanations = new ArrayList<>();
        for (ObjectFit.Outcome outcome : known) {
            BitSet audiences = outcome.view().audiences();
            Map<String, Contributor> contributors = new TreeMap<>();
            boolean own = false;
            for (Input input : outcome.inputs()) {
                if (!input.observations().isEmpty()) {
                    Contributor one = new Contributor(1, input.observations().size());
                    input.label()
                            .owners()
                            .forEach(owner -> contributors.merge(owner.toString(), one, Contributor::plus));
                    own |= reader.isOwn(input.label());
                }
            }
            explanations.add(new Explanation(
                    audiences.stream()
                            .boxed()
                            .flatMap(i -> bundle.audiences().get(i).tenants().stream())
                            .sorted()
                            .toList(),
                    contributors,
                    outcome.result(),
                    own ? Optional.of(sigma(others, audiences)) : Optional.empty()));
        }
        return explanations;
    }

    private static OptionalDouble sigma(List<ObjectFit.Outcome> outcomes, BitSet audiences) {
        return outcomes.stream()
                .filter(outcome -> outcome.view().audiences().intersects(audiences))
                .flatMap(outcome -> outcome.result().solution().stream())
                .mapToDouble(OrbitSolution::positionSigmaM)
                .findFirst();
    }
}
