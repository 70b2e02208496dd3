package nl.sluis.partner.command;

import com.google.protobuf.Duration;
import com.google.protobuf.ProtocolMessageEnum;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import nl.sluis.proto.v1.ObjectReference;

/** How values are written for people: UTC, metres and kilometres, enum values as words. */
final class Words {
    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static final double METRES_BEFORE_KM = 10_000;

    private Words() {}

    static String time(Timestamp timestamp) {
        return SECONDS.format(Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos()));
    }

    static String time(Instant instant) {
        return SECONDS.format(instant);
    }

    static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.getSeconds() + duration.getNanos() * 1e-9);
    }

    static String distance(double metres) {
        return Math.abs(metres) < METRES_BEFORE_KM
                ? String.format(Locale.ROOT, Math.abs(metres) < 10 ? "%.2f m" : "%.0f m", metres)
                : String.format(Locale.ROOT, "%.1f km", metres / 1000);
    }

    /** {@code PROBABILITY_METHOD_PATERA_2005} becomes {@code patera 2005}. */
    static String of(ProtocolMessageEnum value) {
        String name = value.toString();
        if (name.equals("UNRECOGNIZED")) {
            return "unknown";
        }
        String prefix = value.getDescriptorForType().getName().replaceAll("([a-z0-9])([A-Z])", "$1_$2") + "_";
        return name.substring(prefix.length()).toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    static String object(ObjectReference object) {
        StringBuilder text = new StringBuilder();
        if (object.hasCatalogueNumber()) {
            text.append(Integer.toUnsignedString(object.getCatalogueNumber()));
        } else if (!object.getInternationalDesignator().isEmpty()) {
            text.append(object.getInternationalDesignator());
        } else {
            text.append(object.getObjectId());
        }
        if (!object.getName().isEmpty()) {
            text.append(text.length() == 0 ? "" : " ").append(object.getName());
        }
        return text.length() == 0 ? "unnamed" : text.toString();
    }

    /** What came over the network must not steer the terminal. */
    static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
