package nl.sluis.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import nl.sluis.partner.ReceivedProduct;
import nl.sluis.proto.v1.ConjunctionObject;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.ProductKind;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.proto.v1.Track;
import nl.sluis.scenarios.Demo.Station;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several nations contribute tracking of one satellite, conjunctions and a catalogue; three partners see different skies. */
class S01DifferentSkiesTest {
    private static final String ALLIED = "NATO RESTRICTED REL TO NATO";
    private static final String UNION = "RESTREINT UE/EU RESTRICTED REL TO EU";
    private static final String PUBLIC = "NLD ONGERUBRICEERD REL TO COMMERCIAL, PARTNERS";

    @TempDir
    static Path folder;

    private static GatewayUnderTest gateway;
    private static Received spaceWatch;
    private static Received northWatch;
    private static Received acme;

    @BeforeAll
    static void play() throws Exception {
        gateway = GatewayUnderTest.start(folder, GatewayUnderTest.pki(folder.resolve("pki")), Clock.systemUTC());
        spaceWatch = gateway.subscribe(Demo.SPACE_WATCH);
        northWatch = gateway.subscribe(Demo.NORTH_WATCH);
        acme = gateway.subscribe(Demo.ACME_SPACE);
        List<Received> subscribers = List.of(spaceWatch, northWatch, acme);
        gateway.accepted(Demo.CATALOGUE, List.of(gateway.demo().referenceOrbit()));
        for (Station station : List.of(Demo.CASTLE_ROCK, Demo.FUCINO, Demo.PRETORIA, Demo.URALLA)) {
            gateway.register(station);
            gateway.accepted(station.tenant(), List.of(gateway.demo().tracking(station)));
            gateway.quiet(subscribers);
        }
        gateway.accepted(Demo.CONJUNCTIONS, gateway.demo().conjunctions());
        gateway.accepted(Demo.CATALOGUE, List.of(gateway.demo().catalogue()));
        gateway.quiet(subscribers);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void eachPartnerGetsOneTrackVersionForEachContributionThatItMayUseOnceTheyCarryAnOrbit() {
        assertThat(spaceWatch.tracks())
                .extracting(received -> List.copyOf(track(received).getContributorsList()))
                .containsExactly(
                        List.of("ITA", "USA"), List.of("ITA", "USA", "ZAF"), List.of("AUS", "ITA", "USA", "ZAF"));
        assertThat(northWatch.tracks())
                .extracting(received -> List.copyOf(track(received).getContributorsList()))
                .containsExactly(List.of("USA", "ZAF"), List.of("AUS", "USA", "ZAF"));
        assertThat(acme.tracks()).hasSize(1);
    }

    @Test
    void eachTrackSupersedesTheOneBefore() {
        for (Received received : List.of(spaceWatch, northWatch, acme)) {
            List<ReceivedProduct> tracks = received.tracks();
            assertThat(tracks.get(0).product().getSupersedes()).isEmpty();
            for (int i = 1; i < tracks.size(); i++) {
                assertThat(tracks.get(i).product().getSupersedes()).isNotEmpty();
                assertThat(tracks.get(i).product().getVersion())
                        .isEqualTo(tracks.get(i - 1).product().getVersion() + 1);
            }
        }
    }

    @Test
    void moreDataMeansASmallerError() {
        assertThat(last(spaceWatch).getQuality().getPositionSigmaM())
                .isPositive()
                .isLessThan(last(northWatch).getQuality().getPositionSigmaM());
        assertThat(last(northWatch).getQuality().getPositionSigmaM())
                .isLessThan(last(acme).getQuality().getPositionSigmaM());
        assertThat(last(spaceWatch).getQuality().getObservationsUsed())
                .isGreaterThan(last(northWatch).getQuality().getObservationsUsed());
        assertThat(last(northWatch).getQuality().getObservationsUsed())
                .isGreaterThan(last(acme).getQuality().getObservationsUsed());
    }

    @Test
    void aTrackIsMarkedWithTheJoinOfWhatItWasMadeFrom() throws Exception {
        for (ReceivedProduct track : spaceWatch.tracks()) {
            assertThat(gateway.marking(track.label())).isEqualTo(ALLIED + " // " + UNION + " // " + PUBLIC);
        }
        for (ReceivedProduct track : northWatch.tracks()) {
            assertThat(gateway.marking(track.label())).isEqualTo(ALLIED + " // " + PUBLIC);
        }
        for (ReceivedProduct track : acme.tracks()) {
            assertThat(gateway.marking(track.label())).isEqualTo(PUBLIC);
        }
    }

    @Test
    void anOperatorsTrackDoesNotTellWhoSawIt() {
        ReceivedProduct track = acme.tracks().get(0);
        assertThat(track(track).getQuality().getResidualsList()).isEmpty();
        assertThat(track(track).getContributorsList()).isEmpty();
        assertThat(track.label().getOwnersList()).isEmpty();
        assertThat(track(track).hasState()).isTrue();
        assertThat(track(track).hasCovariance()).isTrue();
        assertThat(last(northWatch).getQuality().getResidualsList()).isNotEmpty();
    }

    @Test
    void alliesGetTheWholeConjunctionMessage() throws Exception {
        for (Received ally : List.of(spaceWatch, northWatch)) {
            List<ReceivedProduct> warnings = ally.warnings(ConjunctionWarning::hasProbability);
            assertThat(warnings).hasSize(10);
            for (ReceivedProduct warning : warnings) {
                ConjunctionWarning conjunction = warning.product().getConjunction();
                assertThat(conjunction.getObject1().hasState()).isTrue();
                assertThat(conjunction.getObject2().hasCovariance()).isTrue();
                assertThat(gateway.marking(warning.label())).isEqualTo(ALLIED);
            }
        }
    }

    @Test
    void anOperatorGetsTheWarningsThatMatterAndNothingBesideTheWarning() throws Exception {
        List<ReceivedProduct> warnings = acme.warnings(ConjunctionWarning::hasProbability);
        assertThat(warnings)
                .hasSameSizeAs(northWatch.warnings(warning ->
                        warning.hasProbability() && warning.getProbability().getValue() >= 1e-5))
                .hasSize(6);
        for (ReceivedProduct warning : warnings) {
            ConjunctionWarning conjunction = warning.product().getConjunction();
            assertThat(conjunction.getProbability().getValue()).isGreaterThanOrEqualTo(1e-5);
            assertThat(conjunction.hasTca()).isTrue();
            assertThat(conjunction.getMissDistanceM() % 100)
                    .as("in steps of 100 m")
                    .isZero();
            assertThat(conjunction.getCommentsList()).isEmpty();
            assertThat(conjunction.hasRelativePositionRtnM()).isFalse();
            assertThat(conjunction.hasRelativeVelocityRtnMS()).isFalse();
            for (ConjunctionObject object : List.of(conjunction.getObject1(), conjunction.getObject2())) {
                assertThat(object)
                        .isEqualTo(ConjunctionObject.newBuilder()
                                .setObject(object.getObject())
                                .build());
            }
            assertThat(gateway.marking(warning.label())).isEqualTo(PUBLIC);
        }
    }

    @Test
    void nothingIsSaidToAnOperatorAboutCrewedStations() {
        assertThat(spaceWatch.products(ProductKind.PRODUCT_KIND_PROXIMITY))
                .anyMatch(received -> received.product().toString().contains("catalogue_number: 25544\n"));
        assertThat(acme.products(ProductKind.PRODUCT_KIND_PROXIMITY))
                .isNotEmpty()
                .noneMatch(received -> received.product().toString().contains("catalogue_number: 25544\n"))
                .noneMatch(received -> received.product().toString().contains("catalogue_number: 48274\n"));
    }

    @Test
    void everyLabelIsSigned() {
        for (Received received : List.of(spaceWatch, northWatch, acme)) {
            assertThat(received.products())
                    .isNotEmpty()
                    .allMatch(product -> product.integrity() == ReceivedProduct.Integrity.SIGNATURE);
        }
    }

    @Test
    void nothingThatAnOperatorReceivesNamesAWithheldOwnerOrSensor() {
        for (SubscribeResponse message : acme.messages()) {
            String raw = new String(message.toByteArray(), StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
            assertThat(raw).doesNotContain("fucino", "castle-rock", "castlerock", "telespazio");
        }
        for (ReceivedProduct received : acme.products()) {
            // three letters occur by chance in a signature, so they are looked for in the fields
            assertThat(received.product() + "\n" + received.label()).doesNotContain("\"ITA\"", "\"ITA/", "\"EU\"");
        }
    }

    private static Track track(ReceivedProduct received) {
        return received.product().getTrack();
    }

    private static Track last(Received received) {
        return track(received.tracks().get(received.tracks().size() - 1));
    }
}
