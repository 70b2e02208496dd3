package nl.sluis.partner;

/**
 * What a subscription has done so far.
 *
 * @param products products handed to the listener
 * @param duplicates repeats that were recognised and dropped
 * @param checkpoints checkpoints that were reached
 * @param reconnects attempts after the first
 */
public record SubscriptionStatistics(long products, long duplicates, long checkpoints, long reconnects) {}
