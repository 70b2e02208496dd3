package nl.sluis.policy.bundle;

/**
 * From which probability of collision on a tenant calls an encounter urgent.
 *
 * @param observe from here on it watches
 * @param critical from here on it acts, at least {@code observe}
 */
public record WarningThresholds(double observe, double critical) {}
