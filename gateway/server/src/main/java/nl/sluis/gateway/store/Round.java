package nl.sluis.gateway.store;

import java.util.Map;

/**
 * What a node learns when it renews its leases.
 *
 * @param tokens fencing token of each duty that it holds from now on, by name
 * @param policies watermark of the policies log, as the engine's primary confirmed it
 */
public record Round(Map<String, Long> tokens, long policies) {

    /** Copies what was found. */
    public Round {
        tokens = Map.copyOf(tokens);
    }
}
