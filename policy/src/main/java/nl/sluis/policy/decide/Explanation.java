package nl.sluis.policy.decide;

import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Why one audience gets or does not get an item, as data. For officers only: partners never see reasons.
 *
 * @param audience index of the audience
 * @param tenants its tenants
 * @param outcome what it gets
 * @param reasons why not, all that apply, in their order; empty where it is released or delayed
 * @param details a sentence for each reason: which part, whose policy
 * @param rules the rules that hit this audience
 * @param obligations what must be done, null where it is withheld
 * @param due when it may be sent, null unless it is delayed
 */
public record Explanation(
        int audience,
        List<String> tenants,
        Outcome outcome,
        List<Reason> reasons,
        List<String> details,
        List<RuleHit> rules,
        @Nullable Obligations obligations,
        @Nullable Instant due) {

    /**
     * A rule that took part.
     *
     * @param policy name of its policy
     * @param owner whose policy: {@code host} or the owner
     * @param verb its verb
     * @param name its name
     * @param file its file
     * @param line its line
     * @param why its officer's reason
     */
    public record RuleHit(String policy, String owner, String verb, String name, String file, int line, String why) {
        @Override
        public String toString() {
            return verb + " " + name + " (" + owner + ", " + file + ":" + line + ")";
        }
    }

    /** The outcome in the form that tests use: {@code release delay=6h} or {@code deny by=national-assets}. */
    public String summary() {
        if (outcome != Outcome.WITHHELD && obligations != null) {
            return ("release " + obligations).strip();
        }
        return "deny " + String.join("; ", details);
    }

    /** One line for each finding. */
    @Override
    public String toString() {
        return String.join("+", tenants) + ": " + summary()
                + rules.stream().map(r -> "\n  " + r).collect(Collectors.joining());
    }
}
