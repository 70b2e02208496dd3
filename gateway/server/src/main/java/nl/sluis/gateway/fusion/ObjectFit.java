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
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.item.Trajectories;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.determination.Compartment;
import nl.sluis.orbit.determination.Disagreement;
import nl.sluis.orbit.determination.FitResult;
import nl.sluis.orbit.determination.FitSettings;
import nl.sluis.orbit.determination.OrbitSolution;
import nl.sluis.orbit.determination.Residual;
import nl.sluis.orbit.determination.View;
import nl.sluis.orbit.determination.ViewDetermination;
import nl.sluis.orbit.determination.ViewFit;
import nl.sluis.orbit.determination.ViewsRequest;
import nl.sluis.orbit.encounter.Sgp4;
import nl.sluis.orbit.manoeuvre.Manoeuvre;
import nl.sluis.orbit.manoeuvre.ManoeuvreSearch;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.proto.v1.Frame;
import nl.sluis.proto.v1.Track;
import nl.sluis.proto.v1.TrackStatus;

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
     * @param kept what all its audiences keep of their last fit
     */
    record Due(Compartments.View<Input> view, Kept kept) {
        /** When the orbit begins that is fitted: at a manoeuvre, or where its arc does. */
        Instant from() {
            Instant arc = arc(view.entries());
            return kept.since()
                    .map(Kept.Since::from)
                    .filter(since -> since.isAfter(arc))
                    .orElse(arc);
        }

        /** The name of a compartment, of which views that count from different times take different parts. */
        static String id(Compartments.Part<Input> part, Instant from) {
            return part.entries().stream().allMatch(input -> input.isSince(from)) ? part.id() : part.id() + "@" + from;
        }
    }

    /**
     * What came of one view.
     *
     * @param view the view
     * @param result how its fit ended
     * @param track the orbit, where there is one
     * @param inputs what it rests on: observations, and the orbit that it started from; after a manoeuvre also what told of
     *     it
     * @param kept what its audiences keep for the next
     * @param manoeuvre what was found now
     */
    record Outcome(
            Compartments.View<Input> view,
            FitResult result,
            Optional<Track> track,
            List<Input> inputs,
            Kept kept,
            Optional<Manoeuvre> manoeuvre) {}

    /** A view as it is fitted. */
    private record Fitted(Due due, Instant arc, Optional<Start> start, List<Observation> observations) {
        Optional<OrbitState> state() {
            return due.kept().since().map(Kept.Since::start).or(() -> start.map(Start::state));
        }
    }

    /** Where a view starts, and who said so. */
    private record Start(OrbitState state, Input input) {
        Start at(Instant epoch) {
            try {
                return input.elements().isPresent()
                        ? new Start(Sgp4.state(input.elements().get(), epoch), input)
                        : this;
            } catch (IllegalArgumentException e) {
                // decayed by then, so the elements say
                return this;
            }
        }
    }

    /** Returns an outcome for each view that has observations, in the order of the views. */
    List<Outcome> run() {
        SortedMap<String, Sensor> sensors = new TreeMap<>();
        Map<String, List<Observation>> compartments = new LinkedHashMap<>();
        List<Fitted> fitted = new ArrayList<>();
        List<View> requested = new ArrayList<>();
        for (Due due : views) {
            Instant from = due.from();
            List<String> held = new ArrayList<>();
            List<Observation> all = new ArrayList<>();
            for (Compartments.Part<Input> part : due.view().parts()) {
                List<Observation> observations = observations(part.entries(), sensors).stream()
                        .filter(observation -> !observation.epoch().isBefore(from))
                        .toList();
                if (!observations.isEmpty()) {
                    String id = Due.id(part, from);
                    held.add(id);
                    compartments.putIfAbsent(id, observations);
                    all.addAll(observations);
                }
            }
            if (!held.isEmpty()) {
                Instant arc = arc(due.view().entries());
                Fitted one = new Fitted(due, arc, start(due.view().entries(), arc), all);
                fitted.add(one);
                requested.add(new View(held, one.state(), due.kept().reference()));
            }
        }
        if (requested.isEmpty()) {
            return List.of();
        }
        ViewsRequest request = new ViewsRequest(
                List.copyOf(sensors.values()),
                compartments.entrySet().stream()
                        .map(e -> new Compartment(e.getKey(), e.getValue()))
                        .toList(),
                requested,
                reference -> forces.of(key, reference),
                FitSettings.DEFAULT,
                sensors.keySet().stream().collect(Collectors.toMap(sensor -> sensor, originators)));
        List<ViewFit> results = ViewDetermination.update(request);
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            outcomes.add(outcome(fitted.get(i), results.get(i), request));
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

    /**
     * Of the orbits that the view's inputs state, the one nearest in time to its first observation; then the latest. Elements give
     * one at the observation itself: a fit that starts at their epoch would integrate all that lies between, again and again.
     */
    private static Optional<Start> start(List<Input> inputs, Instant arc) {
        Instant first = epochs(inputs)
                .filter(epoch -> !epoch.isBefore(arc))
                .min(Comparator.naturalOrder())
                .orElseThrow();
        return nearest(inputs, first).map(start -> start.at(first));
    }

    private static Optional<Start> nearest(List<Input> inputs, Instant epoch) {
        return inputs.stream()
                .flatMap(input -> input.references().stream().map(state -> new Start(state, input)))
                .filter(start -> distance(start, epoch).compareTo(FURTHEST_START) <= 0)
                .min(Comparator.comparing((Start start) -> distance(start, epoch))
                        .thenComparing(start -> -start.input().order()));
    }

    private static Stream<Instant> epochs(List<Input> inputs) {
        return inputs.stream()
                .flatMap(input -> input.observations().stream())
                .map(tracked -> tracked.observation().epoch());
    }

    private static Instant arc(List<Input> inputs) {
        return epochs(inputs)
                .max(Comparator.naturalOrder())
                .map(latest -> Arc.start(latest, nearest(inputs, latest).map(Start::state)))
                .orElse(Instant.MIN);
    }

    private static Duration distance(Start start, Instant epoch) {
        return Duration.between(start.state().epoch(), epoch).abs();
    }

    private static Outcome outcome(Fitted fitted, ViewFit fit, ViewsRequest request) {
        Due due = fitted.due();
        Optional<Manoeuvre> manoeuvre = new ManoeuvreSearch(
                        request.sensors(), fitted.state(), request.forces(), request.settings(), request.originators())
                .find(fitted.observations(), fit.result());
        FitResult result = manoeuvre.map(Manoeuvre::fit).orElse(fit.result());
        Kept kept = new Kept(
                manoeuvre.isPresent() ? Optional.empty() : fit.reference(),
                manoeuvre.filter(Manoeuvre::isConfirmed).map(Kept.Since::of).or(due.kept()::since));
        List<Input> inputs = due.view().entries().stream()
                .filter(input -> input.reaches(fitted.arc())
                        || fitted.start().map(s -> s.input().equals(input)).orElse(false))
                .toList();
        Optional<Track> track = result.solution().map(solution -> {
            Track.Builder made = track(due.view().entries(), inputs, result, solution);
            manoeuvre
                    .filter(one -> !one.isConfirmed())
                    .ifPresentOrElse(
                            one -> made.setStatus(TrackStatus.TRACK_STATUS_MANOEUVRE_SUSPECTED)
                                    .setChange(Kept.change(one)),
                            () -> kept.since()
                                    .ifPresent(since -> made.setStatus(TrackStatus.TRACK_STATUS_AFTER_MANOEUVRE)
                                            .setChange(since.change())));
            Instant last = inputs.stream()
                    .map(Input::received)
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
            return made.setStatus(Trajectories.status(made.build(), last)).build();
        });
        return new Outcome(due.view(), result, track, inputs, kept, manoeuvre);
    }

    /** The object as the first that tells of it calls it, of what the view holds. */
    private static Track.Builder track(List<Input> all, List<Input> inputs, FitResult result, OrbitSolution solution) {
        NavigableSet<String> contributors = new TreeSet<>();
        Map<String, Observation> observations = new TreeMap<>();
        Set<String> judged = result.residuals().stream().map(Residual::inputId).collect(Collectors.toSet());
        for (Input input : inputs) {
            for (OrbitMessages.Tracked tracked : input.observations()) {
                // what lies on the other side of a manoeuvre was not used
                if (judged.contains(tracked.observation().inputId())) {
                    observations.put(tracked.observation().inputId(), tracked.observation());
                    input.label().owners().stream().map(OwnerId::nation).forEach(contributors::add);
                }
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
                .setStatus(TrackStatus.TRACK_STATUS_CURRENT)
                .addAllContributors(contributors)
                .addAllComments(comments(result));
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
