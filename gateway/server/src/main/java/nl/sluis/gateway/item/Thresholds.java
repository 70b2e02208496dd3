package nl.sluis.gateway.item;

import nl.sluis.policy.bundle.Audience;
import nl.sluis.proto.v1.ConjunctionUrgency;
import nl.sluis.proto.v1.ConjunctionWarning;

/**
 * From which probability on an encounter is urgent.
 *
 * @param observe from here on it is watched
 * @param critical from here on one acts
 */
public record Thresholds(double observe, double critical) {
    /** A probability within this factor of a threshold may pass it with the next orbit. */
    private static final double NEAR = 10;

    /**
     * Checks the order.
     *
     * @throws IllegalArgumentException if they are no probabilities in order
     */
    public Thresholds {
        if (!(observe > 0) || !(critical >= observe) || !(critical <= 1)) {
            throw new IllegalArgumentException("thresholds: `" + observe + " " + critical
                    + "` (expected: probabilities, that to observe not above that to act)");
        }
    }

    /** Those of an audience, which go before these where its tenants state some. */
    public Thresholds of(Audience audience) {
        return audience.warnings()
                .map(own -> new Thresholds(own.observe(), own.critical()))
                .orElse(this);
    }

    /** The warning with its urgency by the probability that it states; unspecified where it states none. */
    public ConjunctionWarning classed(ConjunctionWarning warning) {
        return warning.toBuilder().setUrgency(urgency(warning)).build();
    }

    private ConjunctionUrgency urgency(ConjunctionWarning warning) {
        if (!warning.hasProbability()) {
            return ConjunctionUrgency.CONJUNCTION_URGENCY_UNSPECIFIED;
        }
        double probability = warning.getProbability().getValue();
        if (probability >= critical) {
            return ConjunctionUrgency.CONJUNCTION_URGENCY_CRITICAL;
        }
        return probability >= observe
                ? ConjunctionUrgency.CONJUNCTION_URGENCY_OBSERVE
                : ConjunctionUrgency.CONJUNCTION_URGENCY_LOW;
    }

    /** Whether the next orbit may bring a probability across a threshold. */
    public boolean isNear(double probability) {
        return probability >= observe / NEAR && probability < critical * NEAR;
    }
}
