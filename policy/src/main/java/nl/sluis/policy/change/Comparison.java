package nl.sluis.policy.change;

import java.util.List;
import java.util.Map;

/**
 * What a new bundle does compared with an old one.
 *
 * @param direction what it does to releases
 * @param gains for some tenants an example of what it would get that it did not; empty unless it widens
 * @param losses for some tenants an example of what it would no longer get
 * @param unmodelled changes that the proof does not reach; any of them counts as widening
 * @param officers how many officers of each party ({@code host} or an owner) must sign
 */
public record Comparison(
        Direction direction,
        List<CounterExample> gains,
        List<CounterExample> losses,
        List<String> unmodelled,
        Map<String, Integer> officers) {}
