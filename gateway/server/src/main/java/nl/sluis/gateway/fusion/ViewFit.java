package nl.sluis.gateway.fusion;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.determination.FitRequest;
import nl.sluis.orbit.determination.FitResult;
import nl.sluis.orbit.determination.FitSettings;
import nl.sluis.orbit.determination.OrbitDetermination;
import nl.sluis.orbit.determination.OrbitSolution;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.proto.v1.Frame;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Track;

/** One least-squares fit over what one view may use, and nothing else. */
final class ViewFit {
    private final ObjectReference object;
    private final List<Input> inputs;
    private final Forces forces;

    ViewFit(ObjectReference object, List<Input> inputs, Forces forces) {
        this.object = object;
        this.inputs = inputs;
        this.forces = forces;
    }

    /**
     * What came of a fit.
     *
     * @param result how it ended
     * @param track the orbit, where there is one
     */
    record Outcome(Optional<FitResult> result, Optional<Track> track) {}

    Outcome run() {
        Optional<OrbitState> reference = reference();
        if (reference.isEmpty()) {
            return new Outcome(Optional.empty(), Optional.empty());
        }
        SortedMap<String, Sensor> sensors = new TreeMap<>();
        List<Observation> observations = new ArrayList<>();
        NavigableSet<String> contributors = new TreeSet<>();
        Set<ByteString> seen = new HashSet<>();
        for (Input input : inputs) {
            for (Input.Seen one : input.observations()) {
                if (seen.add(one.identity())) {
                    sensors.put(one.sensor().id(), one.sensor());
                    observations.add(one.observation());
                    input.label().owners().stream().map(OwnerId::nation).forEach(contributors::add);
                }
            }
        }
        if (observations.isEmpty()) {
            return new Outcome(Optional.empty(), Optional.empty());
        }
        if (sensors.size() == 1 && sensors.values().stream().allMatch(ViewFit::isWhollyBiased)) {
            // a lone sensor whose every bias is estimated can't tell a bias from an orbit; many iterations would say so
            // too
            return new Outcome(Optional.empty(), Optional.empty());
        }
        ObjectKey key = ObjectKey.of(object).orElseThrow();
        FitResult result = OrbitDetermination.fit(new FitRequest(
                reference.get(),
                List.copyOf(sensors.values()),
                observations,
                forces.of(key, reference.get()),
                FitSettings.DEFAULT));
        return new Outcome(
                Optional.of(result), result.solution().map(s -> track(result, s, observations, contributors)));
    }

    private static boolean isWhollyBiased(Sensor sensor) {
        return sensor.sigmas().keySet().stream()
                .map(component -> sensor.biases().getOrDefault(component, Sensor.Bias.known(0)))
                .allMatch(Sensor.Bias::estimated);
    }

    /** The reference comes from the view's own inputs alone: the orbit that was stated last, by receipt. */
    private Optional<OrbitState> reference() {
        return inputs.stream()
                .filter(input -> !input.references().isEmpty())
                .max(Comparator.comparingLong(Input::order))
                .map(input -> input.references().get(input.references().size() - 1));
    }

    private Track track(
            FitResult result,
            OrbitSolution solution,
            List<Observation> observations,
            NavigableSet<String> contributors) {
        Frame frame = OrbitMessages.frame(solution.state().frame());
        return Track.newBuilder()
                .setObject(object)
                .setRegime(OrbitMessages.regime(solution.state()))
                .setState(OrbitMessages.state(solution.state()))
                .setCovariance(OrbitMessages.covariance(frame, solution.covariance()))
                .setQuality(OrbitMessages.quality(result, observations))
                .addAllContributors(contributors)
                .build();
    }
}
