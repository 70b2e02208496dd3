package nl.sluis.policy.rule;

import java.util.List;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.text.Position;

/**
 * Who may submit data for the owner of a policy.
 *
 * @param tenant id of the tenant that relays
 * @param labels the labels that it may put on the owner's data, at least one; each means itself and no other
 * @param at where it stands
 */
public record Relay(String tenant, List<SecurityLabel> labels, Position at) {
    /** Copies the list. */
    public Relay {
        labels = List.copyOf(labels);
    }

    /** Whether a label is one of those: the same parts and data mode; owner and times are the item's own. */
    public boolean allows(SecurityLabel label) {
        return labels.stream()
                .anyMatch(allowed -> allowed.parts().equals(label.parts()) && allowed.mode() == label.mode());
    }
}
