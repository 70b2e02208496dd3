package nl.sluis.orbit.measurement;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import nl.sluis.orbit.GeodeticPosition;

/**
 * A sensor.
 *
 * @param id name, unique among the sensors of one fit
 * @param site where it stands; empty: on a satellite, and each of its observations says where that was
 * @param sigmas 1-sigma per component, in the component's unit, for observations that carry none
 * @param biases biases that are applied (observed minus true), per component; those not named are zero and fixed
 * @param corrections effects that are still in its observations
 * @param isAtOnce whether the light time was taken out of its values, so that they are of where the object was at the
 *     epoch itself
 * @param frequencyHz of the carrier, Hz; empty: not known
 */
public record Sensor(
        String id,
        Optional<GeodeticPosition> site,
        Map<Component, Double> sigmas,
        Map<Component, Bias> biases,
        Set<Correction> corrections,
        boolean isAtOnce,
        OptionalDouble frequencyHz) {

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
        Objects.requireNonNull(site);
        sigmas = Map.copyOf(sigmas);
        biases = Map.copyOf(biases);
        corrections = Set.copyOf(corrections);
        sigmas.forEach((component, sigma) -> {
            if (!(sigma > 0 && Double.isFinite(sigma))) {
                throw new IllegalArgumentException(
                        "sigma of " + component + ": `" + sigma + "` (expected: a positive number)");
            }
        });
        if (frequencyHz.isPresent() && !(frequencyHz.getAsDouble() > 0 && Double.isFinite(frequencyHz.getAsDouble()))) {
            throw new IllegalArgumentException(
                    "frequency: `" + frequencyHz.getAsDouble() + "` (expected: a positive number)");
        }
        if (corrections.contains(Correction.IONOSPHERE) && frequencyHz.isEmpty()) {
            throw new IllegalArgumentException(
                    "frequency: none (expected: one, for the ionosphere is still in the observations)");
        }
    }

    /** A sensor fixed to the Earth, with values as they were received and a carrier that is not known. */
    public Sensor(
            String id,
            GeodeticPosition position,
            Map<Component, Double> sigmas,
            Map<Component, Bias> biases,
            Set<Correction> corrections) {
        this(id, Optional.of(position), sigmas, biases, corrections, false, OptionalDouble.empty());
    }

    /** Returns where it stands; only of a sensor fixed to the Earth. */
    public GeodeticPosition position() {
        return site.orElseThrow(() -> new IllegalStateException(
                "sensor `" + id + "`: on a satellite (expected: observations that say where that was)"));
    }
}
