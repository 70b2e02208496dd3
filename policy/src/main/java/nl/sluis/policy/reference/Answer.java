package nl.sluis.policy.reference;

import java.util.EnumSet;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import nl.sluis.policy.decide.Decision;
import nl.sluis.policy.decide.Obligations;
import nl.sluis.policy.decide.Outcome;
import nl.sluis.policy.decide.Reason;
import nl.sluis.proto.v1.Sensitivity;

/**
 * What one tenant gets of an item: in a form in which two deciders can be compared.
 *
 * @param outcome released, delayed or withheld
 * @param reasons why withheld, all that apply
 * @param redact fields and sensitivities that are removed
 * @param positionSigmaAtLeastM accuracy that positions may have at best, m
 * @param delayS time from receipt, s
 * @param keep under a declared downgrade what stays, with the precision in SI units or 0; else empty
 * @param labelDigest digest of the label under which it leaves, without history; empty where withheld
 */
record Answer(
        Outcome outcome,
        Set<Reason> reasons,
        Set<String> redact,
        double positionSigmaAtLeastM,
        long delayS,
        Map<String, Double> keep,
        String labelDigest) {

    static Answer withheld(Set<Reason> reasons) {
        return new Answer(Outcome.WITHHELD, reasons, Set.of(), 0, 0, Map.of(), "");
    }

    /** What a decision says about an audience. */
    static Answer of(Decision decision, int audience) {
        Obligations obligations = decision.obligations(audience);
        if (obligations == null) {
            Set<Reason> reasons = EnumSet.noneOf(Reason.class);
            reasons.addAll(decision.reasons(audience));
            return withheld(reasons);
        }
        Set<String> redact = new TreeSet<>(obligations.redact());
        obligations.redactSensitivities().stream().map(Sensitivity::name).forEach(redact::add);
        Map<String, Double> keep = new TreeMap<>();
        Map<String, OptionalDouble> kept = obligations.keep();
        if (kept != null) {
            kept.forEach((path, precision) -> keep.put(path, precision.orElse(0)));
        }
        return new Answer(
                decision.outcome(audience),
                Set.of(),
                redact,
                obligations.positionSigmaAtLeastM(),
                obligations.delayS(),
                keep,
                obligations.label().digestHex());
    }
}
