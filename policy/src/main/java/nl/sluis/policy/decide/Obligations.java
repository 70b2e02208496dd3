package nl.sluis.policy.decide;

import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.rule.Quantity;
import nl.sluis.proto.v1.Sensitivity;
import org.jspecify.annotations.Nullable;

/**
 * What must be done to an item before it goes to an audience. Obligations add up: more rules never show more.
 *
 * @param redact paths of fields that are removed
 * @param redactSensitivities sensitivities of fields that are removed
 * @param positionSigmaAtLeastM accuracy that the positions may have at best, m; 0 where it is free
 * @param delayS time from receipt, s; 0 where there is none
 * @param keep under a declared downgrade the only fields that stay, with the precision in SI units each is rounded to;
 *     null where there is no downgrade
 * @param label the label under which it leaves, without history
 */
public record Obligations(
        Set<String> redact,
        Set<Sensitivity> redactSensitivities,
        double positionSigmaAtLeastM,
        long delayS,
        @Nullable Map<String, OptionalDouble> keep,
        SecurityLabel label) {

    /** Whether the item goes out as it is. */
    public boolean isNone() {
        return redact.isEmpty() && redactSensitivities.isEmpty() && positionSigmaAtLeastM == 0 && keep == null;
    }

    /** Whether an item shows more under these obligations than under others, in any respect. */
    public boolean isFreerThan(Obligations other) {
        return !redact.containsAll(other.redact)
                || !redactSensitivities.containsAll(other.redactSensitivities)
                || positionSigmaAtLeastM < other.positionSigmaAtLeastM
                || delayS < other.delayS
                || keepsMoreThan(other);
    }

    private boolean keepsMoreThan(Obligations other) {
        Map<String, OptionalDouble> kept = keep;
        Map<String, OptionalDouble> had = other.keep;
        if (had == null) {
            return false;
        }
        return kept == null
                || kept.entrySet().stream().anyMatch(e -> {
                    OptionalDouble coarser = had.get(e.getKey());
                    return coarser == null || e.getValue().orElse(0) < coarser.orElse(0);
                });
    }

    /** {@code delay=6h redact=comments sigma=1km keep=miss_distance~100.0,tca}, empty where there is none. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        if (delayS > 0) {
            out.append(" delay=").append(Quantity.time(delayS));
        }
        if (!redact.isEmpty() || !redactSensitivities.isEmpty()) {
            Set<String> all = new TreeSet<>(redact);
            redactSensitivities.forEach(s -> all.add(s.name().substring("SENSITIVITY_".length())));
            out.append(" redact=").append(String.join(",", all));
        }
        if (positionSigmaAtLeastM > 0) {
            out.append(" sigma=").append(Quantity.length(positionSigmaAtLeastM));
        }
        if (keep != null) {
            out.append(" keep=")
                    .append(new TreeMap<>(keep)
                            .entrySet().stream()
                                    .map(e -> e.getKey()
                                            + (e.getValue().isPresent()
                                                    ? "~" + e.getValue().getAsDouble()
                                                    : ""))
                                    .collect(Collectors.joining(",")));
        }
        return out.toString().strip();
    }
}
