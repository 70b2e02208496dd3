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
    private static final String ORIGINATOR = "SLUIS";
    private static final String UNKNOWN =
            "UNKNOWN"; // what CCSDS 502.0 writes for a name or designator that is not known
    private static final int STATE_DIMENSION = 6;
    private static final int LOWER_TRIANGLE = 21;

    private CcsdsText() {}

    /** The text of a product; empty where its kind has none here, or it has no state. */
    public static Optional<String> of(Product product, TextForm form) {
        Instant created = Times.instant(product.getCreated());
        return switch (product.getBodyCase()) {
            case TRACK ->
                product.getTrack().hasState() ? Optional.of(opm(product.getTrack(), created, form)) : Optional.empty();
            case EPHEMERIS -> oem(product.getEphemeris(), created, form);
            default -> Optional.empty();
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

    private static Optional<SymmetricMatrix> covariance(Covariance covariance) {
        return covariance.getLowerTriangleCount() != LOWER_TRIANGLE
                ? Optional.empty()
                : Optional.of(SymmetricMatrix.ofLowerTriangle(
                        STATE_DIMENSION,
                        covariance.getLowerTriangleList().stream()
                                .mapToDouble(Double::doubleValue)
                                .toArray()));
    }

    private static String name(ObjectReference object) {
        return object.getName().isEmpty() ? UNKNOWN : object.getName();
    }

    private static String designator(ObjectReference object) {
        if (!object.getInternationalDesignator().isEmpty()) {
            return object.getInternationalDesignator();
        }
        return object.hasCatalogueNumber() ? Integer.toUnsignedString(object.getCatalogueNumber()) : UNKNOWN;
    }
}
