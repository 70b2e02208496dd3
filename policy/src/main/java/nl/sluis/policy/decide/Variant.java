package nl.sluis.policy.decide;

/**
 * The form of an item for audiences with the same obligations.
 *
 * @param obligations what must be done
 * @param audiences for whom, at least one
 */
public record Variant(Obligations obligations, AudienceSet audiences) {}
