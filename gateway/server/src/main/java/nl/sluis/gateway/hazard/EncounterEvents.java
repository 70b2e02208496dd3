package nl.sluis.gateway.hazard;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import nl.sluis.gateway.item.Digests;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.item.Thresholds;
import nl.sluis.gateway.item.Times;
import nl.sluis.journal.v1.Basis;
import nl.sluis.proto.v1.ConjunctionState;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.ProbabilityTrend;
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

    /** A probability that has grown by more than this factor rises. */
    private static final double RISEN = 4.0 / 3;

    /** Messages between two looks for events that have passed. */
    private static final int SWEEP_EVERY = 10_000;

    /**
     * What an audience knows of an encounter through one originator.
     *
     * @param eventId equal for all originators
     * @param productId of the chain of versions
     * @param previousMessageId the originator's own identifier of the message before; empty: this is the first
     * @param previousProbability what it said of the probability; empty: nothing
     */
    record Event(String eventId, String productId, String previousMessageId, OptionalDouble previousProbability) {
        /** The message as part of the event; what its originator said of its own history stays. */
        ConjunctionWarning told(ConjunctionWarning message) {
            ConjunctionWarning.Builder told =
                    message.toBuilder().setConjunctionId(eventId).setTrend(trend(previousProbability, message));
            if (message.getPreviousMessageId().isEmpty()) {
                told.setPreviousMessageId(previousMessageId);
            }
            return told.build();
        }
    }

    /** One encounter as one audience knows it. */
    private static final class Known {
        private final String eventId;
        private final Map<String, String> productByTeller = new HashMap<>();
        private final Map<String, ConjunctionWarning> messageByTeller = new HashMap<>();
        private Instant tca;

        Known(String eventId, Instant tca) {
            this.eventId = eventId;
            this.tca = tca;
        }
    }

    private record Place(String mode, String audience, String chain) {}

    private static final Comparator<Place> ORDER =
            Comparator.comparing(Place::mode).thenComparing(Place::audience).thenComparing(Place::chain);

    private final Map<String, List<Known>> byAudienceAndPair = new HashMap<>();

    /** The encounters ahead that a screening found. */
    private final NavigableMap<Place, Open> ahead = new TreeMap<>(ORDER);

    /** The same by data mode and object: a catalogue has tens of thousands ahead, and an object few. */
    private final Map<String, Set<Place>> aheadByObject = new HashMap<>();

    /** Not after the time at which the next of them will have passed. */
    private Instant nextPassed = Instant.MAX;

    private int messages;

    /** Takes a message in and returns the events that it belongs to, each with the audiences that share it, in order. */
    Map<Event, List<String>> of(
            String mode, List<String> audiences, ConjunctionWarning message, String contributionId) {
        Map<Event, List<String>> events = new LinkedHashMap<>();
        String teller = teller(message);
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
            String productId = known.productByTeller.computeIfAbsent(
                    teller,
                    first -> Digests.id(
                            "product",
                            ProductKind.PRODUCT_KIND_CONJUNCTION.name(),
                            teller,
                            contributionId,
                            pair(message),
                            tca.toString()));
            ConjunctionWarning previous =
                    known.messageByTeller.getOrDefault(teller, ConjunctionWarning.getDefaultInstance());
            known.messageByTeller.put(teller, said(message));
            events.computeIfAbsent(
                            new Event(known.eventId, productId, previous.getMessageId(), probability(previous)),
                            none -> new ArrayList<>())
                    .add(audience);
        }
        return events;
    }

    /** Of a message what its successors need. */
    private static ConjunctionWarning said(ConjunctionWarning message) {
        ConjunctionWarning.Builder said = ConjunctionWarning.newBuilder().setMessageId(message.getMessageId());
        if (message.hasProbability()) {
            said.getProbabilityBuilder().setValue(message.getProbability().getValue());
        }
        return said.build();
    }

    private static OptionalDouble probability(ConjunctionWarning message) {
        return message.hasProbability()
                ? OptionalDouble.of(message.getProbability().getValue())
                : OptionalDouble.empty();
    }

    private static ProbabilityTrend trend(OptionalDouble before, ConjunctionWarning message) {
        if (before.isEmpty() || !message.hasProbability()) {
            return ProbabilityTrend.PROBABILITY_TREND_UNSPECIFIED;
        }
        double now = message.getProbability().getValue();
        if (now > RISEN * before.getAsDouble()) {
            return ProbabilityTrend.PROBABILITY_TREND_RISING;
        }
        return now < before.getAsDouble() / RISEN
                ? ProbabilityTrend.PROBABILITY_TREND_FALLING
                : ProbabilityTrend.PROBABILITY_TREND_STEADY;
    }

    /**
     * An encounter that is ahead, as it was last told.
     *
     * @param productId of the chain of versions
     * @param basis whom it was told and what it was made from
     * @param message what was told
     */
    record Open(String productId, Basis basis, ConjunctionWarning message) {
        private Instant tca() {
            return Times.instant(message.getTca());
        }

        private Instant over() {
            return EncounterEvents.over(tca());
        }

        private List<String> objects() {
            return List.of(
                    key(message.getObject1().getObject()),
                    key(message.getObject2().getObject()));
        }
    }

    /**
     * From when on an encounter has passed: when the ten minutes are over in which it falls. Who may know its time coarsely
     * alone must not learn it from the moment at which it is told.
     */
    static Instant over(Instant tca) {
        long s = SAME_EVENT.toSeconds();
        return Instant.ofEpochSecond((Math.floorDiv(tca.getEpochSecond(), s) + 1) * s);
    }

    /** Keeps what was told of an encounter, so that it can be told when it is over. */
    void opened(String mode, String productId, Basis basis, ConjunctionWarning message) {
        for (String audience : basis.getAudiencesList()) {
            Place place = new Place(mode, audience, chain(message));
            if (message.getState() == ConjunctionState.CONJUNCTION_STATE_AHEAD) {
                Open open = new Open(productId, basis, message);
                ahead.put(place, open);
                open.objects()
                        .forEach(key -> aheadByObject
                                .computeIfAbsent(mode + " " + key, none -> new HashSet<>())
                                .add(place));
                nextPassed = open.over().isBefore(nextPassed) ? open.over() : nextPassed;
            } else {
                close(place);
            }
        }
    }

    /** From when on it is to be asked which encounters have passed; empty: none is ahead. */
    Optional<Instant> nextPassed() {
        return Optional.of(nextPassed).filter(time -> time.isBefore(Instant.MAX));
    }

    /** Takes out the encounters that have passed, by time. */
    List<Open> passed(Instant now) {
        if (nextPassed.isAfter(now)) {
            return List.of();
        }
        List<Open> passed =
                over(List.copyOf(ahead.keySet()), open -> !open.over().isAfter(now));
        nextPassed = ahead.values().stream()
                .map(Open::over)
                .min(Comparator.naturalOrder())
                .orElse(Instant.MAX);
        return passed;
    }

    private void close(Place place) {
        Open open = ahead.remove(place);
        if (open != null) {
            open.objects()
                    .forEach(key -> aheadByObject.computeIfPresent(place.mode() + " " + key, (object, places) -> {
                        places.remove(place);
                        return places.isEmpty() ? null : places;
                    }));
        }
    }

    /** What is ahead of an object, whoever knows of it. */
    private Set<Place> ahead(String mode, String objectKey) {
        return aheadByObject.getOrDefault(mode + " " + objectKey, Set.of());
    }

    /**
     * Takes out the encounters that a new screening no longer finds.
     *
     * @param audiences whose view was screened
     * @param objects keys of what was screened
     * @param wasSearched whether the screening would have found what a message is about; those that rest on another source stay
     * @param from start of what was screened
     * @param to its end
     * @param found the chains of the messages that were made
     */
    List<Open> cleared(
            String mode,
            Collection<String> audiences,
            Collection<String> objects,
            Predicate<ConjunctionWarning> wasSearched,
            Instant from,
            Instant to,
            Set<String> found) {
        Set<String> whose = Set.copyOf(audiences);
        return over(
                objects.stream()
                        .flatMap(key -> ahead(mode, key).stream())
                        .filter(place -> whose.contains(place.audience()))
                        .distinct()
                        .sorted(ORDER)
                        .toList(),
                open -> wasSearched.test(open.message())
                        && !open.tca().isBefore(from)
                        && !open.tca().isAfter(to)
                        && !found.contains(chain(open.message())));
    }

    /** The messages that follow each other about one encounter: those of one teller. */
    static String chain(ConjunctionWarning message) {
        return message.getConjunctionId() + " " + teller(message);
    }

    /** Who tells: an originator; of our own messages those that rest on other sources of the orbits are others'. */
    private static String teller(ConjunctionWarning message) {
        return message.getOriginator().equals(Warnings.ORIGINATOR)
                ? message.getOriginator() + sources(message)
                : message.getOriginator();
    }

    private static String sources(ConjunctionWarning message) {
        return Stream.of(message.getObject1(), message.getObject2())
                .filter(Warnings::isOfEphemeris)
                .map(object -> " " + key(object.getObject()))
                .sorted()
                .collect(Collectors.joining());
    }

    /** Forgets what was made of a contribution that was taken back: whoever was told of it is told of that. */
    void withdraw(String contributionId) {
        ahead.entrySet().stream()
                .filter(entry ->
                        entry.getValue().basis().getContributionIdsList().contains(contributionId))
                .map(Map.Entry::getKey)
                .toList()
                .forEach(this::close);
    }

    private List<Open> over(List<Place> among, Predicate<Open> isOver) {
        Map<String, Open> over = new LinkedHashMap<>();
        Map<String, List<String>> told = new HashMap<>();
        for (Place place : among) {
            Open open = ahead.get(place);
            if (open == null || !isOver.test(open)) {
                continue;
            }
            // audiences with equal histories were told the same
            String same = open.productId() + " " + open.message().getMessageId() + " "
                    + open.basis().getAudiencesList();
            over.putIfAbsent(same, open);
            told.computeIfAbsent(same, none -> new ArrayList<>()).add(place.audience());
            close(place);
        }
        return over.entrySet().stream()
                .map(entry -> new Open(
                        entry.getValue().productId(),
                        entry.getValue().basis().toBuilder()
                                .clearAudiences()
                                .addAllAudiences(told.getOrDefault(entry.getKey(), List.of()))
                                .build(),
                        entry.getValue().message()))
                .sorted(Comparator.comparing(Open::tca).thenComparing(Open::productId))
                .toList();
    }

    /** Whether an encounter of an object that is ahead has a probability near enough to a threshold to pass it. */
    boolean mayChange(String mode, String audience, String objectKey, Thresholds thresholds) {
        return ahead(mode, objectKey).stream()
                .filter(place -> place.audience().equals(audience))
                .map(ahead::get)
                .anyMatch(open -> open != null
                        && thresholds.isNear(open.message().getProbability().getValue()));
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
    void restore(String mode, List<String> audiences, Basis basis, Product product) {
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
            known.productByTeller.put(teller(message), product.getProductId());
            known.messageByTeller.put(teller(message), said(message));
        }
        if (message.getState() != ConjunctionState.CONJUNCTION_STATE_UNSPECIFIED) {
            opened(mode, product.getProductId(), basis, message);
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
            if (isSame(one.tca, tca)
                    && (nearest == null
                            || apart.compareTo(
                                            Duration.between(nearest.tca, tca).abs())
                                    < 0)) {
                nearest = one;
            }
        }
        return nearest;
    }

    /** Whether two closest approaches of one pair are one encounter. */
    static boolean isSame(Instant tca, Instant other) {
        return Duration.between(tca, other).abs().compareTo(SAME_EVENT) <= 0;
    }

    /** The pair in an order of its own, so that it does not matter who is warned of whom. */
    static String pair(ConjunctionWarning message) {
        String a = key(message.getObject1().getObject());
        String b = key(message.getObject2().getObject());
        return a.compareTo(b) <= 0 ? a + " " + b : b + " " + a;
    }

    private static String key(ObjectReference object) {
        return ObjectKey.of(object).map(ObjectKey::text).orElse("");
    }
}
