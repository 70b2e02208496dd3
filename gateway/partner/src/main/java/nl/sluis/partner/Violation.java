package nl.sluis.partner;

/**
 * One reason why a request or an item was refused.
 *
 * @param field path of the field at fault, for example {@code "observations.observations[3].range.range_m"}
 * @param description what was found and what was expected
 */
public record Violation(String field, String description) {
    @Override
    public String toString() {
        return field.isEmpty() ? description : field + ": " + description;
    }
}
