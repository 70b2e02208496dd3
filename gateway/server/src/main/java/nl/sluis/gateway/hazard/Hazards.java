package nl.sluis.gateway.hazard;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import nl.sluis.gateway.item.Digests;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.gateway.store.Stage;
import nl.sluis.journal.v1.Basis;
import nl.sluis.journal.v1.Solution;
import nl.sluis.journal.v1.StoredProduct;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Product;
import nl.sluis.proto.v1.ProductKind;
import nl.sluis.proto.v1.Proximity;

/** Makes products of solutions. */
public final class Hazards implements Stage.Work {
    private static final int READ_ENTRIES_MAX = 256;
    private static final Before NONE = new Before(0, "");

    /**
     * A version that was made before.
     *
     * @param version its number
     * @param digest SHA-256 of the product, hexadecimal
     */
    private record Before(int version, String digest) {}

    private final ElementScreening screening;
    private final Journal journal;

    /**
     * The version before, by product and audience. Audiences with equal views have equal histories, so the
     * first one speaks for all of a view, and what one audience gets never depends on who shares its view.
     */
    private final Map<String, Before> before = new HashMap<>();

    private final EncounterEvents events = new EncounterEvents();

    /**
     * @param screening screens public elements
     * @param journal where the products stand that were made before
     */
    public Hazards(ElementScreening screening, Journal journal) {
        this.screening = screening;
        this.journal = journal;
    }

    /** Takes up the chains of versions where they were left. */
    @Override
    public void begin() throws InvalidProtocolBufferException {
        long next = Math.max(1, journal.oldest(LogName.PRODUCTS));
        long end = journal.watermark(LogName.PRODUCTS);
        while (next <= end) {
            for (Entry entry : journal.read(LogName.PRODUCTS, next, READ_ENTRIES_MAX)) {
                StoredProduct stored = StoredProduct.parseFrom(entry.payload());
                if (!stored.hasWithdrawal()) {
                    remember(stored.getBasis(), stored.getProduct());
                    // what a partner contributed is passed on to all and belongs to no history
                    if (stored.getProduct().hasConjunction()
                            && stored.getBasis().getAudiencesCount() > 0) {
                        events.restore(
                                stored.getBasis().getLabel().getDataMode().name(),
                                audiences(stored.getBasis()),
                                stored.getProduct());
                    }
                }
                next = entry.position() + 1;
            }
        }
    }

    @Override
    public void restore(Entry entry) {
        // what was made stands in the products log, and begin has read it
    }

    @Override
    public List<NewEntry> handle(Entry entry) throws InvalidProtocolBufferException {
        Solution solution = Solution.parseFrom(entry.payload());
        if (solution.hasWithdrawal()) {
            return List.of(NewEntry.of(StoredProduct.newBuilder()
                    .setWithdrawal(solution.getWithdrawal())
                    .build()
                    .toByteArray()));
        }
        if (solution.hasComparison()) {
            return List.of();
        }
        return products(solution).stream()
                .map(stored -> NewEntry.keyed(stored.getProduct().getProductId(), stored.toByteArray()))
                .toList();
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
            case ELEMENTS -> screened(basis, solution);
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
                        basis,
                        ProductKind.PRODUCT_KIND_EPHEMERIS,
                        List.of(solution.getEphemeris().getObject()),
                        Product.newBuilder().setEphemeris(solution.getEphemeris()));
            // whose track is whose is told by the tracks that come of it
            case ASSOCIATIONS -> List.of();
            case WITHDRAWAL, COMPARISON, CONTENT_NOT_SET ->
                throw new IllegalStateException(
                        "solution: " + solution.getContentCase() + " (expected: what a product is made of)");
        };
    }

    private Collection<StoredProduct> screened(Basis basis, Solution solution) {
        List<StoredProduct> products = new ArrayList<>();
        ElementScreening.Found found = screening.screen(solution.getElements().getElementsList());
        for (ConjunctionWarning conjunction : found.conjunctions()) {
            products.addAll(inEvents(basis, conjunction));
        }
        for (Proximity proximity : found.proximities()) {
            List<ObjectReference> pair = List.of(proximity.getObject1(), proximity.getObject2());
            products.add(product(
                    basis,
                    ProductKind.PRODUCT_KIND_PROXIMITY,
                    keyOf(pair.get(0)) + " " + keyOf(pair.get(1)),
                    pair,
                    Product.newBuilder().setProximity(proximity)));
        }
        return products;
    }

    private Collection<StoredProduct> contributed(Basis basis, Solution solution) {
        String contribution = basis.getContributionIds(0);
        ConjunctionWarning conjunction = PartnerConjunctions.assess(solution.getConjunction(), contribution);
        // whom one message reaches by declared downgrade learns of that message alone, not of a history
        return List.of(conjunction(
                basis,
                Digests.id("product", ProductKind.PRODUCT_KIND_CONJUNCTION.name(), contribution, contribution),
                conjunction));
    }

    /** One product for each history: audiences that know different things of the encounter get different ones. */
    private List<StoredProduct> inEvents(Basis basis, ConjunctionWarning conjunction) {
        List<StoredProduct> products = new ArrayList<>();
        String mode = basis.getLabel().getDataMode().name();
        events.of(mode, audiences(basis), conjunction, basis.getContributionIds(0))
                .forEach((event, audiences) -> {
                    Basis part = basis.getAudiencesCount() == 0
                            ? basis
                            : basis.toBuilder()
                                    .clearAudiences()
                                    .addAllAudiences(audiences)
                                    .build();
                    products.add(conjunction(part, event.productId(), event.told(conjunction)));
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
