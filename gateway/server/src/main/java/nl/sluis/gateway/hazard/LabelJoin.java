package nl.sluis.gateway.hazard;

import java.util.List;
import java.util.Optional;
import nl.sluis.proto.v1.Label;

/** The join of labels under the policy in force. */
@FunctionalInterface
public interface LabelJoin {
    /** The label of what is made from sources with these labels; empty where they can't be joined. */
    Optional<Label> of(List<Label> sources);
}
