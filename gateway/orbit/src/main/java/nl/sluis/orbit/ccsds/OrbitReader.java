package nl.sluis.orbit.ccsds;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.determination.Ephemeris;
import nl.sluis.orbit.determination.LocalAxes;
import nl.sluis.orbit.internal.Convert;
import org.jspecify.annotations.Nullable;
import org.orekit.files.ccsds.definitions.FrameFacade;
import org.orekit.files.ccsds.ndm.odm.CartesianCovariance;
import org.orekit.files.ccsds.ndm.odm.oem.Oem;
import org.orekit.files.ccsds.ndm.odm.oem.OemSegment;
import org.orekit.files.ccsds.ndm.odm.opm.Opm;
import org.orekit.utils.TimeStampedPVCoordinates;

/**
 * Reads orbit parameter and orbit ephemeris messages about the Earth, in KVN and XML. A covariance in local axes (RTN) is
 * turned to the frame of the state; one in another frame than the state is left out.
 */
public final class OrbitReader {

    /** Longest message, characters. */
    public static final int LONGEST_MESSAGE = 64_000_000;

    private OrbitReader() {}

    /**
     * Reads an OPM.
     *
     * @throws MessageException if it is refused
     */
    public static OrbitMessage readOpm(String text) throws MessageException {
        checkLength(text);
        Opm opm = Parsing.read(text, s -> Parsing.parsers().buildOpmParser().parseMessage(s));
        return guarded(() -> {
            Frame frame = frame(opm.getMetadata().getReferenceFrame());
            checkCentre(opm.getMetadata().getCenter().getName());
            OrbitState state = new OrbitState(
                    Convert.instant(opm.getData().getStateVectorBlock().getEpoch()),
                    frame,
                    Convert.vector(opm.getData()
                            .getStateVectorBlock()
                            .toTimeStampedPVCoordinates()
                            .getPosition()),
                    Convert.vector(opm.getData()
                            .getStateVectorBlock()
                            .toTimeStampedPVCoordinates()
                            .getVelocity()));
            double mass = opm.getData().getSpacecraftParametersBlock() == null
                    ? Double.NaN
                    : opm.getData().getSpacecraftParametersBlock().getMass();
            return new OrbitMessage(
                    Parsing.required(opm.getHeader().getOriginator(), "ORIGINATOR"),
                    Convert.instant(Parsing.required(opm.getHeader().getCreationDate(), "CREATION_DATE")),
                    Parsing.required(opm.getMetadata().getObjectName(), "OBJECT_NAME"),
                    Parsing.required(opm.getMetadata().getObjectID(), "OBJECT_ID"),
                    state,
                    covariance(opm.getData().getCovarianceBlock(), state),
                    Double.isFinite(mass) ? OptionalDouble.of(mass) : OptionalDouble.empty());
        });
    }

    /**
     * Reads an OEM.
     *
     * @throws MessageException if it is refused
     */
    public static EphemerisMessage readOem(String text) throws MessageException {
        checkLength(text);
        Oem oem = Parsing.read(text, s -> Parsing.parsers().buildOemParser().parseMessage(s));
        return guarded(() -> {
            List<EphemerisMessage.Segment> segments = new ArrayList<>();
            for (OemSegment segment : oem.getSegments()) {
                Frame frame = frame(segment.getMetadata().getReferenceFrame());
                checkCentre(segment.getMetadata().getCenter().getName());
                Map<Instant, CartesianCovariance> covariances = new HashMap<>();
                segment.getCovarianceMatrices().forEach(c -> covariances.put(Convert.instant(c.getEpoch()), c));
                List<Ephemeris.Point> points = new ArrayList<>();
                for (TimeStampedPVCoordinates pv : segment.getCoordinates()) {
                    OrbitState state = new OrbitState(
                            Convert.instant(pv.getDate()),
                            frame,
                            Convert.vector(pv.getPosition()),
                            Convert.vector(pv.getVelocity()));
                    points.add(new Ephemeris.Point(state, covariance(covariances.get(state.epoch()), state)));
                }
                segments.add(new EphemerisMessage.Segment(
                        Parsing.required(segment.getMetadata().getObjectName(), "OBJECT_NAME"),
                        Parsing.required(segment.getMetadata().getObjectID(), "OBJECT_ID"),
                        new Ephemeris(points)));
            }
            return new EphemerisMessage(
                    Parsing.required(oem.getHeader().getOriginator(), "ORIGINATOR"),
                    Convert.instant(Parsing.required(oem.getHeader().getCreationDate(), "CREATION_DATE")),
                    segments);
        });
    }

    private interface Conversion<T> {
        T run() throws MessageException;
    }

    private static <T> T guarded(Conversion<T> conversion) throws MessageException {
        try {
            return conversion.run();
        } catch (IllegalArgumentException e) {
            // what our own records refuse: states that are no numbers, epochs that go back
            throw new MessageException(new Problem(0, "", "the message", String.valueOf(e.getMessage())));
        }
    }

    private static void checkLength(String text) throws MessageException {
        if (text.length() > LONGEST_MESSAGE) {
            throw new MessageException(
                    new Problem(0, "", text.length() + " characters", "at most " + LONGEST_MESSAGE + " characters"));
        }
    }

    private static void checkCentre(String name) throws MessageException {
        if (!name.equalsIgnoreCase("EARTH")) {
            throw new MessageException(new Problem(0, "CENTER_NAME", name, "EARTH"));
        }
    }

    private static Frame frame(@Nullable FrameFacade facade) throws MessageException {
        Optional<Frame> frame = Parsing.frame(facade).filter(f -> f.kind() != Frame.Kind.LOCAL);
        if (frame.isEmpty()) {
            throw new MessageException(new Problem(
                    0,
                    "REF_FRAME",
                    facade == null ? "none" : facade.getName(),
                    "EME2000, GCRF, ICRF, ITRF, TEME, TOD or MOD"));
        }
        return frame.get();
    }

    private static Optional<SymmetricMatrix> covariance(@Nullable CartesianCovariance block, OrbitState state) {
        if (block == null) {
            return Optional.empty();
        }
        SymmetricMatrix matrix = SymmetricMatrix.of(block.getCovarianceMatrix().getData());
        Optional<Frame> frame = Parsing.frame(block.getReferenceFrame());
        if (frame.isEmpty() || !matrix.isFinite()) {
            return Optional.empty();
        }
        if (frame.get() == Frame.RTN && state.frame().kind() == Frame.Kind.INERTIAL) {
            return Optional.of(LocalAxes.fromRtn(state, matrix));
        }
        return frame.get() == state.frame() ? Optional.of(matrix) : Optional.empty();
    }
}
