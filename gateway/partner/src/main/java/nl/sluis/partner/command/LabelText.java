package nl.sluis.partner.command;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import nl.sluis.proto.v1.AnyOf;
import nl.sluis.proto.v1.DataMode;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.PolicyPart;

/**
 * A label in one short line, for people at a screen. It is no marking: the phrase of a classification stands in the
 * security policy's own file, which a partner need not have.
 */
final class LabelText {
    private final Map<String, String> policyNames;

    /**
     * @param policyNames names of security policies by object identifier, as far as they are known
     */
    LabelText(Map<String, String> policyNames) {
        this.policyNames = Map.copyOf(policyNames);
    }

    String of(Label label) {
        String mode = label.getDataMode() == DataMode.DATA_MODE_REAL
                ? ""
                : Words.of(label.getDataMode()).toUpperCase(java.util.Locale.ROOT) + " ";
        return Words.printable(
                mode + label.getPartsList().stream().map(this::part).collect(Collectors.joining(" + ")));
    }

    private String part(PolicyPart part) {
        StringBuilder text = new StringBuilder(policyNames.getOrDefault(part.getPolicyOid(), part.getPolicyOid()))
                .append('/')
                .append(part.getClassificationLacv());
        if (part.getRestrictiveCount() > 0) {
            text.append(" and ").append(part.getRestrictiveCount()).append(" restrictive");
        }
        List<AnyOf> clauses = part.getReleaseList();
        return text.append(clauses.isEmpty() ? " owner only" : " rel ")
                .append(clauses.stream()
                        .map(clause -> String.join(",", clause.getMembersList()))
                        .collect(Collectors.joining(" and ")))
                .toString();
    }
}
