package nl.sluis.partner.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import nl.sluis.proto.v1.CollisionProbability;
import nl.sluis.proto.v1.ConjunctionObject;
import nl.sluis.proto.v1.ConjunctionState;
import nl.sluis.proto.v1.ConjunctionUrgency;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.Covariance;
import nl.sluis.proto.v1.Ephemeris;
import nl.sluis.proto.v1.ManoeuvreReport;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.ProbabilityTrend;
import nl.sluis.proto.v1.Product;
import nl.sluis.proto.v1.Proximity;
import nl.sluis.proto.v1.ReentryWarning;
import nl.sluis.proto.v1.Track;
import nl.sluis.proto.v1.Vector3;

/** A product in one row: which objects, and what one looks at first for its kind. */
final class ProductText {
    private ProductText() {}

    static String objects(Product product) {
        List<String> objects = switch (product.getBodyCase()) {
            case TRACK -> List.of(Words.object(product.getTrack().getObject()));
            case EPHEMERIS -> List.of(Words.object(product.getEphemeris().getObject()));
            case CONJUNCTION -> pair(product.getConjunction());
            case REENTRY -> List.of(Words.object(product.getReentry().getObject()));
            case MANOEUVRE -> List.of(Words.object(product.getManoeuvre().getObject()));
            case MANOEUVRE_PLAN ->
                List.of(Words.object(product.getManoeuvrePlan().getObject()));
            case FRAGMENTATION ->
                product.getFragmentation().getParentsList().stream()
                        .map(Words::object)
                        .toList();
            case PROXIMITY ->
                List.of(
                        Words.object(product.getProximity().getObject1()),
                        Words.object(product.getProximity().getObject2()));
            case LAUNCH -> List.of(product.getLaunch().getVehicle());
            case INTERFERENCE ->
                product.getInterference().hasObject()
                        ? List.of(Words.object(product.getInterference().getObject()))
                        : List.of("on the ground");
            case INCIDENT -> List.of(product.getIncident().getIncidentId());
            case ELEMENTS -> List.of(Words.object(product.getElements().getObject()));
            case BODY_NOT_SET -> List.of();
        };
        return Words.printable(String.join(" x ", objects));
    }

    static String details(Product product) {
        List<String> details = switch (product.getBodyCase()) {
            case TRACK -> track(product.getTrack());
            case EPHEMERIS -> ephemeris(product.getEphemeris());
            case CONJUNCTION -> conjunction(product.getConjunction());
            case REENTRY -> reentry(product.getReentry());
            case MANOEUVRE -> manoeuvre(product.getManoeuvre());
            case MANOEUVRE_PLAN ->
                List.of(
                        "planned " + Words.time(product.getManoeuvrePlan().getIgnition()),
                        "delta-v " + speed(norm(product.getManoeuvrePlan().getDeltaVRtnMS())));
            case FRAGMENTATION ->
                List.of(
                        "at " + Words.time(product.getFragmentation().getEpoch()),
                        product.getFragmentation().getPieces() + " pieces",
                        product.getFragmentation().getCause().toLowerCase(Locale.ROOT));
            case PROXIMITY -> proximity(product.getProximity());
            case LAUNCH ->
                List.of(
                        "lift-off " + Words.time(product.getLaunch().getLiftOff()),
                        "from " + product.getLaunch().getLaunchSite(),
                        product.getLaunch().getObjects() + " objects");
            case INTERFERENCE ->
                List.of(
                        product.getInterference().getNature().toLowerCase(Locale.ROOT),
                        String.format(
                                Locale.ROOT,
                                "%.3f MHz",
                                product.getInterference().getFrequencyHz() / 1e6),
                        "since " + Words.time(product.getInterference().getStart()));
            case INCIDENT ->
                List.of(
                        product.getIncident().getTitle(),
                        "responsible " + product.getIncident().getResponsible());
            case ELEMENTS -> List.of("epoch " + Words.time(product.getElements().getEpoch()));
            case BODY_NOT_SET -> List.of("withheld content");
        };
        List<String> all = new ArrayList<>(details);
        if (product.hasCoarsening()) {
            all.add("coarsened to " + Words.distance(product.getCoarsening().getPositionSigmaAtLeastM()));
        }
        if (product.getRedactedFieldsCount() > 0) {
            all.add("without " + String.join(" ", product.getRedactedFieldsList()));
        }
        return Words.printable(all.stream().filter(each -> !each.isBlank()).collect(Collectors.joining(", ")));
    }

    /** Root of the trace of the position covariance, m; NaN where there is none. */
    static double positionSigmaM(Covariance covariance) {
        List<Double> triangle = covariance.getLowerTriangleList();
        // the diagonal of a lower triangle by rows: elements 0, 2 and 5
        return triangle.size() < 6 ? Double.NaN : Math.sqrt(triangle.get(0) + triangle.get(2) + triangle.get(5));
    }

    private static List<String> track(Track track) {
        List<String> details = new ArrayList<>();
        double sigmaM = track.getQuality().getPositionSigmaM() > 0
                ? track.getQuality().getPositionSigmaM()
                : positionSigmaM(track.getCovariance());
        details.add(Double.isNaN(sigmaM) ? "1-sigma withheld" : "1-sigma " + Words.distance(sigmaM));
        if (track.getQuality().getObservationsUsed() > 0) {
            details.add(track.getQuality().getObservationsUsed() + " observations");
        }
        if (track.getContributorsCount() > 0) {
            details.add("from " + String.join(" ", track.getContributorsList()));
        }
        if (track.hasState()) {
            details.add("epoch " + Words.time(track.getState().getEpoch()));
        }
        status(track).ifPresent(details::add);
        return details;
    }

    private static Optional<String> status(Track track) {
        String window = track.hasChange()
                ? " between " + Words.time(track.getChange().getWindowStart()) + " and "
                        + Words.time(track.getChange().getWindowEnd())
                : "";
        return switch (track.getStatus()) {
            case TRACK_STATUS_STALE -> Optional.of("stale");
            case TRACK_STATUS_MANOEUVRE_SUSPECTED -> Optional.of("manoeuvre suspected" + window);
            case TRACK_STATUS_AFTER_MANOEUVRE -> Optional.of("since a manoeuvre" + window);
            case TRACK_STATUS_UNSPECIFIED, TRACK_STATUS_CURRENT, UNRECOGNIZED -> Optional.empty();
        };
    }

    private static List<String> ephemeris(Ephemeris ephemeris) {
        int count = ephemeris.getStatesCount();
        return count == 0
                ? List.of("no states")
                : List.of(
                        count + " states",
                        Words.time(ephemeris.getStates(0).getEpoch()) + " to "
                                + Words.time(ephemeris.getStates(count - 1).getEpoch()));
    }

    private static List<String> conjunction(ConjunctionWarning conjunction) {
        List<String> details = new ArrayList<>();
        if (conjunction.getState() == ConjunctionState.CONJUNCTION_STATE_PASSED
                || conjunction.getState() == ConjunctionState.CONJUNCTION_STATE_CLEARED) {
            details.add(Words.of(conjunction.getState()));
        }
        if (conjunction.getUrgency() != ConjunctionUrgency.CONJUNCTION_URGENCY_UNSPECIFIED) {
            details.add(Words.of(conjunction.getUrgency()));
        }
        details.add("TCA " + Words.time(conjunction.getTca()));
        details.add("miss " + Words.distance(conjunction.getMissDistanceM()));
        details.add(conjunction.hasProbability() ? probability(conjunction.getProbability()) : "no Pc");
        if (conjunction.getTrend() != ProbabilityTrend.PROBABILITY_TREND_UNSPECIFIED) {
            details.add(Words.of(conjunction.getTrend()));
        }
        details.add(sigmas(conjunction.getObject1(), conjunction.getObject2()));
        return details;
    }

    private static String probability(CollisionProbability probability) {
        String method =
                probability.getMethodName().isEmpty() ? Words.of(probability.getMethod()) : probability.getMethodName();
        String reasons =
                probability.getReasonsCount() == 0 ? "" : ": " + String.join("; ", probability.getReasonsList());
        return String.format(
                Locale.ROOT,
                "Pc %.2g (%s, %s%s)",
                probability.getValue(),
                method,
                Words.of(probability.getValidity()),
                reasons);
    }

    private static String sigmas(ConjunctionObject object1, ConjunctionObject object2) {
        double sigma1M = positionSigmaM(object1.getCovariance());
        double sigma2M = positionSigmaM(object2.getCovariance());
        if (Double.isNaN(sigma1M) && Double.isNaN(sigma2M)) {
            return "";
        }
        return "1-sigma " + (Double.isNaN(sigma1M) ? "?" : Words.distance(sigma1M)) + " and "
                + (Double.isNaN(sigma2M) ? "?" : Words.distance(sigma2M));
    }

    private static List<String> pair(ConjunctionWarning conjunction) {
        return List.of(conjunctionObject(conjunction.getObject1()), conjunctionObject(conjunction.getObject2()));
    }

    private static String conjunctionObject(ConjunctionObject object) {
        return object.getObject().equals(ObjectReference.getDefaultInstance())
                ? "withheld"
                : Words.object(object.getObject());
    }

    private static List<String> reentry(ReentryWarning reentry) {
        return List.of(
                "re-entry " + Words.time(reentry.getPredictedReentry()),
                "window " + Words.time(reentry.getWindowStart()) + " to " + Words.time(reentry.getWindowEnd()),
                reentry.getControlled() ? "controlled" : "uncontrolled");
    }

    private static List<String> manoeuvre(ManoeuvreReport manoeuvre) {
        return List.of(
                "between " + Words.time(manoeuvre.getWindowStart()) + " and " + Words.time(manoeuvre.getWindowEnd()),
                "delta-v " + speed(norm(manoeuvre.getDeltaVRtnMS())),
                "1-sigma " + speed(manoeuvre.getSigmaMS()));
    }

    private static List<String> proximity(Proximity proximity) {
        return List.of(
                "TCA " + Words.time(proximity.getTca()),
                "miss " + Words.distance(proximity.getMinimumDistanceM()),
                "at " + speed(proximity.getRelativeSpeedMS()),
                "until " + Words.time(proximity.getEnd()));
    }

    private static double norm(Vector3 vector) {
        return Math.sqrt(vector.getX() * vector.getX() + vector.getY() * vector.getY() + vector.getZ() * vector.getZ());
    }

    private static String speed(double metresPerSecond) {
        return String.format(Locale.ROOT, "%.3g m/s", metresPerSecond);
    }
}
