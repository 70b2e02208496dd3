package nl.sluis.gateway.hazard;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nl.sluis.gateway.item.Digests;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.item.Times;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Product;
import nl.sluis.proto.v1.ProductKind;
import org.jspecify.annotations.Nullable;

/**
 * The encounters that each audience knows of. Messages about one pair of objects whose closest approaches lie within
 * {@value #SAME_EVENT_MINUTES} minutes are about one encounter; those of one originator follow each other as versions of one
 * product. An event and its identifiers come from what the audience itself was told, never from what others were.
 */
final class EncounterEvents {
    /** Two encounters of one pair are at least half a revolution apart, 44 minutes in the lowest orbits. */
    static final int SAME_EVENT_MINUTES = 10;

    private static final Duration SAME_EVENT = Duration.ofMinutes(SAME_EVENT_MINUTES);

    /** An event that has passed is forgotten after this time: no message about it comes any more. */
    private static final Duration REMEMBERED = Duration.ofDays(3);

    /** Messages between two looks for events that have passed. */
    private static final int SWEEP_EVERY = 10_000;

    /**
     * What an audience knows of an encounter through one originator.
     *
     * @param eventId equal for all originators
     * @param productId of the chain of versions
     * @param previousMessageId the originator's own identifier of the message before; empty: this is the first
     */
    record Event(String eventId, String productId, String previousMessageId) {
        /** The message as part of the event; what its originator said of its own history stays. */
        ConjunctionWarning told(ConjunctionWarning message) {
            ConjunctionWarning.Builder told = message.toBuilder().setConjunctionId(eventId);
            if (message.getPreviousMessageId().isEmpty()) {
                told.setPreviousMessageId(previousMessageId);
            }
            return told.build();
        }
    }

    /** One encounter as one audience knows it. */
    private static final class Known {
        private final String eventId;
        private final Map<String, String> productByOriginator = new HashMap<>();
        private final Map<String, String> messageByOriginator = new HashMap<>();
        private Instant tca;

        Known(String eventId, Instant tca) {
            this.eventId = eventId;
            this.tca = tca;
        }
    }

    private final Map<String, List<Known>> byAudienceAndPair = new HashMap<>();
    private int messages;

    /** Takes a message in and returns the events that it belongs to, each with the audiences that share it, in order. */
    Map<Event, List<String>> of(
            String mode, List<String> audiences, ConjunctionWarning message, String contributionId) {
        Map<Event, List<String>> events = new LinkedHashMap<>();
        String originator = message.getOriginator();
        Instant tca = Times.instant(message.getTca());
        if (++messages % SWEEP_EVERY == 0) {
            forget(mode, tca.minus(REMEMBERED));
        }
        for (String audience : audiences) {
            List<Known> encounters = encounters(mode, audience, message);
            Known known = find(encounters, tca);
            if (known == null) {
                known = new Known(Digests.id("encounter", mode, pair(message), tca.toString(), contributionId), tca);
                encounters.add(known);
            }
            known.tca = tca;
            String productId = known.productByOriginator.computeIfAbsent(
                    originator,
                    first -> Digests.id(
                            "product",
                            ProductKind.PRODUCT_KIND_CONJUNCTION.name(),
                            originator,
                            contributionId,
                            pair(message),
                            tca.toString()));
            String previous = known.messageByOriginator.getOrDefault(originator, "");
            known.messageByOriginator.put(originator, message.getMessageId());
            events.computeIfAbsent(new Event(known.eventId, productId, previous), none -> new ArrayList<>())
                    .add(audience);
        }
        return events;
    }

    private void forget(String mode, Instant before) {
        byAudienceAndPair.entrySet().removeIf(entry -> {
            if (entry.getKey().startsWith(mode + " ")) {
                entry.getValue().removeIf(one -> one.tca.isBefore(before));
            }
            return entry.getValue().isEmpty();
        });
    }

    /** Takes up a product that was made before a restart. */
    void restore(String mode, List<String> audiences, Product product) {
        ConjunctionWarning message = product.getConjunction();
        Instant tca = Times.instant(message.getTca());
        for (String audience : audiences) {
            List<Known> encounters = encounters(mode, audience, message);
            Known known = encounters.stream()
                    .filter(one -> one.eventId.equals(message.getConjunctionId()))
                    .findFirst()
                    .orElseGet(() -> {
                        Known first = new Known(message.getConjunctionId(), tca);
                        encounters.add(first);
                        return first;
                    });
            known.tca = tca;
            known.productByOriginator.put(message.getOriginator(), product.getProductId());
            known.messageByOriginator.put(message.getOriginator(), message.getMessageId());
        }
    }

    private List<Known> encounters(String mode, String audience, ConjunctionWarning message) {
        return byAudienceAndPair.computeIfAbsent(
                mode + " " + audience + " " + pair(message), none -> new ArrayList<>());
    }

    private static @Nullable Known find(List<Known> encounters, Instant tca) {
        Known nearest = null;
        for (Known one : encounters) {
            Duration apart = Duration.between(one.tca, tca).abs();
            if (apart.compareTo(SAME_EVENT) <= 0
                    && (nearest == null
                            || apart.compareTo(
                                            Duration.between(nearest.tca, tca).abs())
                                    < 0)) {
                nearest = one;
            }
        }
        return nearest;
    }

    /** The pair in an order of its own, so that it does not matter who is warned of whom. */
    private static String pair(ConjunctionWarning message) {
        String a = key(message.getObject1().getObject());
        String b = key(message.getObject2().getObject());
        return a.compareTo(b) <= 0 ? a + " " + b : b + " " + a;
    }

    private static String key(ObjectReference object) {
        return ObjectKey.of(object).map(ObjectKey::text).orElse("");
    }
}
