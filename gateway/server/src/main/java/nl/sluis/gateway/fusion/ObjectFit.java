package nl.sluis.gateway.fusion;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.determination.Compartment;
import nl.sluis.orbit.determination.Disagreement;
import nl.sluis.orbit.determination.FitResult;
import nl.sluis.orbit.determination.FitSettings;
import nl.sluis.orbit.determination.OrbitSolution;
import nl.sluis.orbit.determination.Reference;
import nl.sluis.orbit.determination.View;
import nl.sluis.orbit.determination.ViewDetermination;
import nl.sluis.orbit.determination.ViewFit;
import nl.sluis.orbit.determination.ViewsRequest;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.proto.v1.Frame;
import nl.sluis.proto.v1.Track;

/** The orbit of one object for each of some views, from what each may use and nothing else. */
final class ObjectFit {

    /** An orbit stated for a time further than this from a view's observations is no start for a fit. */
    private static final Duration FURTHEST_START = Duration.ofDays(14);

    private final ObjectKey key;
    private final List<Due> views;
    private final Forces forces;
    private final UnaryOperator<String> originators;

    /**
     * What is fitted.
     *
     * @param key the object
     * @param views what its observations are for each view
     * @param forces which forces act
     * @param originators whose a sensor is, the same for every view
     */
    ObjectFit(ObjectKey key, List<Due> views, Forces forces, UnaryOperator<String> originators) {
        this.key = key;
        this.views = views;
        this.forces = forces;
        this.originators = originators;
    }

    /**
     * A view whose fit is due.
     *
     * @param view the view
     * @param reference what the last fit of all its audiences was linearised about
     */
    record Due(Compartments.View<Input> view, Optional<Reference> reference) {}

    /**
     * What came of one view.
     *
     * @param view the view
     * @param result how its fit ended
     * @param track the orbit, where there is one
     * @param inputs what it rests on: observations, and the orbit that it started from
     * @param reference what it was linearised about
     */
    record Outcome(
            Compartments.View<Input> view,
            FitResult result,
            Optional<Track> track,
            List<Input> inputs,
            Optional<Reference> reference) {}

    /** Where a view starts, and who said so. */
    private record Start(OrbitState state, Input input) {}

    /** Returns an outcome for each view that has observations, in the order of the views. */
    List<Outcome> run() {
        SortedMap<String, Sensor> sensors = new TreeMap<>();
        Map<String, List<Observation>> compartments = new LinkedHashMap<>();
        List<Compartments.View<Input>> observed = new ArrayList<>();
        List<Optional<Start>> starts = new ArrayList<>();
        List<View> requested = new ArrayList<>();
        for (Due due : views) {
            Compartments.View<Input> view = due.view();
            List<String> held = new ArrayList<>();
            for (Compartments.Part<Input> part : view.parts()) {
                List<Observation> observations = observations(part.entries(), sensors);
                if (!observations.isEmpty()) {
                    held.add(part.id());
                    compartments.putIfAbsent(part.id(), observations);
                }
            }
            if (!held.isEmpty()) {
                Optional<Start> start = start(view.entries());
                observed.add(view);
                starts.add(start);
                requested.add(new View(held, start.map(Start::state), due.reference()));
            }
        }
        if (requested.isEmpty()) {
            return List.of();
        }
        List<ViewFit> results = ViewDetermination.update(new ViewsRequest(
                List.copyOf(sensors.values()),
                compartments.entrySet().stream()
                        .map(e -> new Compartment(e.getKey(), e.getValue()))
                        .toList(),
                requested,
                reference -> forces.of(key, reference),
                FitSettings.DEFAULT,
                sensors.keySet().stream().collect(Collectors.toMap(sensor -> sensor, originators))));
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            outcomes.add(outcome(observed.get(i), results.get(i), starts.get(i)));
        }
        return outcomes;
    }

    private static List<Observation> observations(List<Input> inputs, SortedMap<String, Sensor> sensors) {
        List<Observation> observations = new ArrayList<>();
        for (Input input : inputs) {
            for (OrbitMessages.Tracked tracked : input.observations()) {
                tracked.sensors().forEach(sensor -> sensors.put(sensor.id(), sensor));
                observations.add(tracked.observation());
            }
        }
        return observations;
    }

    /** Of the orbits that the view's inputs state, the one nearest in time to its first observation; then the latest. */
    private static Optional<Start> start(List<Input> inputs) {
        Instant first = inputs.stream()
                .flatMap(input -> input.observations().stream())
                .map(tracked -> tracked.observation().epoch())
                .min(Comparator.naturalOrder())
                .orElseThrow();
        return inputs.stream()
                .flatMap(input -> input.references().stream().map(state -> new Start(state, input)))
                .filter(start -> distance(start, first).compareTo(FURTHEST_START) <= 0)
                .min(Comparator.comparing((Start start) -> distance(start, first))
                        .thenComparing(start -> -start.input().order()));
    }

    private static Duration distance(Start start, Instant epoch) {
        return Duration.between(start.state().epoch(), epoch).abs();
    }

    private Outcome outcome(Compartments.View<Input> view, ViewFit fit, Optional<Start> start) {
        FitResult result = fit.result();
        List<Input> inputs = view.entries().stream()
                .filter(input -> !input.observations().isEmpty()
                        || start.map(s -> s.input().equals(input)).orElse(false))
                .toList();
        return new Outcome(
                view,
                result,
                result.solution().map(solution -> track(view.entries(), inputs, result, solution)),
                inputs,
                fit.reference());
    }

    /** The object as the first that tells of it calls it, of what the view holds. */
    private static Track track(List<Input> all, List<Input> inputs, FitResult result, OrbitSolution solution) {
        NavigableSet<String> contributors = new TreeSet<>();
        Map<String, Observation> observations = new TreeMap<>();
        for (Input input : inputs) {
            for (OrbitMessages.Tracked tracked : input.observations()) {
                observations.put(tracked.observation().inputId(), tracked.observation());
                input.label().owners().stream().map(OwnerId::nation).forEach(contributors::add);
            }
        }
        Frame frame = OrbitMessages.frame(solution.state().frame());
        return Track.newBuilder()
                .setObject(all.get(0).object())
                .setRegime(OrbitMessages.regime(solution.state()))
                .setState(OrbitMessages.state(solution.state()))
                .setCovariance(OrbitMessages.covariance(frame, solution.covariance()).toBuilder()
                        .setInflated(true))
                .setQuality(OrbitMessages.quality(result, List.copyOf(observations.values())))
                .addAllContributors(contributors)
                .addAllComments(comments(result))
                .build();
    }

    /** States that contributors disagree; who they are is for their officers. */
    private static List<String> comments(FitResult result) {
        if (result.disagreements().isEmpty()) {
            return List.of();
        }
        return List.of(
                result.disagreements().stream().allMatch(Disagreement::downWeighted)
                        ? "observations of a minority disagree with the others and count less"
                        : "observations disagree and nobody can tell which are right, the covariance is widened");
    }
}
