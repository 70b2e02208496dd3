package nl.sluis.gateway.fusion;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import nl.sluis.gateway.item.Digests;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.journal.v1.AssociationOutcome;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.association.Association;
import nl.sluis.orbit.association.KnownElements;
import nl.sluis.orbit.association.NewObjects;
import nl.sluis.orbit.association.Predicted;
import nl.sluis.orbit.association.Tracklet;
import nl.sluis.orbit.determination.OrbitSolution;
import nl.sluis.proto.v1.MeanElements;

/**
 * To which objects tracks of one data mode belong, for each audience by what it may use and nothing else: its own last
 * orbits, the public elements and stated orbits that it may use, and the tracks that it could give to no object.
 *
 * <p>Audiences that could use the same of all that came so far decide alike, so a decision is made once for each set of
 * them; how they are divided changes no decision.
 */
final class Associations {

    /** Tracks without an object that one view keeps to link with others; the oldest goes, and stays in the journal. */
    private static final int MOST_WAITING = 64;

    /** An orbit further away in time predicts nothing. */
    private static final Duration FURTHEST = Duration.ofDays(14);

    /** A waiting track that is so much older than the newest waits in vain; it stays in the journal. */
    private static final Duration LONGEST_WAIT = FURTHEST;

    private static final String NEW_OBJECT = "uct-";

    private final List<BitSet> alike = new ArrayList<>();
    private final Map<ObjectKey, Map<Integer, Known>> known = new HashMap<>();
    private final KnownElements elements = new KnownElements();
    private final Map<String, Listed> listed = new HashMap<>();
    private final Map<ObjectKey, List<Listed>> listedOf = new HashMap<>();
    private final Map<ObjectKey, List<Stated>> stated = new HashMap<>();
    private final TreeMap<Long, Waiting> waiting = new TreeMap<>();

    /** The last orbit of an object in one view. */
    private static final class Known {
        private final Instant lastObservation;
        private final Predicted predicted;

        Known(ObjectKey key, OrbitSolution orbit, Instant lastObservation) {
            this.lastObservation = lastObservation;
            this.predicted = Predicted.fitted(key.text(), orbit, lastObservation);
        }
    }

    /** Public elements and who may use them. */
    private record Listed(
            ObjectKey key, long order, String contributionId, BitSet users, Instant epoch, Predicted predicted) {}

    /** An orbit that somebody stated, and who may use it. */
    private record Stated(long order, String contributionId, BitSet users, Instant epoch, Predicted predicted) {}

    /** A track that some audiences could give to no object. */
    private record Waiting(SeenTrack track, Tracklet tracklet, BitSet audiences) {}

    /**
     * Where a track goes for some audiences.
     *
     * @param track the track
     * @param outcome why
     * @param object the object; empty where it waits
     * @param audiences the audiences
     * @param candidates objects that it may belong to
     */
    record Placement(
            SeenTrack track,
            AssociationOutcome outcome,
            Optional<ObjectKey> object,
            BitSet audiences,
            List<String> candidates) {}

    /** @param audiences how many there are */
    Associations(int audiences) {
        BitSet all = new BitSet();
        all.set(0, audiences);
        alike.add(all);
    }

    /** Takes note of who could use something: who could and who could not are no longer alike. */
    void divide(BitSet users) {
        List<BitSet> divided = new ArrayList<>();
        for (BitSet one : alike) {
            BitSet in = (BitSet) one.clone();
            in.and(users);
            BitSet out = (BitSet) one.clone();
            out.andNot(users);
            if (!in.isEmpty()) {
                divided.add(in);
            }
            if (!out.isEmpty()) {
                divided.add(out);
            }
        }
        alike.clear();
        alike.addAll(divided);
    }

    /**
     * Takes up the last orbit of some audiences.
     *
     * @return whether one of them knew no orbit of the object before
     */
    boolean learn(ObjectKey key, BitSet audiences, OrbitSolution orbit, Instant lastObservation) {
        Known one = new Known(key, orbit, lastObservation);
        Map<Integer, Known> by = known.computeIfAbsent(key, none -> new HashMap<>());
        boolean isNew = audiences.stream().anyMatch(audience -> !by.containsKey(audience));
        audiences.stream().forEach(audience -> by.put(audience, one));
        return isNew;
    }

    /** Takes up public elements; those of the same users stand in place of earlier ones. */
    void list(ObjectKey key, long order, String contributionId, BitSet users, MeanElements one) {
        divide(users);
        String id = key.text() + " " + users;
        nl.sluis.orbit.ccsds.MeanElements ours = OrbitMessages.elements(one);
        Listed now = new Listed(key, order, contributionId, users, ours.epoch(), Predicted.elements(key.text(), ours));
        elements.put(id, ours);
        Listed before = listed.put(id, now);
        List<Listed> of = listedOf.computeIfAbsent(key, none -> new ArrayList<>());
        of.remove(before);
        of.add(now);
    }

    /** Takes up an orbit that somebody stated. */
    void state(ObjectKey key, Input input, BitSet users, OrbitState orbit, Forces forces) {
        divide(users);
        Predicted predicted = Predicted.stated(key.text(), orbit, forces.of(key, orbit));
        stated.computeIfAbsent(key, none -> new ArrayList<>())
                .add(new Stated(input.order(), input.contributionId(), users, orbit.epoch(), predicted));
    }

    /** Keeps a track that belongs to no object for some audiences. */
    void keep(SeenTrack track, BitSet audiences) {
        Waiting before = waiting.get(track.order());
        BitSet all = (BitSet) audiences.clone();
        if (before != null) {
            all.or(before.audiences());
        }
        waiting.put(track.order(), new Waiting(track, track.tracklet(), all));
        all.stream().forEach(this::forgetOldest);
    }

    private void forgetOldest(int audience) {
        List<Waiting> own = waiting.values().stream()
                .filter(one -> one.audiences().get(audience))
                .toList();
        if (own.isEmpty()) {
            return;
        }
        Instant oldest = own.stream()
                .map(one -> one.tracklet().end())
                .max(Comparator.naturalOrder())
                .orElseThrow()
                .minus(LONGEST_WAIT);
        own.stream()
                .filter(one -> one.tracklet().end().isBefore(oldest))
                .forEach(one -> one.audiences().clear(audience));
        if (own.size() > MOST_WAITING) {
            own.get(0).audiences().clear(audience);
        }
        waiting.values().removeIf(one -> one.audiences().isEmpty());
    }

    /** Forgets what came with a contribution. */
    void withdraw(String contributionId) {
        waiting.values().removeIf(one -> one.track().contributionId().equals(contributionId));
        stated.values().forEach(all -> all.removeIf(one -> one.contributionId().equals(contributionId)));
        listed.entrySet().removeIf(entry -> {
            boolean withdrawn = entry.getValue().contributionId().equals(contributionId);
            if (withdrawn) {
                elements.remove(entry.getKey());
                listedOf.getOrDefault(entry.getValue().key(), new ArrayList<>()).remove(entry.getValue());
            }
            return withdrawn;
        });
    }

    /** Forgets the last orbit of some audiences: something that it was made from is gone. */
    void unlearn(ObjectKey key, BitSet audiences) {
        Map<Integer, Known> by = known.get(key);
        if (by != null) {
            audiences.stream().forEach(by::remove);
        }
    }

    /** Takes up the last orbits of objects that are being fitted. */
    @FunctionalInterface
    interface LastOrbits {
        void take(Predicate<ObjectKey> of) throws InterruptedException;
    }

    /**
     * Decides where a track goes.
     *
     * @param users who may use it
     * @param lastOrbits called before objects other than the one that it names are asked, for those that it may be of; and for
     *     all before it is held against tracks that wait, which any of them may claim
     * @return a placement for each set of audiences that decide alike; and for each object that is new, its earlier tracks
     */
    List<Placement> associate(SeenTrack track, BitSet users, LastOrbits lastOrbits) throws InterruptedException {
        divide(users);
        Tracklet tracklet = track.tracklet();
        Optional<ObjectKey> named = track.named().flatMap(ObjectKey::of);
        IdentityHashMap<Predicted, Boolean> possible = new IdentityHashMap<>();
        Map<List<Predicted>, Association.Outcome> outcomes = new HashMap<>();
        Optional<List<Listed>> near = Optional.empty();
        List<Placement> placements = new ArrayList<>();
        // what is taken up meanwhile may divide them further, which changes no decision
        for (BitSet one : List.copyOf(alike)) {
            BitSet audiences = (BitSet) one.clone();
            audiences.and(users);
            if (audiences.isEmpty()) {
                continue;
            }
            int audience = audiences.nextSetBit(0);
            if (named.isPresent()) {
                Optional<Predicted> prediction = prediction(named.get(), audience, tracklet.start());
                if (prediction.isEmpty()
                        || possible.computeIfAbsent(
                                prediction.get(), predicted -> Association.isPossible(tracklet, predicted))) {
                    placements.add(new Placement(
                            track, AssociationOutcome.ASSOCIATION_OUTCOME_CORRELATED, named, audiences, List.of()));
                    continue;
                }
            }
            if (near.isEmpty()) {
                List<Listed> some = near(tracklet);
                Set<ObjectKey> keys = some.stream().map(Listed::key).collect(Collectors.toSet());
                lastOrbits.take(key -> keys.contains(key) || isUnlisted(key, users));
                near = Optional.of(some);
            }
            List<Predicted> candidates = candidates(near.get(), audience, tracklet.start());
            Association.Outcome outcome = outcomes.computeIfAbsent(candidates, all -> Association.of(tracklet, all));
            if (named.isEmpty() && !(outcome instanceof Association.Correlated)) {
                lastOrbits.take(key -> true);
            }
            placements.addAll(placed(track, tracklet, named, audiences, outcome));
        }
        return placements;
    }

    /** Whether some audience has no public elements of an object, and may know it by other means. */
    private boolean isUnlisted(ObjectKey key, BitSet users) {
        return users.stream().anyMatch(audience -> !isListed(key, audience));
    }

    private List<Listed> near(Tracklet tracklet) {
        return elements.near(tracklet).stream()
                .map(id -> Objects.requireNonNull(listed.get(id), id))
                .toList();
    }

    /** Whether any track waits. */
    boolean hasWaiting() {
        return !waiting.isEmpty();
    }

    /**
     * Decides again about the waiting tracks of some audiences that have come to know more.
     *
     * @param object the object of which they have an orbit now; empty: any
     * @return where those go that wait no longer
     */
    List<Placement> reconsider(Optional<ObjectKey> object, BitSet audiences) {
        List<Placement> placements = new ArrayList<>();
        for (Waiting one : waiting.values()) {
            Tracklet tracklet = one.tracklet();
            Optional<List<Listed>> near = Optional.empty();
            for (BitSet group : alike) {
                BitSet some = (BitSet) group.clone();
                some.and(audiences);
                some.and(one.audiences());
                if (some.isEmpty() || !mayBe(object, some.nextSetBit(0), tracklet)) {
                    continue;
                }
                if (near.isEmpty()) {
                    near = Optional.of(near(tracklet));
                }
                List<Predicted> candidates = candidates(near.get(), some.nextSetBit(0), tracklet.start());
                if (Association.of(tracklet, candidates) instanceof Association.Correlated correlated
                        && object.map(key -> key.text().equals(correlated.id())).orElse(true)) {
                    placements.add(new Placement(
                            one.track(),
                            AssociationOutcome.ASSOCIATION_OUTCOME_CORRELATED,
                            Optional.of(new ObjectKey(correlated.id())),
                            some,
                            List.of(correlated.id())));
                    one.audiences().andNot(some);
                }
            }
        }
        waiting.values().removeIf(one -> one.audiences().isEmpty());
        return placements;
    }

    private boolean mayBe(Optional<ObjectKey> object, int audience, Tracklet tracklet) {
        return object.isEmpty()
                || prediction(object.get(), audience, tracklet.start())
                        .filter(predicted -> Association.isPossible(tracklet, predicted))
                        .isPresent();
    }

    private List<Placement> placed(
            SeenTrack track,
            Tracklet tracklet,
            Optional<ObjectKey> named,
            BitSet audiences,
            Association.Outcome outcome) {
        if (outcome instanceof Association.Correlated correlated) {
            return List.of(new Placement(
                    track,
                    AssociationOutcome.ASSOCIATION_OUTCOME_CORRELATED,
                    Optional.of(new ObjectKey(correlated.id())),
                    audiences,
                    List.of(correlated.id())));
        }
        List<String> ids = outcome instanceof Association.Ambiguous ambiguous ? ambiguous.ids() : List.of();
        AssociationOutcome why = ids.isEmpty()
                ? AssociationOutcome.ASSOCIATION_OUTCOME_UNCORRELATED
                : AssociationOutcome.ASSOCIATION_OUTCOME_AMBIGUOUS;
        if (named.isPresent()) {
            // nothing else claims it: it may have manoeuvred, or its orbit is wrong, and the contributor saw it
            return List.of(new Placement(track, why, named, audiences, ids));
        }
        keep(track, audiences);
        return ids.isEmpty()
                ? linked(track, tracklet, audiences)
                : List.of(new Placement(track, why, Optional.empty(), audiences, ids));
    }

    private List<Placement> linked(SeenTrack track, Tracklet tracklet, BitSet audiences) {
        int audience = audiences.nextSetBit(0);
        Map<String, SeenTrack> others = new LinkedHashMap<>();
        List<Tracklet> tracklets = new ArrayList<>();
        for (Waiting one : waiting.values()) {
            if (one.audiences().get(audience) && one.track().order() != track.order()) {
                others.put(one.tracklet().id(), one.track());
                tracklets.add(one.tracklet());
            }
        }
        Optional<NewObjects.Found> found = NewObjects.find(tracklet, tracklets);
        if (found.isEmpty()) {
            return List.of(new Placement(
                    track,
                    AssociationOutcome.ASSOCIATION_OUTCOME_UNCORRELATED,
                    Optional.empty(),
                    audiences,
                    List.of()));
        }
        List<Tracklet> tracks = found.get().tracks();
        // of the view's own content: who has other tracks of the object has another name for it
        ObjectKey key = new ObjectKey(NEW_OBJECT
                + Digests.id(
                        "object",
                        new TreeSet<>(tracks.stream().map(Tracklet::id).toList()).toArray(String[]::new)));
        learn(
                key,
                audiences,
                found.get().orbit(),
                tracks.stream()
                        .map(Tracklet::end)
                        .max(Comparator.naturalOrder())
                        .orElseThrow());
        List<Placement> placements = new ArrayList<>();
        for (Tracklet one : tracks) {
            SeenTrack seen = one.id().equals(track.id()) ? track : Objects.requireNonNull(others.get(one.id()));
            placements.add(new Placement(
                    seen, AssociationOutcome.ASSOCIATION_OUTCOME_NEW_OBJECT, Optional.of(key), audiences, List.of()));
            Waiting kept = Objects.requireNonNull(waiting.get(seen.order()));
            kept.audiences().andNot(audiences);
        }
        waiting.values().removeIf(one -> one.audiences().isEmpty());
        return placements;
    }

    /** What a view knows of where an object is: its last orbit, else public elements, else an orbit that was stated. */
    private Optional<Predicted> prediction(ObjectKey key, int audience, Instant time) {
        Known orbit = known.getOrDefault(key, Map.of()).get(audience);
        if (orbit != null && Duration.between(orbit.lastObservation, time).abs().compareTo(FURTHEST) <= 0) {
            return Optional.of(orbit.predicted);
        }
        return newest(key, audience).map(Listed::predicted).or(() -> nearest(key, audience, time));
    }

    /** Asked of every known object for every track. */
    private boolean isListed(ObjectKey key, int audience) {
        for (Listed one : listedOf.getOrDefault(key, List.of())) {
            if (one.users().get(audience)) {
                return true;
            }
        }
        return false;
    }

    private Optional<Listed> newest(ObjectKey key, int audience) {
        return listedOf.getOrDefault(key, List.of()).stream()
                .filter(one -> one.users().get(audience))
                .max(Comparator.comparing(Listed::epoch).thenComparing(Listed::order));
    }

    private Optional<Predicted> nearest(ObjectKey key, int audience, Instant time) {
        return stated.getOrDefault(key, List.of()).stream()
                .filter(one -> one.users().get(audience))
                .filter(one -> Duration.between(one.epoch(), time).abs().compareTo(FURTHEST) <= 0)
                .min(Comparator.comparing((Stated one) ->
                                Duration.between(one.epoch(), time).abs())
                        .thenComparing(one -> -one.order()))
                .map(Stated::predicted);
    }

    /** Objects whose public elements are near, and those that a view knows by other means. */
    private List<Predicted> candidates(List<Listed> near, int audience, Instant time) {
        TreeMap<ObjectKey, Predicted> candidates = new TreeMap<>();
        for (Listed one : near) {
            if (one.users().get(audience)) {
                prediction(one.key(), audience, time).ifPresent(predicted -> candidates.put(one.key(), predicted));
            }
        }
        for (ObjectKey key : known.keySet()) {
            if (!isListed(key, audience)) {
                prediction(key, audience, time).ifPresent(predicted -> candidates.put(key, predicted));
            }
        }
        for (ObjectKey key : stated.keySet()) {
            if (!isListed(key, audience)) {
                prediction(key, audience, time).ifPresent(predicted -> candidates.put(key, predicted));
            }
        }
        return List.copyOf(candidates.values());
    }

    /** The same for the audiences of another policy. */
    Associations formedAgain(int audiences, UnaryOperator<BitSet> now) {
        Associations formed = new Associations(audiences);
        known.forEach((key, by) -> by.forEach((audience, one) -> {
            BitSet before = new BitSet();
            before.set(audience);
            Map<Integer, Known> formedBy = formed.known.computeIfAbsent(key, none -> new HashMap<>());
            now.apply(before).stream().forEach(then -> formedBy.put(then, one));
        }));
        // who knew the same before need not have been let in by the same rules
        for (int i = 0; i < audiences; i++) {
            BitSet one = new BitSet();
            one.set(i);
            formed.divide(one);
        }
        waiting.values().forEach(one -> {
            BitSet still = now.apply(one.audiences());
            if (!still.isEmpty()) {
                formed.keep(one.track(), still);
            }
        });
        return formed;
    }
}
