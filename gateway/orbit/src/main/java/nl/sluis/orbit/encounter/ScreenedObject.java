package nl.sluis.orbit.encounter;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.ccsds.MeanElements;
import nl.sluis.orbit.determination.Ephemeris;
import nl.sluis.orbit.determination.LocalAxes;
import nl.sluis.orbit.internal.Convert;
import org.orekit.frames.Transform;
import org.orekit.utils.CartesianDerivativesFilter;
import org.orekit.utils.PVCoordinates;

/**
 * One object as one source knows its motion.
 *
 * @param identity what all sources of one object share, for example its catalogue number; objects of equal identity are
 *     never compared
 * @param name its name, may be empty
 * @param source where the motion comes from, for the reader of a result
 * @param motion how it moves
 */
public record ScreenedObject(String identity, String name, String source, Motion motion) {

    /** Numbers in the order of their value, before and between texts. */
    static final Comparator<ScreenedObject> ORDER = Comparator.comparingInt(
                    (ScreenedObject o) -> o.identity().length())
            .thenComparing(ScreenedObject::identity)
            .thenComparing(ScreenedObject::source);

    /** How an object moves. */
    public sealed interface Motion permits Elements, Sampled {}

    /**
     * By SGP4.
     *
     * @param elements mean elements
     */
    public record Elements(MeanElements elements) implements Motion {}

    /** How well it is known where an object is. */
    @FunctionalInterface
    public interface Uncertainty {
        /** Returns the covariance of the state along its R, T, N; empty where it is not known. */
        Optional<SymmetricMatrix> rtn(Instant epoch);
    }

    /**
     * Through given states; never beyond them.
     *
     * @param ephemeris in an inertial or terrestrial frame, with covariances where they are known
     * @param uncertainty tells covariances where they are wanted; empty: those of the ephemeris count
     */
    public record Sampled(Ephemeris ephemeris, Optional<Uncertainty> uncertainty) implements Motion {
        /** Through states that bring their covariances, or have none. */
        public Sampled(Ephemeris ephemeris) {
            this(ephemeris, Optional.empty());
        }

        /** Returns the same in the frame in which objects are screened: who is screened often need not be turned each time. */
        public Sampled inTeme() {
            if (ephemeris.points().get(0).state().frame() == Frame.TEME) {
                return this;
            }
            List<Ephemeris.Point> points = new ArrayList<>();
            for (Ephemeris.Point point : ephemeris.points()) {
                OrbitState state = point.state();
                Transform toTeme = Convert.frame(state.frame())
                        .getTransformTo(Convert.frame(Frame.TEME), Convert.date(state.epoch()));
                PVCoordinates pv = toTeme.transformPVCoordinates(Convert.pv(state));
                points.add(new Ephemeris.Point(
                        new OrbitState(
                                state.epoch(),
                                Frame.TEME,
                                Convert.vector(pv.getPosition()),
                                Convert.vector(pv.getVelocity())),
                        point.covariance().map(c -> {
                            double[][] byState = new double[6][6];
                            toTeme.getJacobian(CartesianDerivativesFilter.USE_PV, byState);
                            return c.congruent(byState);
                        })));
            }
            return new Sampled(new Ephemeris(points), uncertainty);
        }

        /** Returns the covariance of the state along its own R, T, N. */
        Optional<SymmetricMatrix> covarianceRtn(Instant epoch) {
            return uncertainty.isPresent()
                    ? uncertainty.get().rtn(epoch)
                    : ephemeris.at(epoch).flatMap(p -> p.covariance().map(c -> LocalAxes.toRtn(p.state(), c)));
        }
    }

    /**
     * Checks the identity.
     *
     * @throws IllegalArgumentException if it is empty
     */
    public ScreenedObject {
        if (identity.isEmpty()) {
            throw new IllegalArgumentException("identity: `` (expected: for example a catalogue number)");
        }
        Objects.requireNonNull(motion);
    }

    /** Makes an object of mean elements; its identity is the catalogue number, or for number 0 the designator or name. */
    public static ScreenedObject of(MeanElements elements) {
        return of(elements, "SGP4");
    }

    /** Makes an object of mean elements from a named source. */
    public static ScreenedObject of(MeanElements elements, String source) {
        String text =
                elements.internationalDesignator().isEmpty() ? elements.name() : elements.internationalDesignator();
        String identity =
                elements.catalogueNumber() > 0 || text.isEmpty() ? Integer.toString(elements.catalogueNumber()) : text;
        return new ScreenedObject(identity, elements.name(), source, new Elements(elements));
    }
}
