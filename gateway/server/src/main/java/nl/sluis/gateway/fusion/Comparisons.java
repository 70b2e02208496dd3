package nl.sluis.gateway.fusion;

import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import nl.sluis.gateway.item.AudienceId;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.item.Times;
import nl.sluis.journal.v1.Basis;
import nl.sluis.journal.v1.CalibratedSensor;
import nl.sluis.journal.v1.Comparison;
import nl.sluis.journal.v1.Solution;
import nl.sluis.orbit.determination.SensorCalibration;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.label.LabelException;
import nl.sluis.policy.label.Mode;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.proto.v1.ObjectReference;

/**
 * How sensors and originators compare in the view of each audience: an audience's own sensors for their owners, and who
 * disagrees with the others for officers. No product is made of it.
 */
final class Comparisons {

    /** Who registered a sensor: a name is one tenant's for good. */
    private final Map<String, OwnerId> owners = new ConcurrentHashMap<>();

    /** What was written as empty since the start: it need not be written again. */
    private final Set<String> empty = ConcurrentHashMap.newKeySet();

    /**
     * Takes note of a sensor.
     *
     * @param tenant who registered it, "nation/name"
     */
    void registered(String sensorId, String tenant) {
        owners.put(sensorId, OwnerId.parse(tenant));
    }

    /** Whose the sensor of a fit is: the tenant that registered it. */
    String originator(String fitSensorId) {
        OwnerId owner = owners.get(OrbitMessages.registeredSensorId(fitSensorId));
        return owner == null ? "" : owner.toString();
    }

    /** The key of a comparison among the solutions; the latest of one key holds. */
    static String key(Solution solution) {
        return key(
                solution.getBasis().getAudiences(0),
                solution.getBasis().getLabel().getDataMode().name(),
                solution.getComparison().getObject());
    }

    /** Start of the keys of an audience's comparisons. */
    static String prefix(String audience) {
        return "comparison/" + audience + "/";
    }

    private static String key(String audience, String mode, ObjectReference object) {
        return prefix(audience) + mode + "/"
                + ObjectKey.of(object).map(ObjectKey::text).orElse("");
    }

    /**
     * One comparison for each audience that is due, also where nothing is left to compare, so that what was found before
     * no longer holds.
     *
     * @param bundle the policy in force
     * @param mode data mode
     * @param object the object
     * @param due audiences whose view has changed
     * @param outcomes what their views gave
     */
    List<Solution> of(
            PolicyBundle bundle, Mode mode, ObjectReference object, BitSet due, List<ObjectFit.Outcome> outcomes)
            throws LabelException {
        List<Solution> solutions = new ArrayList<>();
        for (int i = due.nextSetBit(0); i >= 0; i = due.nextSetBit(i + 1)) {
            Audience audience = bundle.audiences().get(i);
            Comparison.Builder comparison = Comparison.newBuilder().setObject(object);
            Basis.Builder basis =
                    Basis.newBuilder().addAudiences(AudienceId.of(audience).text());
            basis.getLabelBuilder().setDataMode(mode.toProto());
            for (ObjectFit.Outcome outcome : outcomes) {
                if (outcome.view().audiences().get(i)) {
                    comparison.addAllSensors(ownSensors(audience, outcome));
                    outcome.result()
                            .disagreements()
                            .forEach(one -> comparison.addDisagreements(OrbitMessages.disagreement(object, one)));
                    restsOn(basis, outcome.inputs());
                }
            }
            boolean isEmpty = comparison.getSensorsCount() + comparison.getDisagreementsCount() == 0;
            String key = key(basis.getAudiences(0), mode.toProto().name(), object);
            boolean isNews = !isEmpty || !empty.contains(key);
            if (isEmpty) {
                empty.add(key);
            } else {
                empty.remove(key);
            }
            if (isNews) {
                solutions.add(Solution.newBuilder()
                        .setBasis(basis)
                        .setComparison(comparison)
                        .build());
            }
        }
        return solutions;
    }

    private List<CalibratedSensor> ownSensors(Audience audience, ObjectFit.Outcome outcome) {
        Map<String, CalibratedSensor.Builder> sensors = new TreeMap<>();
        for (SensorCalibration one : outcome.result().calibrations()) {
            String id = OrbitMessages.registeredSensorId(one.sensorId());
            OwnerId owner = owners.get(id);
            if (owner != null && audience.tenants().contains(owner.tenant())) {
                sensors.computeIfAbsent(
                                id, none -> CalibratedSensor.newBuilder().setSensorId(id))
                        .addQuantities(OrbitMessages.calibration(one));
            }
        }
        return sensors.values().stream().map(CalibratedSensor.Builder::build).toList();
    }

    private static void restsOn(Basis.Builder basis, List<Input> inputs) throws LabelException {
        List<SecurityLabel> labels =
                inputs.stream().map(Input::label).distinct().toList();
        basis.setLabel(SecurityLabel.join(labels).toProto());
        labels.forEach(label -> basis.addSourceLabels(label.toProto()));
        inputs.forEach(input -> basis.addContributionIds(input.contributionId()));
        inputs.stream()
                .map(Input::received)
                .max(Instant::compareTo)
                .ifPresent(received -> basis.setReceived(Times.timestamp(received)));
    }
}
