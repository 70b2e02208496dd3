package nl.sluis.orbit.encounter;

import java.util.List;

/**
 * What a screening found.
 *
 * @param encounters sorted by time, then numbers
 * @param proximities slow pairs as intervals, sorted by start, then numbers
 * @param notPropagated catalogue numbers of objects that could not be propagated over the whole window, ascending; they are
 *     screened as far as they go
 * @param statistics what it took
 */
public record ScreeningResult(
        List<Encounter> encounters, List<Proximity> proximities, List<Integer> notPropagated, Statistics statistics) {

    /** Copies the lists. */
    public ScreeningResult {
        encounters = List.copyOf(encounters);
        proximities = List.copyOf(proximities);
        notPropagated = List.copyOf(notPropagated);
    }

    /**
     * What it took.
     *
     * @param objects number of objects
     * @param pairs number of pairs
     * @param pairTests pairs that were in neighbouring cells at some step
     * @param candidates of these, pairs that were refined
     * @param evaluations evaluations of SGP4
     */
    public record Statistics(int objects, long pairs, long pairTests, long candidates, long evaluations) {}
}
