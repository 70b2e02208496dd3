package nl.sluis.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.partner.ReceivedProduct;
import nl.sluis.proto.v1.AuditEntry;
import nl.sluis.proto.v1.AuditEvent;
import nl.sluis.proto.v1.AuditServiceGrpc;
import nl.sluis.proto.v1.ConjunctionObject;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.Delivery;
import nl.sluis.proto.v1.Document;
import nl.sluis.proto.v1.DocumentFormat;
import nl.sluis.proto.v1.IndexedEntry;
import nl.sluis.proto.v1.ListEntriesRequest;
import nl.sluis.proto.v1.Product;
import nl.sluis.proto.v1.ProductKind;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.scenarios.Histories.Marking;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nations track one satellite, and one of them also has a radar that nobody may know of; the radar alone sees another
 * satellite, which the first will meet. The nation's own orbit is sharp, its allies' less so, and a commercial operator gets
 * the warnings that all have declared, those that the gateway finds in the nation's view too, and nothing else. The same day
 * is played without the radar: nobody else's stream differs in a byte, except by the warnings.
 */
class S61SecretRadarTest {
    private static final String OWNER = "fra/radar-west";
    private static final String RADAR = "fra/deep-eye";
    private static final String NATION = "fra/centre-west";
    private static final List<String> ALLIES = List.of("deu/centre-north", "ita/centre-south", "nor/centre-fjord");
    private static final String OPERATOR = "lux/operator";
    private static final int SATELLITE = 0;
    private static final int UNSEEN = 1;
    private static final String MESSAGE = "cdm/000020580_conj_000002017_20230613_001923_20230608_063715.cdm";

    /** A line of each owner's policy, behind or before which its officers declare the same. */
    private static final String FRA = "  - redact: own-residuals\n";

    private static final String ITA = "  - deny: not-to-operators\n";
    private static final String DEU =
            "owner: DEU\nimports: [tenants.yaml, audiences.yaml, object-groups.yaml]\nrules:\n";

    private static final String DECLARED = """
          - relabel: safety-of-flight
            what: {kind: conjunction}
            keep: [tca, miss_distance: 100 m, objects]
            as: {NLD: unclassified, rel: [COMMERCIAL]}
            why: "a collision warning is never late"
        """;

    @TempDir
    static Path folder;

    private static Map<String, Received> with;
    private static Map<String, Received> without;

    /** What the nation's own account says of the downgrades that it has declared. */
    private static List<AuditEntry> downgrades;

    @BeforeAll
    static void bothDays() throws Exception {
        // certificates are of today, so the days that are played are too
        Instant start = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        List<String> tenants =
                new ArrayList<>(List.of("nld/centre-host:officer,operator", "nld/catalogue:contributor"));
        Histories.ORIGINATORS.forEach(originator -> tenants.add(originator + ":contributor"));
        Histories.SUBSCRIBERS.forEach(subscriber -> tenants.add(subscriber + ":subscriber"));
        DevelopmentPki pki =
                GatewayUnderTest.pki(folder.resolve("pki"), "nld", tenants, "nld/centre-host:first-officer");
        with = play("with", pki, start, true);
        without = play("without", pki, start, false);
    }

    @Test
    void theNationsOwnOrbitIsSharpAndItsAlliesLessSo() {
        double own = sigma(with, NATION);
        for (String ally : ALLIES) {
            assertThat(sigma(with, ally)).as(ally).isGreaterThan(3 * own);
        }
        assertThat(sigma(without, NATION)).isGreaterThan(3 * own);
    }

    @Test
    void theOperatorGetsItsWarningsAndNothingElse() {
        List<ReceivedProduct> products = with.get(OPERATOR).products();
        assertThat(products)
                .extracting(one -> one.product().getKind())
                .containsOnly(ProductKind.PRODUCT_KIND_CONJUNCTION);
        assertThat(with.get(OPERATOR).warnings(S61SecretRadarTest::isUnseen))
                .hasSize(products.size() - 1)
                .isNotEmpty();
        assertThat(with.get(OPERATOR).warnings(warning -> !isUnseen(warning)))
                .singleElement()
                .extracting(one -> one.product().getConjunction().getMissDistanceM())
                .isEqualTo(12_300.0);
        assertThat(products)
                .extracting(one -> one.product().getConjunction())
                .allSatisfy(warning -> assertThat(warning)
                        .isEqualTo(ConjunctionWarning.newBuilder()
                                .setTca(warning.getTca())
                                .setMissDistanceM(100 * Math.rint(warning.getMissDistanceM() / 100))
                                .setObject1(ConjunctionObject.newBuilder()
                                        .setObject(warning.getObject1().getObject()))
                                .setObject2(ConjunctionObject.newBuilder()
                                        .setObject(warning.getObject2().getObject()))
                                .build()));
        assertThat(with.get(OPERATOR).messages())
                .extracting(message -> new String(message.toByteArray(), StandardCharsets.ISO_8859_1))
                .noneMatch(message -> message.contains("deep-eye"));
    }

    @Test
    void whatTheOperatorIsToldIsWhatTheGatewayFoundForTheNation() {
        List<ConjunctionWarning> found = with.get(NATION).warnings(S61SecretRadarTest::isUnseen).stream()
                .map(one -> one.product().getConjunction())
                .toList();
        assertThat(found).allSatisfy(warning -> {
            assertThat(warning.getObject1().hasCovariance()).isTrue();
            assertThat(warning.getProbability().getValue()).isPositive();
        });
        assertThat(with.get(OPERATOR).warnings(S61SecretRadarTest::isUnseen))
                .extracting(one -> one.product().getConjunction())
                .allSatisfy(told -> assertThat(found).anySatisfy(warning -> {
                    assertThat(told.getTca()).isEqualTo(warning.getTca());
                    assertThat(told.getMissDistanceM()).isEqualTo(100 * Math.floor(warning.getMissDistanceM() / 100));
                }));
    }

    @Test
    void eachUseOfTheDeclarationIsInTheNationsAccount() {
        assertThat(downgrades).extracting(AuditEntry::getRule).containsOnly("fra-radar/safety-of-flight");
        assertThat(downgrades)
                .extracting(AuditEntry::getItemId)
                .containsExactlyElementsOf(with.get(OPERATOR).products().stream()
                        .map(one -> one.product().getProductId())
                        .toList());
    }

    @Test
    void nobodyElsesStreamTellsOfTheRadar() {
        for (String ally : ALLIES) {
            assertThat(with.get(ally).tracks()).as(ally).hasSizeGreaterThan(1);
            assertThat(bytes(with.get(ally))).as(ally).isEqualTo(bytes(without.get(ally)));
        }
        // what is left of the operator's stream, were the warning not there
        assertThat(contents(with.get(OPERATOR), false)).isEqualTo(contents(without.get(OPERATOR), false));
        assertThat(contents(without.get(OPERATOR), true)).isEmpty();
        assertThat(bytes(with.get(NATION))).isNotEqualTo(bytes(without.get(NATION)));
    }

    private static boolean isUnseen(ConjunctionWarning warning) {
        return Stream.of(warning.getObject1(), warning.getObject2())
                .anyMatch(object -> object.getObject().getCatalogueNumber() == Histories.number(UNSEEN));
    }

    private static double sigma(Map<String, Received> day, String subscriber) {
        List<ReceivedProduct> tracks = day.get(subscriber).tracks();
        return tracks.get(tracks.size() - 1).product().getTrack().getQuality().getPositionSigmaM();
    }

    private static List<ByteString> bytes(Received received) {
        return received.deliveries().stream()
                .map(SubscribeResponse::toByteString)
                .toList();
    }

    /** Payloads and labels, without cursors and numbers, which count the warnings too. */
    private static List<ByteString> contents(Received received, boolean warnings) {
        return received.deliveries().stream()
                .map(SubscribeResponse::getDelivery)
                .filter(delivery -> isWarning(delivery) == warnings)
                .map(delivery ->
                        delivery.getPayload().concat(delivery.getBoundLabel().toByteString()))
                .toList();
    }

    private static boolean isWarning(Delivery delivery) {
        try {
            return Product.parseFrom(delivery.getPayload()).hasConjunction();
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private static Map<String, Received> play(String name, DevelopmentPki pki, Instant start, boolean radar)
            throws Exception {
        Path home = Files.createDirectories(folder.resolve(name));
        MovedClock clock = new MovedClock(start);
        if (Files.exists(folder.resolve("with/data"))) {
            Path data = Files.createDirectories(home.resolve("data"));
            for (String key : List.of("signing.pk8", "signing.pub.pem", "cursor.key")) {
                Files.copy(folder.resolve("with/data").resolve(key), data.resolve(key));
            }
        }
        try (GatewayUnderTest gateway = GatewayUnderTest.start(
                home,
                pki,
                clock,
                "/non-interference/",
                Map.of(
                        FRA,
                        DECLARED + FRA,
                        ITA,
                        DECLARED + ITA,
                        DEU,
                        DEU + DECLARED,
                        "window: PT4H",
                        "window: PT12H"))) {
            Map<String, Received> received = new TreeMap<>();
            List<String> subscribers = new ArrayList<>(ALLIES);
            subscribers.addAll(List.of(NATION, OPERATOR));
            for (String subscriber : subscribers) {
                received.put(subscriber, gateway.subscribe(subscriber));
            }
            Demo demo = gateway.demo();
            for (String originator : Histories.ORIGINATORS) {
                gateway.register(
                        originator, Histories.sensor(originator, demo.label(Marking.OWN.notation(originator))));
            }
            if (radar) {
                gateway.register(OWNER, Histories.sensor(RADAR, demo.label(Marking.OWN.notation(OWNER))));
            }
            gateway.accepted(
                    Histories.ORIGINATORS.get(1),
                    List.of(Histories.contribution("orbit", demo.label(Marking.ALLIES.notation("deu/radar-north")))
                            .setEphemeris(Histories.orbit(SATELLITE, 1000))
                            .build()));
            if (radar) {
                gateway.accepted(
                        OWNER,
                        List.of(Histories.contribution("unseen", demo.label(Marking.OWN.notation(OWNER)))
                                .setEphemeris(Histories.orbit(UNSEEN, -800))
                                .build()));
            }
            int slot = 0;
            for (String originator : Histories.ORIGINATORS) {
                slot++;
                observe(gateway, received, clock, start, slot, originator, originator, SATELLITE, Marking.ALLIES);
                if (radar) {
                    observe(gateway, received, clock, start, slot, OWNER, RADAR, SATELLITE, Marking.OWN);
                    observe(gateway, received, clock, start, slot, OWNER, RADAR, UNSEEN, Marking.OWN);
                }
                if (radar && slot == 2) {
                    gateway.accepted(OWNER, List.of(warning(demo)));
                }
            }
            gateway.idle(received.get(NATION));
            clock.moveTo(Histories.time(start, slot + 1));
            gateway.quiet(List.copyOf(received.values()));
            if (radar) {
                downgrades = AuditServiceGrpc.newBlockingStub(
                                gateway.tenant(OWNER).channel())
                        .listEntries(ListEntriesRequest.newBuilder()
                                .setPageSize(1_000)
                                .build())
                        .getEntriesList()
                        .stream()
                        .map(IndexedEntry::getEntry)
                        .filter(entry -> entry.getEvent() == AuditEvent.AUDIT_EVENT_DOWNGRADED)
                        .toList();
            }
            return received;
        }
    }

    private static void observe(
            GatewayUnderTest gateway,
            Map<String, Received> received,
            MovedClock clock,
            Instant start,
            int slot,
            String originator,
            String sensor,
            int satellite,
            Marking marking)
            throws Exception {
        gateway.idle(received.get(NATION));
        clock.moveTo(Histories.time(start, slot));
        gateway.accepted(
                originator,
                List.of(Histories.contribution(
                                "pass-" + slot + "-" + sensor + "-" + satellite,
                                gateway.demo().label(marking.notation(originator)))
                        .setObservations(Histories.observations(
                                sensor, satellite, slot, new Random(7L * slot + sensor.hashCode() + satellite)))
                        .build()));
    }

    /** What the nation's own centre found with the radar's orbit, as a message under the radar's label. */
    private static Contribution warning(Demo demo) throws Exception {
        String text = new String(Demo.read(MESSAGE), StandardCharsets.UTF_8).replace("000020580", "000060001");
        return Histories.contribution("warning", demo.label(Marking.OWN.notation(OWNER)))
                .setDocument(Document.newBuilder()
                        .setName("warning.cdm")
                        .setFormat(DocumentFormat.DOCUMENT_FORMAT_CDM_KVN)
                        .setContent(ByteString.copyFromUtf8(text)))
                .build();
    }
}
