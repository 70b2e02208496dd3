package nl.sluis.orbit.association;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import nl.sluis.orbit.Frame;

/**
 * Says to which of some objects a track belongs: those inside whose gate it lies are possible, and one of them is taken
 * where it is far likelier than the rest together would have to be.
 */
public final class Association {

    /** The likeliest is taken where the next one is at least a hundred times less likely: 2 ln 100. */
    private static final double CLEAR = 2 * Math.log(100);

    /** A look that leaves more objects says too little of whose the track is; each gate costs milliseconds. */
    private static final int MOST_NEAR = 200;

    private Association() {}

    /** What became of a track. */
    public sealed interface Outcome {}

    /**
     * It belongs to an object.
     *
     * @param id the object
     */
    public record Correlated(String id) implements Outcome {}

    /**
     * It may belong to one of several.
     *
     * @param ids the objects, the likeliest first
     */
    public record Ambiguous(List<String> ids) implements Outcome {
        /** Copies the list. */
        public Ambiguous {
            ids = List.copyOf(ids);
        }
    }

    /** It belongs to no object that is known, or is too vague to say to which. */
    public record Uncorrelated() implements Outcome {}

    private record Possible(String id, double score) {}

    /**
     * Associates.
     *
     * @param candidates objects, each once, in any order
     */
    public static Outcome of(Tracklet track, Collection<Predicted> candidates) {
        Looks looks = new Looks(track, Frame.GCRF);
        List<Predicted> near = candidates.stream()
                .filter(candidate -> isNear(track, looks, candidate))
                .toList();
        if (near.size() > MOST_NEAR) {
            return new Uncorrelated();
        }
        List<Possible> possible = new ArrayList<>();
        for (Predicted candidate : near) {
            gated(track, candidate)
                    .filter(Gate.Match::isInside)
                    .ifPresent(match -> possible.add(new Possible(candidate.id(), match.score())));
        }
        possible.sort(Comparator.comparingDouble(Possible::score).thenComparing(Possible::id));
        if (possible.isEmpty()) {
            return new Uncorrelated();
        }
        if (possible.size() == 1 || possible.get(1).score() - possible.get(0).score() > CLEAR) {
            return new Correlated(possible.get(0).id());
        }
        return new Ambiguous(possible.stream().map(Possible::id).toList());
    }

    /** Returns whether a track may be of an object: whether what its contributor calls it can be true. */
    public static boolean isPossible(Tracklet track, Predicted object) {
        return match(track, new Looks(track, Frame.GCRF), object)
                .filter(Gate.Match::isInside)
                .isPresent();
    }

    /** Compares a track with an orbit: a look first, for the gate costs a thousand times as much. */
    static Optional<Gate.Match> match(Tracklet track, Looks looks, Predicted candidate) {
        return isNear(track, looks, candidate) ? gated(track, candidate) : Optional.empty();
    }

    private static boolean isNear(Tracklet track, Looks looks, Predicted candidate) {
        return candidate.orbit().roughly(track.start()).filter(looks::mayBe).isPresent();
    }

    private static Optional<Gate.Match> gated(Tracklet track, Predicted candidate) {
        return candidate.orbit().near(track.start()).flatMap(orbit -> Gate.match(orbit, track));
    }
}
