package nl.sluis.orbit.ccsds;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.determination.Ephemeris;

/**
 * Writes orbit parameter and ephemeris messages in KVN (CCSDS 502.0-B-2). Numbers are written so that they read back to the
 * same double but for the scale from m to km; equal values give equal bytes.
 */
public final class OrbitWriter {

    private static final DateTimeFormatter EPOCH =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS", Locale.ROOT);
    private static final String[] AXES = {"X", "Y", "Z", "X_DOT", "Y_DOT", "Z_DOT"};
    private static final double M_PER_KM = 1000;

    private OrbitWriter() {}

    /** Returns the text of an OPM. */
    public static String opm(OrbitMessage message) {
        StringBuilder out = new StringBuilder();
        header(out, "CCSDS_OPM_VERS", message.creationDate(), message.originator());
        metadata(out, message.objectName(), message.objectId(), message.state());
        OrbitState s = message.state();
        field(out, "EPOCH", epoch(s.epoch()));
        double[] values = values(s);
        for (int i = 0; i < 6; i++) {
            field(out, AXES[i], Double.toString(values[i] / M_PER_KM));
        }
        message.massKg().ifPresent(mass -> field(out, "MASS", Double.toString(mass)));
        message.covariance().ifPresent(c -> {
            field(out, "COV_REF_FRAME", s.frame().name());
            for (int i = 0; i < 6; i++) {
                for (int j = 0; j <= i; j++) {
                    field(out, "C" + AXES[i] + "_" + AXES[j], Double.toString(c.get(i, j) / (M_PER_KM * M_PER_KM)));
                }
            }
        });
        return out.toString();
    }

    /** Returns the text of an OEM. */
    public static String oem(EphemerisMessage message) {
        StringBuilder out = new StringBuilder();
        header(out, "CCSDS_OEM_VERS", message.creationDate(), message.originator());
        for (EphemerisMessage.Segment segment : message.segments()) {
            List<Ephemeris.Point> points = segment.ephemeris().points();
            out.append("META_START\n");
            metadata(
                    out, segment.objectName(), segment.objectId(), points.get(0).state());
            field(out, "START_TIME", epoch(segment.ephemeris().start()));
            field(out, "STOP_TIME", epoch(segment.ephemeris().end()));
            field(out, "INTERPOLATION", "HERMITE");
            field(out, "INTERPOLATION_DEGREE", "7");
            out.append("META_STOP\n");
            for (Ephemeris.Point point : points) {
                out.append(epoch(point.state().epoch()));
                for (double value : values(point.state())) {
                    out.append(' ').append(value / M_PER_KM);
                }
                out.append('\n');
            }
            if (points.stream().anyMatch(p -> p.covariance().isPresent())) {
                out.append("COVARIANCE_START\n");
                points.forEach(p -> covariance(out, p.state(), p.covariance()));
                out.append("COVARIANCE_STOP\n");
            }
        }
        return out.toString();
    }

    private static void covariance(StringBuilder out, OrbitState state, Optional<SymmetricMatrix> covariance) {
        if (covariance.isEmpty()) {
            return;
        }
        field(out, "EPOCH", epoch(state.epoch()));
        field(out, "COV_REF_FRAME", state.frame().name());
        for (int i = 0; i < 6; i++) {
            for (int j = 0; j <= i; j++) {
                out.append(j == 0 ? "" : " ").append(covariance.get().get(i, j) / (M_PER_KM * M_PER_KM));
            }
            out.append('\n');
        }
    }

    private static void header(StringBuilder out, String version, Instant creation, String originator) {
        field(out, version, "2.0");
        field(out, "CREATION_DATE", epoch(creation));
        field(out, "ORIGINATOR", originator);
    }

    private static void metadata(StringBuilder out, String name, String id, OrbitState state) {
        field(out, "OBJECT_NAME", name);
        field(out, "OBJECT_ID", id);
        field(out, "CENTER_NAME", "EARTH");
        field(out, "REF_FRAME", state.frame().name());
        field(out, "TIME_SYSTEM", "UTC");
    }

    private static double[] values(OrbitState s) {
        return new double[] {
            s.positionM().x(),
            s.positionM().y(),
            s.positionM().z(),
            s.velocityMps().x(),
            s.velocityMps().y(),
            s.velocityMps().z()
        };
    }

    private static String epoch(Instant instant) {
        return EPOCH.format(LocalDateTime.ofInstant(instant, ZoneOffset.UTC));
    }

    /** Line breaks in a value would start a field of the sender's choice. */
    private static void field(StringBuilder out, String keyword, String value) {
        out.append(keyword)
                .append(" = ")
                .append(value.replaceAll("\\p{Cntrl}", " "))
                .append('\n');
    }
}
