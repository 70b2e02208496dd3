package nl.sluis.orbit.measurement;

import java.util.Map;
import java.util.Objects;
import java.util.Set;
import nl.sluis.orbit.GeodeticPosition;

/**
 * A sensor fixed to the Earth.
 *
 * @param id name, unique among the sensors of one fit
 * @param position where it stands
 * @param sigmas 1-sigma per component, in the component's unit, for observations that carry none
 * @param biases biases that are applied (observed minus true), per component; those not named are zero and fixed
 * @param corrections effects that are still in its observations
 */
public record Sensor(
        String id,
        GeodeticPosition position,
        Map<Component, Double> sigmas,
        Map<Component, Bias> biases,
        Set<Correction> corrections) {

    /**
     * Bias of one component.
     *
     * @param value value, or first guess where it is estimated, in the component's unit
     * @param estimated whether a fit estimates it
     */
    public record Bias(double value, boolean estimated) {
        /** Checks the parts. */
        public Bias {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException("bias: `" + value + "` (expected: a finite number)");
            }
        }

        /** Returns a bias that a fit estimates, of which only a first guess is known. */
        public static Bias guessed(double firstGuess) {
            return new Bias(firstGuess, true);
        }

        /** Returns a known bias that a fit leaves alone. */
        public static Bias known(double value) {
            return new Bias(value, false);
        }
    }

    /** Checks the parts and copies the collections. */
    public Sensor {
        Objects.requireNonNull(id);
        Objects.requireNonNull(position);
        sigmas = Map.copyOf(sigmas);
        biases = Map.copyOf(biases);
        corrections = Set.copyOf(corrections);
        sigmas.forEach((component, sigma) -> {
            if (!(sigma > 0 && Double.isFinite(sigma))) {
                throw new IllegalArgumentException(
                        "sigma of " + component + ": `" + sigma + "` (expected: a positive number)");
            }
        });
    }
}
