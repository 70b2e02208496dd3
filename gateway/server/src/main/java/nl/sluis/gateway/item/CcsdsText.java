package nl.sluis.gateway.item;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.ccsds.EphemerisMessage;
import nl.sluis.orbit.ccsds.OrbitMessage;
import nl.sluis.orbit.ccsds.OrbitWriter;
import nl.sluis.orbit.ccsds.OrbitXmlWriter;
import nl.sluis.orbit.determination.Ephemeris;
import nl.sluis.proto.v1.Covariance;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Product;
import nl.sluis.proto.v1.TextForm;
import nl.sluis.proto.v1.Track;

/** Products as texts of CCSDS, made from nothing but the product as released. */
public final class CcsdsText {
    static final String ORIGINATOR = "SLUIS";
    static final String UNKNOWN = "UNKNOWN"; // what CCSDS 502.0 writes for a name or designator that is not known
    private static final int STATE_DIMENSION = 6;
    private static final int LOWER_TRIANGLE = 21;

    private CcsdsText() {}

    /**
     * A text, or why there is none.
     *
     * @param text empty where there is none
     * @param without what the standard makes mandatory and the product does not have; empty where there is a text
     */
    public record Made(Optional<String> text, String without) {
        static Made of(String text) {
            return new Made(Optional.of(text), "");
        }

        static Made without(String what) {
            return new Made(Optional.empty(), what);
        }
    }

    /** The text of a product. */
    public static Made of(Product product, TextForm form) {
        Instant created = Times.instant(product.getCreated());
        boolean isJson = form == TextForm.TEXT_FORM_CCSDS_JSON;
        return switch (product.getBodyCase()) {
            case TRACK -> {
                if (isJson) {
                    yield Made.without("this form");
                }
                yield product.getTrack().hasState()
                        ? Made.of(opm(product.getTrack(), created, form))
                        : Made.without("state");
            }
            case EPHEMERIS ->
                isJson
                        ? Made.without("this form")
                        : oem(product.getEphemeris(), created, form)
                                .map(Made::of)
                                .orElseGet(() -> Made.without("states of one frame in order"));
            case CONJUNCTION -> ConjunctionText.of(product.getConjunction(), created, form);
            default -> Made.without("a standard message of its kind");
        };
    }

    private static String opm(Track track, Instant created, TextForm form) {
        OrbitMessage message = new OrbitMessage(
                ORIGINATOR,
                created,
                name(track.getObject()),
                designator(track.getObject()),
                OrbitMessages.state(track.getState()),
                track.getCovariance().getFrame() == track.getState().getFrame()
                        ? covariance(track.getCovariance())
                        : Optional.empty(),
                OptionalDouble.empty());
        return form == TextForm.TEXT_FORM_CCSDS_XML ? OrbitXmlWriter.opm(message) : OrbitWriter.opm(message);
    }

    private static Optional<String> oem(nl.sluis.proto.v1.Ephemeris ephemeris, Instant created, TextForm form) {
        boolean known = ephemeris.getCovariancesCount() == ephemeris.getStatesCount();
        List<Ephemeris.Point> points = new ArrayList<>();
        for (int i = 0; i < ephemeris.getStatesCount(); i++) {
            points.add(new Ephemeris.Point(
                    OrbitMessages.state(ephemeris.getStates(i)),
                    known
                                    && ephemeris.getCovariances(i).getFrame()
                                            == ephemeris.getStates(i).getFrame()
                            ? covariance(ephemeris.getCovariances(i))
                            : Optional.empty()));
        }
        Ephemeris table;
        try {
            table = new Ephemeris(points);
        } catch (IllegalArgumentException e) {
            // no state, several frames or epochs out of order: no table of this kind
            return Optional.empty();
        }
        EphemerisMessage message = new EphemerisMessage(
                ORIGINATOR,
                created,
                List.of(new EphemerisMessage.Segment(
                        name(ephemeris.getObject()), designator(ephemeris.getObject()), table)));
        return Optional.of(
                form == TextForm.TEXT_FORM_CCSDS_XML ? OrbitXmlWriter.oem(message) : OrbitWriter.oem(message));
    }

    static Optional<SymmetricMatrix> covariance(Covariance covariance) {
        return covariance.getLowerTriangleCount() != LOWER_TRIANGLE
                ? Optional.empty()
                : Optional.of(SymmetricMatrix.ofLowerTriangle(
                        STATE_DIMENSION,
                        covariance.getLowerTriangleList().stream()
                                .mapToDouble(Double::doubleValue)
                                .toArray()));
    }

    static String name(ObjectReference object) {
        return object.getName().isEmpty() ? UNKNOWN : object.getName();
    }

    private static String designator(ObjectReference object) {
        if (!object.getInternationalDesignator().isEmpty()) {
            return object.getInternationalDesignator();
        }
        return object.hasCatalogueNumber() ? Integer.toUnsignedString(object.getCatalogueNumber()) : UNKNOWN;
    }
}
