package nl.sluis.gateway.hazard;

import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import nl.sluis.gateway.item.Digests;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.item.Thresholds;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.item.Trajectories;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.gateway.store.Stage;
import nl.sluis.journal.v1.Basis;
import nl.sluis.journal.v1.Solution;
import nl.sluis.journal.v1.StoredProduct;
import nl.sluis.orbit.encounter.Encounter;
import nl.sluis.orbit.encounter.ObjectSizes;
import nl.sluis.orbit.encounter.ScreenedObject;
import nl.sluis.orbit.encounter.ScreeningResult;
import nl.sluis.proto.v1.ConjunctionState;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.Ephemeris;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Product;
import nl.sluis.proto.v1.ProductKind;
import nl.sluis.proto.v1.Proximity;

/** Makes products of solutions. */
public final class Hazards implements Stage.Work {
    /** One of so many objects that is new costs less to screen alone than all on all. */
    private static final int FEW = 100;

    private static final Before NONE = new Before(0, "");

    /**
     * A version that was made before.
     *
     * @param version its number
     * @param digest SHA-256 of the product, hexadecimal
     */
    private record Before(int version, String digest) {}

    /**
     * What tells one orbit of a view from another.
     *
     * @param key whose it is
     * @param source who made it
     */
    private record Source(String key, String source) {}

    private final ElementScreening screening;
    private final OneOnAll oneOnAll;
    private final ObjectSizes sizes;
    private final Function<String, Thresholds> thresholds;
    private final LabelJoin labels;
    private final InstantSource clock;
    private final Journal journal;
    private final Skies skies = new Skies();
    // written by the stage's own thread, and read by those who ask whether it is idle
    private volatile long handled;
    private volatile Instant nextDue = Instant.MAX;
    // as it was last seen: to ask for it before each entry would take longer than the entry where a server is asked
    private volatile long watermark;

    /**
     * The version before, by product and audience. Audiences with equal views have equal histories, so the
     * first one speaks for all of a view, and what one audience gets never depends on who shares its view.
     */
    private final Map<String, Before> before = new HashMap<>();

    private final EncounterEvents events = new EncounterEvents();

    /**
     * @param screening screens public elements, all on all
     * @param oneOnAll screens one orbit
     * @param sizes how large objects are
     * @param thresholds from when on an encounter is urgent for an audience; an empty one stands for all that state none
     * @param labels joins labels
     * @param clock the gateway's clock
     * @param journal where the products stand that were made before
     */
    public Hazards(
            ElementScreening screening,
            OneOnAll oneOnAll,
            ObjectSizes sizes,
            Function<String, Thresholds> thresholds,
            LabelJoin labels,
            InstantSource clock,
            Journal journal) {
        this.screening = screening;
        this.oneOnAll = oneOnAll;
        this.sizes = sizes;
        this.thresholds = thresholds;
        this.labels = labels;
        this.clock = clock;
        this.journal = journal;
    }

    /** Takes up the chains of versions where they were left. */
    @Override
    public void takeUp(Entry entry) throws InvalidProtocolBufferException {
        StoredProduct stored = StoredProduct.parseFrom(entry.payload());
        if (stored.hasWithdrawal()) {
            return;
        }
        remember(stored.getBasis(), stored.getProduct());
        // what goes to others one by one belongs to no history
        if (stored.getProduct().hasConjunction() && stored.getBasis().getAudiencesCount() > 0) {
            events.restore(
                    stored.getBasis().getLabel().getDataMode().name(),
                    audiences(stored.getBasis()),
                    stored.getBasis(),
                    stored.getProduct());
        }
    }

    /** What was made stands in the products log, and was taken up; what is known of orbits is taken up here. */
    @Override
    public void restore(Entry entry) throws InvalidProtocolBufferException {
        Solution solution = Solution.parseFrom(entry.payload());
        switch (solution.getContentCase()) {
            case TRACK, EPHEMERIS ->
                orbit(solution).ifPresent(orbit -> skies.restore(mode(solution), audiences(solution), orbit));
            case ELEMENTS -> skies.restore(mode(solution), solution.getBasis(), solution.getElements());
            case WITHDRAWAL -> {
                skies.withdraw(solution.getWithdrawal().getContributionId());
                events.withdraw(solution.getWithdrawal().getContributionId());
            }
            default -> {
                // says nothing of where an object is
            }
        }
        look();
        handled = entry.position();
    }

    @Override
    public List<NewEntry> handle(Entry entry) throws InvalidProtocolBufferException {
        Solution solution = Solution.parseFrom(entry.payload());
        List<NewEntry> made = handle(solution);
        look();
        handled = entry.position();
        return made;
    }

    private List<NewEntry> handle(Solution solution) {
        if (solution.hasWithdrawal()) {
            skies.withdraw(solution.getWithdrawal().getContributionId());
            events.withdraw(solution.getWithdrawal().getContributionId());
            return List.of(NewEntry.of(StoredProduct.newBuilder()
                    .setWithdrawal(solution.getWithdrawal())
                    .build()
                    .toByteArray()));
        }
        if (solution.hasComparison()) {
            return List.of();
        }
        Instant received = Times.instant(solution.getBasis().getReceived());
        List<StoredProduct> products = new ArrayList<>(due(received));
        products.addAll(products(solution));
        switch (solution.getContentCase()) {
            case TRACK, EPHEMERIS ->
                orbit(solution)
                        .ifPresent(orbit -> skies.take(mode(solution), audiences(solution), orbit, this::mayChange));
            case ELEMENTS ->
                skies.take(mode(solution), solution.getBasis(), solution.getElements(), received)
                        .forEach((sky, audiences) -> products.addAll(screened(mode(solution), audiences, sky)));
            default -> {
                // says nothing of where an object is
            }
        }
        products.addAll(due(received));
        return entries(products);
    }

    /** Something is due by the clock, and no entry stands before it. */
    @Override
    public boolean isStale() {
        if (clock.instant().isBefore(nextDue) || handled < watermark) {
            return false;
        }
        watermark = journal.watermark(LogName.SOLUTIONS);
        return handled >= watermark;
    }

    @Override
    public List<NewEntry> refresh() {
        List<NewEntry> made = entries(due(clock.instant()));
        look();
        return made;
    }

    private void look() {
        nextDue = Stream.concat(skies.nextDue().stream(), events.nextPassed().stream())
                .min(Comparator.naturalOrder())
                .orElse(Instant.MAX);
    }

    private static List<NewEntry> entries(List<StoredProduct> products) {
        return products.stream()
                .map(stored -> NewEntry.keyed(stored.getProduct().getProductId(), stored.toByteArray()))
                .toList();
    }

    private static String mode(Solution solution) {
        return solution.getBasis().getLabel().getDataMode().name();
    }

    private static List<String> audiences(Solution solution) {
        return solution.getBasis().getAudiencesList();
    }

    private Optional<KnownOrbit> orbit(Solution solution) {
        if (solution.hasEphemeris()) {
            return operators(solution.getBasis(), solution.getEphemeris());
        }
        return ObjectKey.of(solution.getTrack().getObject())
                .filter(key -> solution.getTrack().hasState())
                .map(key -> new KnownOrbit(solution.getBasis(), solution.getTrack(), key, oneOnAll.window()));
    }

    /** An operator's ephemeris; empty where it is no table, or ends before it was received. */
    private Optional<KnownOrbit> operators(Basis basis, Ephemeris ephemeris) {
        if (ephemeris.getStatesCount() < 2) {
            return Optional.empty();
        }
        try {
            nl.sluis.orbit.determination.Ephemeris states = Trajectories.table(ephemeris);
            return ObjectKey.of(ephemeris.getObject())
                    .map(key -> new KnownOrbit(basis, ephemeris.getObject(), key, states, oneOnAll.window()))
                    .filter(orbit -> orbit.start().isBefore(orbit.end()));
        } catch (IllegalArgumentException e) {
            // readable and no table: it is passed on, and meets nobody
            return Optional.empty();
        }
    }

    private boolean mayChange(String mode, String audience, ObjectKey key) {
        return events.mayChange(mode, audience, key.text(), thresholds.apply(audience));
    }

    /** Everything that has come to be due by a time, in an order that follows from receipt times. */
    private List<StoredProduct> due(Instant now) {
        List<StoredProduct> products = new ArrayList<>();
        for (EncounterEvents.Open passed : events.passed(now)) {
            products.add(over(passed, ConjunctionState.CONJUNCTION_STATE_PASSED));
        }
        for (Skies.Screening due : skies.due(now, this::mayChange)) {
            products.addAll(screened(due));
        }
        return products;
    }

    private StoredProduct over(EncounterEvents.Open open, ConjunctionState state) {
        return conjunction(
                open.basis(),
                open.productId(),
                open.message().toBuilder()
                        .setState(state)
                        .setPreviousMessageId(open.message().getMessageId())
                        .setMessageId(Digests.id("message", open.message().getMessageId(), state.name()))
                        .build());
    }

    /** One orbit against all else that a view knows. */
    private List<StoredProduct> screened(Skies.Screening due) {
        KnownOrbit one = due.orbit();
        List<StoredProduct> products = new ArrayList<>();
        Set<String> found = new HashSet<>();
        boolean isSearched = false;
        Optional<ScreeningResult> againstOthers = oneOnAll.against(due.others(), one);
        if (againstOthers.isPresent()) {
            isSearched = true;
            Map<Source, KnownOrbit> others = due.others().stream()
                    .collect(Collectors.toMap(
                            other -> new Source(
                                    other.key().text(), other.source().text()),
                            Function.identity()));
            Function<ScreenedObject, KnownOrbit> met =
                    object -> Objects.requireNonNull(others.get(new Source(object.identity(), object.source())));
            products.addAll(told(
                    due,
                    againstOthers.get(),
                    object -> met.apply(object).basis(),
                    object -> known(met.apply(object)),
                    (object, epoch) -> met.apply(object).reaches(epoch),
                    found));
        }
        PublicSky elements = due.elements();
        Optional<ScreeningResult> againstElements = oneOnAll.against(elements, one);
        if (againstElements.isPresent()) {
            isSearched = true;
            products.addAll(told(
                    due,
                    againstElements.get(),
                    object -> elements.basis(object.identity()),
                    object -> new Warnings.Known(
                            elements.reference(object.identity()), OrbitSource.ELEMENTS, Optional.empty()),
                    (object, epoch) -> due.others().stream()
                            .noneMatch(other -> other.key().text().equals(object.identity()) && other.reaches(epoch)),
                    found));
        }
        // an orbit that can't be followed, or that nothing is known beside, has cleared nothing
        if (isSearched) {
            events.cleared(
                            due.mode(),
                            due.audiences(),
                            List.of(one.key().text()),
                            known(one)::isIn,
                            one.start(),
                            one.end(),
                            found)
                    .forEach(open -> products.add(over(open, ConjunctionState.CONJUNCTION_STATE_CLEARED)));
        }
        return products;
    }

    /** What a screening found, as warnings to those whose view it is, and one by one to others whom policy lets be warned. */
    private List<StoredProduct> told(
            Skies.Screening due,
            ScreeningResult result,
            Function<ScreenedObject, Basis> otherBasis,
            Function<ScreenedObject, Warnings.Known> other,
            BiPredicate<ScreenedObject, Instant> counts,
            Set<String> found) {
        KnownOrbit one = due.orbit();
        List<StoredProduct> products = new ArrayList<>();
        Warnings.Searched searched = new Warnings.Searched(one.start(), oneOnAll.window(), oneOnAll.thresholds());
        for (Encounter encounter : result.encounters()) {
            ScreenedObject partner = partner(one, encounter.object1(), encounter.object2());
            if (!one.reaches(encounter.tca()) || !counts.test(partner, encounter.tca())) {
                continue;
            }
            joined(due.audiences(), one.basis(), otherBasis.apply(partner)).ifPresent(basis -> {
                String inputs = inputs(basis);
                ConjunctionWarning warning = urgent(
                        basis,
                        Warnings.assessed(
                                Warnings.warning(
                                        encounter,
                                        searched,
                                        known(one, encounter.object1(), other),
                                        known(one, encounter.object2(), other)),
                                encounter,
                                sizes));
                products.addAll(inEvents(basis, inputs, warning, found));
                products.add(alone(basis, inputs, warning));
            });
        }
        for (nl.sluis.orbit.encounter.Proximity pair : result.proximities()) {
            ScreenedObject partner = partner(one, pair.object1(), pair.object2());
            if (counts.test(partner, pair.closestAt())) {
                joined(due.audiences(), one.basis(), otherBasis.apply(partner))
                        .ifPresent(basis -> products.add(proximity(
                                basis,
                                Warnings.proximity(
                                        pair,
                                        known(one, pair.object1(), other).reference(),
                                        known(one, pair.object2(), other).reference()))));
            }
        }
        return products;
    }

    private ConjunctionWarning urgent(Basis basis, ConjunctionWarning warning) {
        return thresholds.apply("").classed(timed(basis, warning));
    }

    /** Says whether an encounter is still ahead. */
    private static ConjunctionWarning timed(Basis basis, ConjunctionWarning warning) {
        boolean isAhead =
                EncounterEvents.over(Times.instant(warning.getTca())).isAfter(Times.instant(basis.getReceived()));
        return warning.toBuilder()
                .setState(
                        isAhead ? ConjunctionState.CONJUNCTION_STATE_AHEAD : ConjunctionState.CONJUNCTION_STATE_PASSED)
                .build();
    }

    private static ScreenedObject partner(KnownOrbit one, ScreenedObject object1, ScreenedObject object2) {
        return object1.identity().equals(one.key().text()) ? object2 : object1;
    }

    private static Warnings.Known known(
            KnownOrbit one, ScreenedObject object, Function<ScreenedObject, Warnings.Known> other) {
        return object.identity().equals(one.key().text()) ? known(one) : other.apply(object);
    }

    private static Warnings.Known known(KnownOrbit orbit) {
        return new Warnings.Known(orbit.object(), orbit.source(), orbit.track());
    }

    /** What a warning about two orbits of a view rests on; empty where their labels can't be joined. */
    private Optional<Basis> joined(List<String> audiences, Basis one, Basis other) {
        Set<String> contributions = new LinkedHashSet<>(one.getContributionIdsList());
        contributions.addAll(other.getContributionIdsList());
        Set<Label> sources = new LinkedHashSet<>(one.getSourceLabelsList());
        sources.addAll(other.getSourceLabelsList());
        Instant received = Times.instant(one.getReceived());
        Instant receivedOther = Times.instant(other.getReceived());
        return labels.of(List.copyOf(sources))
                .map(label -> Basis.newBuilder()
                        .addAllAudiences(audiences)
                        .addAllContributionIds(contributions)
                        .setLabel(label)
                        .setReceived(Times.timestamp(receivedOther.isAfter(received) ? receivedOther : received))
                        .addAllSourceLabels(sources)
                        .build());
    }

    /**
     * A warning for those whose view it is not, where policy lets them be warned all the same, for example by a declared
     * downgrade. They learn of this message alone: not of a history that they did not see.
     */
    private StoredProduct alone(Basis basis, String inputs, ConjunctionWarning warning) {
        String id = Digests.id(
                "warning",
                basis.getLabel().getDataMode().name(),
                String.join(" ", basis.getAudiencesList()),
                warning.getConjunctionId(),
                inputs);
        return conjunction(
                besides(basis),
                id,
                warning.toBuilder().setConjunctionId(id).setMessageId(id).build());
    }

    private Collection<StoredProduct> products(Solution solution) {
        Basis basis = solution.getBasis();
        return switch (solution.getContentCase()) {
            case TRACK -> {
                ObjectReference object = solution.getTrack().getObject();
                yield List.of(product(
                        basis,
                        ProductKind.PRODUCT_KIND_TRACK,
                        keyOf(object),
                        List.of(object),
                        Product.newBuilder().setTrack(solution.getTrack())));
            }
            case CONJUNCTION -> contributed(basis, solution);
            case REENTRY ->
                passedOn(
                        basis,
                        ProductKind.PRODUCT_KIND_REENTRY,
                        List.of(solution.getReentry().getObject()),
                        Product.newBuilder().setReentry(solution.getReentry()));
            case MANOEUVRE_PLAN ->
                passedOn(
                        basis,
                        ProductKind.PRODUCT_KIND_MANOEUVRE,
                        List.of(solution.getManoeuvrePlan().getObject()),
                        Product.newBuilder().setManoeuvrePlan(solution.getManoeuvrePlan()));
            case FRAGMENTATION ->
                passedOn(
                        basis,
                        ProductKind.PRODUCT_KIND_FRAGMENTATION,
                        solution.getFragmentation().getParentsList(),
                        Product.newBuilder().setFragmentation(solution.getFragmentation()));
            case LAUNCH ->
                passedOn(
                        basis,
                        ProductKind.PRODUCT_KIND_LAUNCH,
                        List.of(),
                        Product.newBuilder().setLaunch(solution.getLaunch()));
            case INTERFERENCE ->
                passedOn(
                        basis,
                        ProductKind.PRODUCT_KIND_INTERFERENCE,
                        solution.getInterference().hasObject()
                                ? List.of(solution.getInterference().getObject())
                                : List.of(),
                        Product.newBuilder().setInterference(solution.getInterference()));
            case EPHEMERIS ->
                passedOn(
                        // it is everybody's that policy lets have it, whoever may use it
                        basis.toBuilder().clearAudiences().build(),
                        ProductKind.PRODUCT_KIND_EPHEMERIS,
                        List.of(solution.getEphemeris().getObject()),
                        Product.newBuilder().setEphemeris(solution.getEphemeris()));
            // whose track is whose is told by the tracks that come of it; elements are screened once all of a change
            // has come
            case ASSOCIATIONS, ELEMENTS -> List.of();
            case WITHDRAWAL, COMPARISON, CONTENT_NOT_SET ->
                throw new IllegalStateException(
                        "solution: " + solution.getContentCase() + " (expected: what a product is made of)");
        };
    }

    /** What the objects of which elements are new meet, as far as elements tell. */
    private List<StoredProduct> screened(String mode, List<String> audiences, PublicSky sky) {
        List<StoredProduct> products = new ArrayList<>();
        ElementScreening.Found found = sky.changed().size() * FEW < sky.size()
                ? oneOnAll.changed(sky)
                : screening.screen(sky.elements()).of(sky.changed());
        for (ConjunctionWarning conjunction : found.conjunctions()) {
            // where a view has a better orbit of one of the objects, the screening of that one speaks
            List<String> told = audiences.stream()
                    .filter(audience -> !isKnown(mode, audience, conjunction))
                    .toList();
            if (!told.isEmpty()) {
                joined(
                                told,
                                sky,
                                conjunction.getObject1().getObject(),
                                conjunction.getObject2().getObject())
                        .ifPresent(basis -> products.addAll(
                                inEvents(basis, inputs(basis), timed(basis, conjunction), new HashSet<>())));
            }
        }
        // what was found stays, also where nobody was told of it: whom it was told depends on orbits that others know
        Map<String, List<Instant>> tcas = found.conjunctions().stream()
                .collect(Collectors.groupingBy(
                        EncounterEvents::pair,
                        Collectors.mapping(one -> Times.instant(one.getTca()), Collectors.toList())));
        sky.newest()
                .ifPresent(start -> events.cleared(
                                mode,
                                audiences,
                                sky.changed(),
                                warning -> Warnings.isOfElements(warning, sky.changed())
                                        && tcas.getOrDefault(EncounterEvents.pair(warning), List.of()).stream()
                                                .noneMatch(tca ->
                                                        EncounterEvents.isSame(tca, Times.instant(warning.getTca()))),
                                start,
                                start.plus(oneOnAll.window()),
                                Set.of())
                        .forEach(open -> products.add(over(open, ConjunctionState.CONJUNCTION_STATE_CLEARED))));
        for (Proximity proximity : found.proximities()) {
            joined(audiences, sky, proximity.getObject1(), proximity.getObject2())
                    .ifPresent(basis -> products.add(proximity(basis, proximity)));
        }
        return products;
    }

    private Optional<Basis> joined(
            List<String> audiences, PublicSky sky, ObjectReference object1, ObjectReference object2) {
        return joined(audiences, sky.basis(keyOf(object1)), sky.basis(keyOf(object2)));
    }

    private boolean isKnown(String mode, String audience, ConjunctionWarning conjunction) {
        Instant tca = Times.instant(conjunction.getTca());
        return skies.isKnown(mode, audience, keyOf(conjunction.getObject1().getObject()), tca)
                || skies.isKnown(mode, audience, keyOf(conjunction.getObject2().getObject()), tca);
    }

    private StoredProduct proximity(Basis basis, Proximity proximity) {
        List<ObjectReference> pair = List.of(proximity.getObject1(), proximity.getObject2());
        return product(
                basis,
                ProductKind.PRODUCT_KIND_PROXIMITY,
                keyOf(pair.get(0)) + " " + keyOf(pair.get(1)),
                pair,
                Product.newBuilder().setProximity(proximity));
    }

    /** A partner's message joins the encounter that those know who may use it; to others it goes alone. */
    private Collection<StoredProduct> contributed(Basis basis, Solution solution) {
        String contribution = basis.getContributionIds(0);
        ConjunctionWarning conjunction = thresholds
                .apply("")
                .classed(PartnerConjunctions.assess(solution.getConjunction(), contribution, sizes));
        List<StoredProduct> products = new ArrayList<>();
        if (basis.getAudiencesCount() > 0) {
            // it is taken back alone, so it is a product of its own beside the others of its encounter
            events.of(basis.getLabel().getDataMode().name(), audiences(basis), conjunction, contribution)
                    .forEach((event, audiences) -> products.add(conjunction(
                            basis.toBuilder()
                                    .clearAudiences()
                                    .addAllAudiences(audiences)
                                    .build(),
                            Digests.id(
                                    "product",
                                    ProductKind.PRODUCT_KIND_CONJUNCTION.name(),
                                    contribution,
                                    event.eventId()),
                            event.told(conjunction))));
        }
        // whom one message reaches by declared downgrade learns of that message alone, not of a history
        products.add(conjunction(
                besides(basis),
                Digests.id("product", ProductKind.PRODUCT_KIND_CONJUNCTION.name(), contribution, contribution),
                conjunction));
        return products;
    }

    private static Basis besides(Basis basis) {
        return basis.toBuilder()
                .clearAudiences()
                .addAllBeside(basis.getAudiencesList())
                .build();
    }

    private static String inputs(Basis basis) {
        return Digests.id("inputs", String.join(" ", basis.getContributionIdsList()));
    }

    /** One product for each history: audiences that know different things of the encounter get different ones. */
    private List<StoredProduct> inEvents(
            Basis basis, String inputs, ConjunctionWarning conjunction, Set<String> found) {
        List<StoredProduct> products = new ArrayList<>();
        String mode = basis.getLabel().getDataMode().name();
        ConjunctionWarning message = conjunction.getMessageId().isEmpty()
                ? conjunction.toBuilder()
                        .setMessageId(Digests.id("message", conjunction.getConjunctionId(), inputs))
                        .build()
                : conjunction;
        events.of(mode, audiences(basis), message, basis.getContributionIds(0)).forEach((event, audiences) -> {
            Basis part = basis.getAudiencesCount() == 0
                    ? basis
                    : basis.toBuilder()
                            .clearAudiences()
                            .addAllAudiences(audiences)
                            .build();
            ConjunctionWarning told = event.told(message);
            found.add(EncounterEvents.chain(told));
            if (told.getState() == ConjunctionState.CONJUNCTION_STATE_AHEAD) {
                events.opened(mode, event.productId(), part, told);
            }
            products.add(conjunction(part, event.productId(), told));
        });
        return products;
    }

    private StoredProduct conjunction(Basis basis, String productId, ConjunctionWarning conjunction) {
        return product(
                basis,
                productId,
                ProductKind.PRODUCT_KIND_CONJUNCTION,
                List.of(
                        conjunction.getObject1().getObject(),
                        conjunction.getObject2().getObject()),
                Product.newBuilder().setConjunction(conjunction));
    }

    private List<StoredProduct> passedOn(
            Basis basis, ProductKind kind, List<ObjectReference> objects, Product.Builder content) {
        return List.of(product(basis, kind, basis.getContributionIds(0), objects, content));
    }

    /**
     * A product. Its identifier rests on the kind, the subject and the first contribution of the view, so that two views
     * of one object do not share it unless they began alike, and later versions of one view do.
     */
    private StoredProduct product(
            Basis basis, ProductKind kind, String subject, List<ObjectReference> objects, Product.Builder content) {
        return product(
                basis,
                Digests.id("product", kind.name(), subject, basis.getContributionIds(0)),
                kind,
                objects,
                content);
    }

    private StoredProduct product(
            Basis basis, String id, ProductKind kind, List<ObjectReference> objects, Product.Builder content) {
        String audience = basis.getAudiencesCount() == 0 ? "" : basis.getAudiences(0);
        Before previous = before.getOrDefault(id + " " + audience, NONE);
        Product product = content.setProductId(id)
                .setVersion(previous.version() + 1)
                .setSupersedes(previous.digest())
                .setKind(kind)
                .setCreated(basis.getReceived())
                .setDataMode(basis.getLabel().getDataMode())
                .build();
        remember(basis, product);
        return StoredProduct.newBuilder()
                .setBasis(basis)
                .setProduct(product)
                .addAllObjects(objects)
                .build();
    }

    private void remember(Basis basis, Product product) {
        String digest = HexFormat.of().formatHex(Digests.sha256(product.toByteArray()));
        audiences(basis)
                .forEach(audience ->
                        before.put(product.getProductId() + " " + audience, new Before(product.getVersion(), digest)));
    }

    private static List<String> audiences(Basis basis) {
        return basis.getAudiencesCount() == 0 ? List.of("") : basis.getAudiencesList();
    }

    private static String keyOf(ObjectReference object) {
        return ObjectKey.of(object).map(ObjectKey::text).orElse("");
    }
}
