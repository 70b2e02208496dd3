package nl.sluis.orbit.encounter;

import java.util.List;

/**
 * What a screening found.
 *
 * @param encounters sorted by time, then objects
 * @param proximities slow pairs as intervals, sorted by start, then objects
 * @param gaps objects that could not be followed over the whole window; they are screened as far as they go
 * @param statistics what it took
 */
public record ScreeningResult(
        List<Encounter> encounters, List<Proximity> proximities, List<Gap> gaps, Statistics statistics) {

    /** Copies the lists. */
    public ScreeningResult {
        encounters = List.copyOf(encounters);
        proximities = List.copyOf(proximities);
        gaps = List.copyOf(gaps);
    }

    /**
     * An object that could not be followed over the whole window.
     *
     * @param object the object
     * @param reason why, one line
     */
    public record Gap(ScreenedObject object, String reason) {}

    /**
     * What it took.
     *
     * @param objects number of objects
     * @param pairs number of pairs, those of one identity included
     * @param pairTests pairs that were in neighbouring cells at some step
     * @param candidates of these, pairs that were refined
     * @param evaluations evaluations of SGP4 and ephemerides
     */
    public record Statistics(int objects, long pairs, long pairTests, long candidates, long evaluations) {}
}
