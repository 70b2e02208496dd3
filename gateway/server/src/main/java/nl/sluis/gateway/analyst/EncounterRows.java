package nl.sluis.gateway.analyst;

import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.ccsds.ConjunctionMessage;
import nl.sluis.orbit.ccsds.ConjunctionWriter;
import nl.sluis.orbit.encounter.CollisionProbability;
import nl.sluis.orbit.encounter.Encounter;
import nl.sluis.orbit.encounter.FrameChange;
import nl.sluis.orbit.encounter.MissThresholds;
import nl.sluis.orbit.encounter.ObjectSizes;
import nl.sluis.orbit.encounter.Proximity;
import nl.sluis.orbit.encounter.ScreenedObject;

/** Prints approaches: as a table, as CSV, as conjunction data messages. */
final class EncounterRows {
    private static final DateTimeFormatter MILLIS = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter COMPACT =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmssSSS", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final double M_PER_KM = 1000;
    private static final int NAME_WIDTH = 30;
    private static final Duration HALF_MILLI = Duration.ofNanos(500_000);

    private final Optional<SymmetricMatrix> assumedRtn;
    private final String assumption;
    private final double radiusM;
    private final ObjectSizes sizes;
    private final Instant start;
    private final Duration window;
    private final MissThresholds thresholds;

    EncounterRows(
            double[] assumedSigmaM,
            double radiusM,
            ObjectSizes sizes,
            Instant start,
            Duration window,
            MissThresholds thresholds) {
        this.radiusM = radiusM;
        this.sizes = sizes;
        this.start = start;
        this.window = window;
        this.thresholds = thresholds;
        if (assumedSigmaM.length == 0) {
            assumedRtn = Optional.empty();
            assumption = "";
            return;
        }
        double[] lower = new double[21];
        for (int axis = 0; axis < 3; axis++) {
            lower[axis * (axis + 1) / 2 + axis] = assumedSigmaM[axis] * assumedSigmaM[axis];
        }
        assumedRtn = Optional.of(SymmetricMatrix.ofLowerTriangle(6, lower));
        assumption = "covariance assumed: 1-sigma R T N = " + assumedSigmaM[0] + " " + assumedSigmaM[1] + " "
                + assumedSigmaM[2] + " m, velocity certain";
    }

    void table(List<Encounter> encounters, List<Proximity> proximities, PrintWriter out) {
        boolean withProbability = radiusM > 0 || sizes != ObjectSizes.NONE;
        out.printf(
                Locale.ROOT,
                "%-24s  %-" + NAME_WIDTH + "s  %-" + NAME_WIDTH + "s %10s %11s %9s %9s %9s%s%n",
                "TCA (UTC)",
                "object 1",
                "object 2",
                "miss km",
                "speed km/s",
                "R km",
                "T km",
                "N km",
                withProbability ? "         Pc" : "");
        for (Encounter e : encounters) {
            Vector3 r = e.relativePositionRtnM();
            out.printf(
                    Locale.ROOT,
                    "%-24s  %-" + NAME_WIDTH + "s  %-" + NAME_WIDTH + "s %10.3f %11.3f %9.3f %9.3f %9.3f%s%n",
                    millis(e.tca()),
                    label(e.object1()),
                    label(e.object2()),
                    e.missDistanceM() / M_PER_KM,
                    e.relativeSpeedMps() / M_PER_KM,
                    r.x() / M_PER_KM,
                    r.y() / M_PER_KM,
                    r.z() / M_PER_KM,
                    withProbability ? String.format(Locale.ROOT, " %10s", shown(probability(e))) : "");
        }
        if (withProbability && !assumption.isEmpty()) {
            out.println(assumption);
        }
        if (proximities.isEmpty()) {
            return;
        }
        out.println();
        out.println("stay together (docked, in formation, or listed twice):");
        out.printf(
                Locale.ROOT,
                "%-24s  %-24s  %-" + NAME_WIDTH + "s  %-" + NAME_WIDTH + "s %10s  %s%n",
                "from (UTC)",
                "to (UTC)",
                "object 1",
                "object 2",
                "closest km",
                "at");
        for (Proximity p : proximities) {
            out.printf(
                    Locale.ROOT,
                    "%-24s  %-24s  %-" + NAME_WIDTH + "s  %-" + NAME_WIDTH + "s %10.3f  %s%n",
                    millis(p.from()),
                    millis(p.to()),
                    label(p.object1()),
                    label(p.object2()),
                    p.closestM() / M_PER_KM,
                    millis(p.closestAt()));
        }
    }

    void csv(List<Encounter> encounters, List<Proximity> proximities, PrintWriter out) {
        out.println("kind,object1,name1,source1,object2,name2,source2,tca,miss_m,relative_speed_m_s,"
                + "relative_r_m,relative_t_m,relative_n_m,relative_vr_m_s,relative_vt_m_s,relative_vn_m_s,"
                + "from,to,probability,covariance");
        for (Encounter e : encounters) {
            Vector3 r = e.relativePositionRtnM();
            Vector3 v = e.relativeVelocityRtnMps();
            out.println(String.join(
                    ",",
                    "approach",
                    objects(e.object1(), e.object2()),
                    millis(e.tca()),
                    number(e.missDistanceM()),
                    number(e.relativeSpeedMps()),
                    number(r.x()),
                    number(r.y()),
                    number(r.z()),
                    number(v.x()),
                    number(v.y()),
                    number(v.z()),
                    "",
                    "",
                    shown(probability(e)),
                    covarianceSource(e)));
        }
        for (Proximity p : proximities) {
            out.println(String.join(
                    ",",
                    "proximity",
                    objects(p.object1(), p.object2()),
                    millis(p.closestAt()),
                    number(p.closestM()),
                    number(p.relativeSpeedMps()),
                    ",,,,,",
                    millis(p.from()),
                    millis(p.to()),
                    "",
                    ""));
        }
    }

    /** Writes one message for each approach; returns how many lack a covariance. */
    int kvn(List<Encounter> encounters, PrintWriter out) {
        int incomplete = 0;
        Instant now = Clock.systemUTC().instant();
        for (Encounter e : encounters) {
            ConjunctionMessage message = message(e, now);
            if (ConjunctionWriter.missing(message).isEmpty()) {
                out.println(ConjunctionWriter.write(message, ConjunctionWriter.Notation.KVN));
            } else {
                incomplete++;
                out.println(ConjunctionWriter.incompleteKvn(message));
            }
        }
        return incomplete;
    }

    private ConjunctionMessage message(Encounter e, Instant now) {
        Optional<CollisionProbability.Result> result = probability(e);
        List<String> comments = new ArrayList<>();
        if (!assumption.isEmpty()
                && (e.covariance1Rtn().isEmpty() || e.covariance2Rtn().isEmpty())) {
            comments.add(assumption);
        }
        result.ifPresent(r -> {
            comments.add("HBR = " + r.radiusM() + " [m], " + r.radiusSource());
            comments.add("2D probability "
                    + (r.validity().isValidFor2d()
                            ? "valid"
                            : "not valid: " + r.validity().violations()));
        });
        String thresholdM = Double.toString(thresholds.ofM(e.object1(), e.object2()));
        Map<String, String> volume = Map.of(
                "SCREEN_VOLUME_FRAME", "RTN",
                "SCREEN_VOLUME_SHAPE", "ELLIPSOID",
                "SCREEN_VOLUME_X", thresholdM,
                "SCREEN_VOLUME_Y", thresholdM,
                "SCREEN_VOLUME_Z", thresholdM);
        return new ConjunctionMessage(
                "SLUIS",
                now,
                Optional.empty(),
                e.object1().identity() + "_" + e.object2().identity() + "_"
                        + COMPACT.format(e.tca().plus(HALF_MILLI)),
                Optional.empty(),
                Optional.empty(),
                e.tca(),
                e.missDistanceM(),
                OptionalDouble.of(e.relativeSpeedMps()),
                Optional.of(e.relativePositionRtnM()),
                Optional.of(e.relativeVelocityRtnMps()),
                Optional.of(start),
                Optional.of(start.plus(window)),
                result.map(r -> OptionalDouble.of(r.probability())).orElse(OptionalDouble.empty()),
                result.map(r -> r.method().name().replace('_', '-')),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                Optional.empty(),
                object(e.object1(), e.state1(), e.covariance1Rtn()),
                object(e.object2(), e.state2(), e.covariance2Rtn()),
                comments,
                volume);
    }

    private ConjunctionMessage.ConjunctionObject object(
            ScreenedObject object, OrbitState state, Optional<SymmetricMatrix> covarianceRtn) {
        boolean isNumber = object.identity().matches("\\d+");
        String designator = object.motion() instanceof ScreenedObject.Elements motion
                ? motion.elements().internationalDesignator()
                : isNumber ? "" : object.identity();
        return new ConjunctionMessage.ConjunctionObject(
                object.identity(),
                isNumber ? "SATCAT" : "NONE",
                object.name().isEmpty() ? "UNKNOWN" : object.name(),
                designator.isEmpty() ? "UNKNOWN" : designator,
                Optional.empty(),
                Optional.empty(),
                "N/A",
                object.motion() instanceof ScreenedObject.Sampled ? object.source() : "NONE",
                covarianceRtn.isPresent() ? "CALCULATED" : "DEFAULT",
                FrameChange.to(state, Frame.EME2000),
                covarianceRtn.or(() -> assumedRtn),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                Optional.empty(),
                OptionalDouble.empty(),
                Map.of());
    }

    private Optional<CollisionProbability.Result> probability(Encounter e) {
        Optional<SymmetricMatrix> c1 = e.covariance1Rtn().or(() -> assumedRtn);
        Optional<SymmetricMatrix> c2 = e.covariance2Rtn().or(() -> assumedRtn);
        Optional<ObjectSizes.Size> radius = radius(e);
        if (radius.isEmpty() || c1.isEmpty() || c2.isEmpty()) {
            return Optional.empty();
        }
        return CollisionProbability.compute(
                e.state1(),
                c1.get(),
                e.state2(),
                c2.get(),
                radius.get().radiusM(),
                radius.get().source());
    }

    /** Of both objects together: what the file says of both, else what was given for all. */
    private Optional<ObjectSizes.Size> radius(Encounter e) {
        Optional<ObjectSizes.Size> given =
                radiusM > 0 ? Optional.of(new ObjectSizes.Size(radiusM, "--hbr-m")) : Optional.empty();
        return sizes.of(e.object1().identity())
                .flatMap(first -> sizes.of(e.object2().identity())
                        .map(second -> new ObjectSizes.Size(
                                first.radiusM() + second.radiusM(),
                                "sum of " + first.radiusM() + " m by " + first.source() + " and " + second.radiusM()
                                        + " m by " + second.source())))
                .or(() -> given);
    }

    private String covarianceSource(Encounter e) {
        return source(e.covariance1Rtn()) + "/" + source(e.covariance2Rtn());
    }

    private String source(Optional<SymmetricMatrix> own) {
        return own.isPresent() ? "own" : assumedRtn.isPresent() ? "assumed" : "none";
    }

    private static String shown(Optional<CollisionProbability.Result> result) {
        return result.map(r -> String.format(Locale.ROOT, "%.3e", r.probability()))
                .orElse("");
    }

    private static String objects(ScreenedObject a, ScreenedObject b) {
        return String.join(
                ",",
                quoted(a.identity()),
                quoted(a.name()),
                quoted(a.source()),
                quoted(b.identity()),
                quoted(b.name()),
                quoted(b.source()));
    }

    private static String quoted(String text) {
        return text.matches("[^\",\\r\\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    private static String label(ScreenedObject object) {
        String label = object.name().isEmpty() ? object.identity() : object.identity() + " " + object.name();
        return label.length() <= NAME_WIDTH ? label : label.substring(0, NAME_WIDTH - 1) + "…";
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    private static String millis(Instant instant) {
        return MILLIS.format(instant.plus(HALF_MILLI));
    }
}
