package nl.sluis.gateway.fusion;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import nl.sluis.gateway.item.AudienceId;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.journal.v1.Solution;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.label.LabelException;
import nl.sluis.policy.rule.Kind;
import nl.sluis.proto.v1.DataMode;
import nl.sluis.proto.v1.GetCalibrationResponse;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.SensorCalibration;

/**
 * Calibrations of a sensor against all others in its owner's own view, over the objects that it has seen. What the view may
 * no longer use, because a policy changed or a contribution was taken back, is left out before the orbits are made anew.
 * Blocks.
 */
public final class SensorCalibrations {
    private final Journal journal;
    private final Usability usability;
    private final Predicate<List<String>> isWithdrawn;

    /**
     * @param journal where comparisons are kept
     * @param usability the policy in force
     * @param isWithdrawn whether one of some contributions was taken back
     */
    public SensorCalibrations(Journal journal, Usability usability, Predicate<List<String>> isWithdrawn) {
        this.journal = journal;
        this.usability = usability;
        this.isWithdrawn = isWithdrawn;
    }

    /**
     * The calibration of a sensor, from real data.
     *
     * @param owner name of the tenant that has registered it
     * @param sensorId the sensor
     * @return empty where no orbit of the owner's view says anything of it, and where the owner has no view
     */
    public Optional<GetCalibrationResponse> find(String owner, String sensorId) {
        Usability.InForce policy = usability.inForce();
        Audience audience = policy.bundle().audienceOf(owner);
        if (audience == null) {
            return Optional.empty();
        }
        String prefix = Comparisons.prefix(AudienceId.of(audience).text());
        List<Solution> solutions = new ArrayList<>();
        journal.scanLatest(LogName.SOLUTIONS, entry -> {
            if (entry.key().startsWith(prefix)) {
                Solution solution = parse(entry);
                if (solution.getBasis().getLabel().getDataMode() == DataMode.DATA_MODE_REAL
                        && mayUse(policy, audience, solution)) {
                    solutions.add(solution);
                }
            }
        });
        Map<String, List<SensorCalibration>> byQuantity = new TreeMap<>();
        GetCalibrationResponse.Builder response = GetCalibrationResponse.newBuilder();
        for (Solution solution : solutions) {
            solution.getComparison().getSensorsList().stream()
                    .filter(sensor -> sensor.getSensorId().equals(sensorId))
                    .flatMap(sensor -> sensor.getQuantitiesList().stream())
                    .forEach(one -> {
                        byQuantity
                                .computeIfAbsent(one.getQuantity(), none -> new ArrayList<>())
                                .add(one);
                        response.setAsOf(latest(response, solution));
                    });
        }
        byQuantity.values().forEach(all -> response.addQuantities(combined(all)));
        return response.getQuantitiesCount() == 0 ? Optional.empty() : Optional.of(response.build());
    }

    private boolean mayUse(Usability.InForce policy, Audience audience, Solution solution) {
        ObjectKey object = ObjectKey.of(solution.getComparison().getObject()).orElseThrow();
        try {
            for (Label label : solution.getBasis().getSourceLabelsList()) {
                if (!policy.usable(policy.bundle().label(label), object, Kind.TRACK)
                        .get(audience.index())) {
                    return false;
                }
            }
        } catch (LabelException e) {
            return false;
        }
        return !isWithdrawn.test(solution.getBasis().getContributionIdsList());
    }

    private static Timestamp latest(GetCalibrationResponse.Builder before, Solution solution) {
        Timestamp received = solution.getBasis().getReceived();
        return !before.hasAsOf() || Times.instant(before.getAsOf()).isBefore(Times.instant(received))
                ? received
                : before.getAsOf();
    }

    /** Weighted by certainty; where objects say more different things than their sigmas allow, the sigma grows by that. */
    private static SensorCalibration combined(List<SensorCalibration> all) {
        // a fixed order, so that equal calibrations add up to equal bits
        List<SensorCalibration> sorted = all.stream()
                .sorted(Comparator.comparingDouble(SensorCalibration::getBias)
                        .thenComparingDouble(SensorCalibration::getBiasSigma))
                .toList();
        double weights = 0;
        double sum = 0;
        double square = 0;
        int observations = 0;
        for (SensorCalibration one : sorted) {
            double weight = 1 / (one.getBiasSigma() * one.getBiasSigma());
            weights += weight;
            sum += weight * one.getBias();
            square += one.getObservations() * one.getNoise() * one.getNoise();
            observations += one.getObservations();
        }
        double bias = sum / weights;
        double misfit = 0;
        for (SensorCalibration one : sorted) {
            double off = (one.getBias() - bias) / one.getBiasSigma();
            misfit += off * off;
        }
        double excess = sorted.size() > 1 ? Math.max(1, misfit / (sorted.size() - 1)) : 1;
        return sorted.get(0).toBuilder()
                .setBias(bias)
                .setBiasSigma(Math.sqrt(excess / weights))
                .setNoise(Math.sqrt(square / observations))
                .setObservations(observations)
                .build();
    }

    private static Solution parse(Entry entry) {
        try {
            return Solution.parseFrom(entry.payload());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("comparison at " + entry.position() + " can't be read", e);
        }
    }
}
