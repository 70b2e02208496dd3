package nl.sluis.gateway.fusion;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.item.Times;
import nl.sluis.journal.v1.StoredContribution;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.encounter.Sgp4;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.proto.v1.Ephemeris;
import nl.sluis.proto.v1.MeanElements;
import nl.sluis.proto.v1.ObjectReference;

/**
 * What one contribution says about one object.
 *
 * @param order place among all that is contributed, unique
 * @param contributionId identifier of the contribution
 * @param received when the gateway received it
 * @param label its label
 * @param object what it calls the object
 * @param observations its observations
 * @param references orbits that it states for the object, latest last
 * @param elements public elements, where it states the orbit by them
 */
record Input(
        long order,
        String contributionId,
        Instant received,
        SecurityLabel label,
        ObjectReference object,
        List<OrbitMessages.Tracked> observations,
        List<OrbitState> references,
        Optional<nl.sluis.orbit.ccsds.MeanElements> elements) {
    /** Most records of one contribution, for a place of their own each. */
    private static final long MOST_RECORDS = 1_000_000;

    Input {
        observations = List.copyOf(observations);
        references = List.copyOf(references);
    }

    /** Whether all its observations are of a time or later. */
    boolean isSince(Instant from) {
        return observations.stream()
                .noneMatch(tracked -> tracked.observation().epoch().isBefore(from));
    }

    /** Whether one of its observations is of a time or later. */
    boolean reaches(Instant from) {
        return observations.stream()
                .anyMatch(tracked -> !tracked.observation().epoch().isBefore(from));
    }

    /** The epoch of its latest observation. */
    Instant latest() {
        return observations.stream()
                .map(tracked -> tracked.observation().epoch())
                .max(Comparator.naturalOrder())
                .orElse(Instant.MIN);
    }

    /** The place of a record among all that is contributed, from the place of its contribution in the log. */
    static long order(long position, int record) {
        return position * MOST_RECORDS + record;
    }

    /** The place of the contribution in the log. */
    static long position(long order) {
        return order / MOST_RECORDS;
    }

    /** The place of the record in its contribution. */
    static int record(long order) {
        return (int) (order % MOST_RECORDS);
    }

    /**
     * An orbit that a contribution states.
     *
     * @param order place among all that is contributed
     * @param contribution the contribution
     * @param label its label, checked
     * @param ephemeris the orbit, at one epoch or more
     */
    static Input stated(long order, StoredContribution contribution, SecurityLabel label, Ephemeris ephemeris) {
        return new Input(
                order,
                contribution.getContributionId(),
                Times.instant(contribution.getReceived()),
                label,
                ephemeris.getObject(),
                List.of(),
                ephemeris.getStatesList().stream().map(OrbitMessages::state).toList(),
                Optional.empty());
    }

    /**
     * The orbit of public elements at their epoch.
     *
     * @param order place among all that is contributed
     * @param contribution the contribution
     * @param label its label, checked
     * @param elements the elements
     * @return empty where they are of an object that has decayed
     */
    static Optional<Input> ofElements(
            long order, StoredContribution contribution, SecurityLabel label, MeanElements elements) {
        try {
            nl.sluis.orbit.ccsds.MeanElements ours = OrbitMessages.elements(elements);
            OrbitState state = Sgp4.state(ours, ours.epoch());
            return Optional.of(new Input(
                    order,
                    contribution.getContributionId(),
                    Times.instant(contribution.getReceived()),
                    label,
                    elements.getObject(),
                    List.of(),
                    List.of(state),
                    Optional.of(ours)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
