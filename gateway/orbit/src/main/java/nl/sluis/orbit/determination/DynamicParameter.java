package nl.sluis.orbit.determination;

/**
 * An estimated parameter of the forces.
 *
 * @param name stable name, for example {@code drag coefficient}
 * @param value value in SI
 * @param sigma 1-sigma in SI
 */
public record DynamicParameter(String name, double value, double sigma) {}
