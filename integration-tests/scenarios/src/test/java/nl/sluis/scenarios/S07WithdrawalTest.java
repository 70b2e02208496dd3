package nl.sluis.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import nl.sluis.partner.ContributionOutcome;
import nl.sluis.partner.PartnerClient;
import nl.sluis.partner.ReceivedProduct;
import nl.sluis.proto.v1.CatalogueServiceGrpc.CatalogueServiceBlockingStub;
import nl.sluis.proto.v1.ContributionServiceGrpc;
import nl.sluis.proto.v1.Delivery;
import nl.sluis.proto.v1.Ephemeris;
import nl.sluis.proto.v1.GetEphemerisRequest;
import nl.sluis.proto.v1.GetObjectRequest;
import nl.sluis.proto.v1.ListObjectsRequest;
import nl.sluis.proto.v1.ListWithdrawalsRequest;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.PolicyServiceGrpc;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.proto.v1.TextForm;
import nl.sluis.proto.v1.Track;
import nl.sluis.proto.v1.WithdrawRequest;
import nl.sluis.proto.v1.WithdrawalRecipient;
import nl.sluis.proto.v1.Withdrawn;
import nl.sluis.scenarios.Demo.Station;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A station takes its tracking back: the track made of it leaves every stream, snapshot and catalogue, and the officer sees it. */
class S07WithdrawalTest {
    @TempDir
    private Path folder;

    @Test
    void whatWasMadeOfWithdrawnTrackingIsTakenFromEveryone() throws Exception {
        try (GatewayUnderTest gateway =
                GatewayUnderTest.start(folder, GatewayUnderTest.pki(folder.resolve("pki")), Clock.systemUTC())) {
            Received north = gateway.subscribe(Demo.NORTH_WATCH, true);
            Received acme = gateway.subscribe(Demo.ACME_SPACE);
            gateway.accepted(Demo.CATALOGUE, List.of(gateway.demo().referenceOrbit()));
            List<String> contributions = new ArrayList<>();
            for (Station station : List.of(Demo.PRETORIA, Demo.URALLA)) {
                gateway.register(station);
                ContributionOutcome outcome =
                        gateway.contribute(station.tenant(), gateway.demo().tracking(station));
                contributions.add(((ContributionOutcome.Accepted) outcome).contributionId());
            }
            gateway.quiet(List.of(north, acme));
            ReceivedProduct track = north.tracks().get(north.tracks().size() - 1);

            theCatalogueHoldsTheTrack(gateway, track.product().getTrack());
            theTextBesideATrackIsAnOrbitParameterMessage(gateway, track);

            PartnerClient uralla = gateway.tenant(Demo.URALLA.tenant());
            var unused = ContributionServiceGrpc.newBlockingStub(uralla.channel())
                    .withdraw(WithdrawRequest.newBuilder()
                            .setContributionId(contributions.get(1))
                            .setReason("clock of the station was wrong")
                            .build());
            gateway.quiet(List.of(north, acme));

            for (Received told : List.of(north, acme)) {
                assertThat(withdrawn(told))
                        .extracting(Withdrawn::getProductId)
                        .contains(last(told).product().getProductId());
            }
            assertThat(withdrawn(north))
                    .extracting(Withdrawn::getProductId)
                    .contains(track.product().getProductId());
            assertNotFound(
                    gateway.catalogue(Demo.NORTH_WATCH),
                    track.product().getTrack().getObject());
            PartnerClient officer = gateway.officer("nld/ssa-centre/first-officer");
            north.await(
                    "north-watch's answer is recorded",
                    GatewayUnderTest.LIMIT,
                    () -> PolicyServiceGrpc.newBlockingStub(officer.channel())
                            .listWithdrawals(ListWithdrawalsRequest.getDefaultInstance())
                            .getWithdrawalsList()
                            .stream()
                            .flatMap(one -> one.getRecipientsList().stream())
                            .filter(WithdrawalRecipient::hasAcknowledged)
                            .anyMatch(one -> one.getTenant().equals(Demo.NORTH_WATCH)));
            assertThat(PolicyServiceGrpc.newBlockingStub(officer.channel())
                            .listWithdrawals(ListWithdrawalsRequest.newBuilder()
                                    .setUnanswered(true)
                                    .build())
                            .getWithdrawalsList())
                    .allSatisfy(one -> assertThat(one.getRecipientsList())
                            .filteredOn(recipient -> !recipient.hasAcknowledged())
                            .extracting(WithdrawalRecipient::getTenant)
                            .containsExactly(Demo.ACME_SPACE))
                    .isNotEmpty();
        }
    }

    private static void theCatalogueHoldsTheTrack(GatewayUnderTest gateway, Track track) throws Exception {
        CatalogueServiceBlockingStub catalogue = gateway.catalogue(Demo.NORTH_WATCH);
        assertThat(catalogue
                        .getObject(GetObjectRequest.newBuilder()
                                .setObject(track.getObject())
                                .build())
                        .getEntry()
                        .getTrack())
                .isEqualTo(track);
        assertThat(catalogue
                        .listObjects(ListObjectsRequest.getDefaultInstance())
                        .getEntriesList())
                .singleElement()
                .satisfies(entry -> assertThat(entry.getTrack()).isEqualTo(track));
        assertNotFound(
                catalogue, ObjectReference.newBuilder().setCatalogueNumber(1).build());

        Timestamp epoch = track.getState().getEpoch();
        Ephemeris ephemeris = catalogue
                .getEphemeris(GetEphemerisRequest.newBuilder()
                        .setObject(track.getObject())
                        .setStart(epoch)
                        .setEnd(epoch.toBuilder().setSeconds(epoch.getSeconds() + 3_600))
                        .setStep(Duration.newBuilder().setSeconds(600))
                        .build())
                .getEphemeris();
        assertThat(ephemeris.getStatesList()).hasSize(7);
        assertThat(ephemeris.getCovariancesList()).hasSize(7);
        assertThat(ephemeris.getStates(0).getPositionM().getX())
                .isCloseTo(track.getState().getPositionM().getX(), org.assertj.core.data.Offset.offset(1e-3));
    }

    private static void theTextBesideATrackIsAnOrbitParameterMessage(GatewayUnderTest gateway, ReceivedProduct track)
            throws Exception {
        Received texts = new Received();
        gateway.tenant(Demo.NORTH_WATCH)
                .subscribe(
                        GatewayUnderTest.FROM_SNAPSHOT.toBuilder()
                                .setTextForm(TextForm.TEXT_FORM_CCSDS_KVN)
                                .build(),
                        texts);
        texts.await("the snapshot", GatewayUnderTest.LIMIT, () -> texts.snapshotCount() >= 0);
        assertThat(texts.deliveries())
                .extracting(SubscribeResponse::getDelivery)
                .filteredOn(delivery ->
                        delivery.getProductId().equals(track.product().getProductId()))
                .extracting(Delivery::getText)
                .singleElement()
                .asString()
                .startsWith("CCSDS_OPM_VERS = 2.0\n")
                .contains("\nX = "
                        + track.product().getTrack().getState().getPositionM().getX() / 1000 + "\n");
    }

    private static void assertNotFound(CatalogueServiceBlockingStub catalogue, ObjectReference object) {
        assertThatThrownBy(() -> catalogue.getObject(
                        GetObjectRequest.newBuilder().setObject(object).build()))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failure -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND))
                .hasMessageContaining("no such object for this tenant");
    }

    private static List<Withdrawn> withdrawn(Received received) {
        return received.messages().stream()
                .filter(SubscribeResponse::hasWithdrawn)
                .map(SubscribeResponse::getWithdrawn)
                .toList();
    }

    private static ReceivedProduct last(Received received) {
        return received.tracks().get(received.tracks().size() - 1);
    }
}
