package nl.sluis.gateway.demo;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.partner.ReceivedProduct;
import nl.sluis.partner.StreamCondition;
import nl.sluis.partner.SubscriptionListener;
import nl.sluis.policy.label.LabelException;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.label.Spifs;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Product;
import nl.sluis.proto.v1.ProductKind;
import nl.sluis.proto.v1.Track;
import org.jspecify.annotations.Nullable;

/** What one subscriber received, shown as it arrives. */
final class Received implements SubscriptionListener {
    /** Warnings of one story that are shown one by one; the rest is counted. */
    private static final int SHOWN_MAX = 6;

    private final int column;
    private final Screen screen;
    private final Spifs spifs;
    private final Map<ProductKind, Integer> counts = new EnumMap<>(ProductKind.class);
    private final List<ReceivedProduct> products = new ArrayList<>();
    private int screeningShown;
    private @Nullable ReceivedProduct lastTrack;
    private @Nullable Instant upToDate;
    private @Nullable String problem;

    /**
     * @param column the subscriber's column
     * @param screen where to show
     * @param spifs marks labels
     */
    Received(int column, Screen screen, Spifs spifs) {
        this.column = column;
        this.screen = screen;
        this.spifs = spifs;
    }

    @Override
    public synchronized void onProduct(ReceivedProduct received) {
        products.add(received);
        Product product = received.product();
        counts.merge(product.getKind(), 1, Integer::sum);
        switch (product.getBodyCase()) {
            case TRACK -> {
                lastTrack = received;
                screen.entry(column, track(product.getTrack()) + ", " + marking(received));
            }
            case CONJUNCTION -> {
                ConjunctionWarning warning = product.getConjunction();
                if (warning.hasProbability()) {
                    screen.entry(column, conjunction(warning) + ", " + marking(received));
                } else if (screeningShown++ < SHOWN_MAX) {
                    screen.entry(column, conjunction(warning));
                }
            }
            default -> {
                // counted; the summary tells
            }
        }
    }

    @Override
    public synchronized void onCondition(StreamCondition condition) {
        if (condition instanceof StreamCondition.UpToDate now) {
            upToDate = now.watermark();
        } else if (condition instanceof StreamCondition.Broken broken) {
            problem = broken.cause();
            screen.entry(column, "stream broken: " + broken.cause());
        }
    }

    /** True where the gateway has said, after a time, that nothing more was to be sent. */
    synchronized boolean isUpToDateSince(Instant time) {
        return upToDate != null && !upToDate.isBefore(time);
    }

    synchronized Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    synchronized int count(ProductKind kind) {
        return counts.getOrDefault(kind, 0);
    }

    /** Conjunctions that a partner contributed, and those that the gateway found. */
    synchronized long conjunctions(boolean contributed) {
        return products.stream()
                .filter(received -> received.product().hasConjunction())
                .filter(received -> received.product().getConjunction().hasProbability() == contributed)
                .count();
    }

    synchronized Optional<Track> lastTrack() {
        return Optional.ofNullable(lastTrack).map(received -> received.product().getTrack());
    }

    synchronized String lastTrackMarking() {
        return lastTrack == null ? "-" : marking(lastTrack);
    }

    /** Whether any conjunction that was contributed came with an orbit. */
    synchronized boolean hasWarningWithOrbit() {
        return products.stream()
                .map(received -> received.product().getConjunction())
                .anyMatch(warning ->
                        warning.hasProbability() && warning.getObject1().hasState());
    }

    private String marking(ReceivedProduct received) {
        try {
            return SecurityLabel.of(
                            received.label().getOwnersCount() == 0
                                    ? received.label().toBuilder()
                                            .addOwners(nl.sluis.proto.v1.Owner.newBuilder()
                                                    .setNation("NLD"))
                                            .build()
                                    : received.label(),
                            spifs)
                    .marking();
        } catch (LabelException e) {
            return "label: " + e.getMessage();
        }
    }

    static String track(Track track) {
        return String.format(
                Locale.ROOT,
                "track %s 1-sigma %s, %d obs",
                name(track.getObject()),
                distance(track.getQuality().getPositionSigmaM()),
                track.getQuality().getObservationsUsed());
    }

    private static String conjunction(ConjunctionWarning warning) {
        String tca = Instant.ofEpochSecond(warning.getTca().getSeconds()).toString();
        return String.format(
                Locale.ROOT,
                "%s %s x %s, %s%s",
                tca.substring(0, 16).replace('T', ' '),
                name(warning.getObject1().getObject()),
                name(warning.getObject2().getObject()),
                distance(warning.getMissDistanceM()),
                warning.hasProbability()
                        ? String.format(
                                Locale.ROOT,
                                ", Pc %.0e (%s)",
                                warning.getProbability().getValue(),
                                validity(warning))
                        : "");
    }

    private static String validity(ConjunctionWarning warning) {
        return warning.getProbability()
                .getValidity()
                .name()
                .substring("PROBABILITY_VALIDITY_".length())
                .toLowerCase(Locale.ROOT);
    }

    static String name(ObjectReference object) {
        return ObjectKey.of(object).map(ObjectKey::text).orElse("?");
    }

    static String distance(double metres) {
        return metres < 1_000
                ? String.format(Locale.ROOT, "%.0f m", metres)
                : String.format(Locale.ROOT, "%.1f km", metres / 1_000);
    }
}
