package nl.sluis.orbit.ccsds;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.determination.Ephemeris;

/**
 * Writes orbit parameter and ephemeris messages in XML (CCSDS 502.0-B-2 with 505.0-B-1): the same values as
 * {@link OrbitWriter}, in the structure of the XML schemas. Equal values give equal bytes.
 */
public final class OrbitXmlWriter {
    private static final DateTimeFormatter EPOCH =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS", Locale.ROOT);
    private static final String[] AXES = {"X", "Y", "Z", "X_DOT", "Y_DOT", "Z_DOT"};
    private static final String[] COVARIANCE_UNITS = {"km**2", "km**2/s", "km**2/s**2"};
    private static final double M_PER_KM = 1000;

    private final StringBuilder out = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");

    private OrbitXmlWriter() {}

    /** Returns the text of an OPM. */
    public static String opm(OrbitMessage message) {
        OrbitXmlWriter xml = new OrbitXmlWriter();
        xml.open("opm id=\"CCSDS_OPM_VERS\" version=\"2.0\"");
        xml.header(message.creationDate(), message.originator());
        xml.open("body");
        xml.open("segment");
        xml.open("metadata");
        xml.metadata(message.objectName(), message.objectId(), message.state());
        xml.close("metadata");
        xml.open("data");
        xml.stateVector(message.state());
        message.massKg().ifPresent(mass -> {
            xml.open("spacecraftParameters");
            xml.value("MASS", "kg", Double.toString(mass));
            xml.close("spacecraftParameters");
        });
        xml.covariance(message.state(), message.covariance(), false);
        xml.close("data");
        xml.close("segment");
        xml.close("body");
        xml.close("opm");
        return xml.out.toString();
    }

    /** Returns the text of an OEM. */
    public static String oem(EphemerisMessage message) {
        OrbitXmlWriter xml = new OrbitXmlWriter();
        xml.open("oem id=\"CCSDS_OEM_VERS\" version=\"2.0\"");
        xml.header(message.creationDate(), message.originator());
        xml.open("body");
        for (EphemerisMessage.Segment segment : message.segments()) {
            Ephemeris ephemeris = segment.ephemeris();
            xml.open("segment");
            xml.open("metadata");
            xml.metadata(
                    segment.objectName(),
                    segment.objectId(),
                    ephemeris.points().get(0).state());
            xml.value("START_TIME", "", epoch(ephemeris.start()));
            xml.value("STOP_TIME", "", epoch(ephemeris.end()));
            xml.value("INTERPOLATION", "", "HERMITE");
            xml.value("INTERPOLATION_DEGREE", "", "7");
            xml.close("metadata");
            xml.open("data");
            ephemeris.points().forEach(point -> xml.stateVector(point.state()));
            ephemeris.points().forEach(point -> xml.covariance(point.state(), point.covariance(), true));
            xml.close("data");
            xml.close("segment");
        }
        xml.close("body");
        xml.close("oem");
        return xml.out.toString();
    }

    private void header(Instant creation, String originator) {
        open("header");
        value("CREATION_DATE", "", epoch(creation));
        value("ORIGINATOR", "", originator);
        close("header");
    }

    private void metadata(String name, String id, OrbitState state) {
        value("OBJECT_NAME", "", name);
        value("OBJECT_ID", "", id);
        value("CENTER_NAME", "", "EARTH");
        value("REF_FRAME", "", state.frame().name());
        value("TIME_SYSTEM", "", "UTC");
    }

    private void stateVector(OrbitState state) {
        open("stateVector");
        value("EPOCH", "", epoch(state.epoch()));
        double[] values = {
            state.positionM().x(),
            state.positionM().y(),
            state.positionM().z(),
            state.velocityMps().x(),
            state.velocityMps().y(),
            state.velocityMps().z()
        };
        for (int i = 0; i < values.length; i++) {
            value(AXES[i], i < 3 ? "km" : "km/s", Double.toString(values[i] / M_PER_KM));
        }
        close("stateVector");
    }

    private void covariance(OrbitState state, Optional<SymmetricMatrix> covariance, boolean withEpoch) {
        if (covariance.isEmpty()) {
            return;
        }
        open("covarianceMatrix");
        if (withEpoch) {
            value("EPOCH", "", epoch(state.epoch()));
        }
        value("COV_REF_FRAME", "", state.frame().name());
        for (int i = 0; i < AXES.length; i++) {
            for (int j = 0; j <= i; j++) {
                value(
                        "C" + AXES[i] + "_" + AXES[j],
                        COVARIANCE_UNITS[(i < 3 ? 0 : 1) + (j < 3 ? 0 : 1)],
                        Double.toString(covariance.get().get(i, j) / (M_PER_KM * M_PER_KM)));
            }
        }
        close("covarianceMatrix");
    }

    private void open(String tag) {
        out.append('<').append(tag).append(">\n");
    }

    private void close(String tag) {
        out.append("</").append(tag).append(">\n");
    }

    private void value(String tag, String units, String value) {
        out.append('<').append(tag);
        if (!units.isEmpty()) {
            out.append(" units=\"").append(units).append('"');
        }
        out.append('>').append(escaped(value)).append("</").append(tag).append(">\n");
    }

    private static String escaped(String value) {
        return value.replaceAll("\\p{Cntrl}", " ")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;");
    }

    private static String epoch(Instant instant) {
        return EPOCH.format(LocalDateTime.ofInstant(instant, ZoneOffset.UTC));
    }
}
