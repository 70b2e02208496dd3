package nl.sluis.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import nl.sluis.gateway.FlowUnderTest.MovedClock;
import nl.sluis.gateway.FlowUnderTest.Reader;
import nl.sluis.gateway.hazard.ElementScreening;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.gateway.store.Retention;
import nl.sluis.gateway.stream.SubscriptionRefused;
import nl.sluis.journal.v1.StoredRelease;
import nl.sluis.proto.v1.Checkpoint;
import nl.sluis.proto.v1.Closing;
import nl.sluis.proto.v1.ClosingReason;
import nl.sluis.proto.v1.Gap;
import nl.sluis.proto.v1.GapReason;
import nl.sluis.proto.v1.Heartbeat;
import nl.sluis.proto.v1.ProductKind;
import nl.sluis.proto.v1.StartSnapshot;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.SubscribeResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a stream says when there is nothing, when it is behind, when something is missing, and where one may resume. */
class StreamTest {
    private static final String NORTH = "nor/north-watch";
    private static final String PUBLIC = "{NLD: unclassified, rel: [PARTNERS, COMMERCIAL], owner: NLD/catalogue}";
    private static final SubscribeRequest NOW = SubscribeRequest.getDefaultInstance();
    private static final SubscribeRequest SNAPSHOT = SubscribeRequest.newBuilder()
            .setSnapshot(StartSnapshot.getDefaultInstance())
            .build();

    @TempDir
    private Path folder;

    private final MovedClock clock = new MovedClock();

    @Test
    void nothing_to_send_is_a_watermark_of_now_and_no_lag() throws Exception {
        try (FlowUnderTest flow = open()) {
            Reader north = flow.subscribe(NORTH, NOW).read();
            clock.move(Duration.ofHours(1));

            Heartbeat heartbeat = heartbeat(north);
            assertThat(Times.instant(heartbeat.getWatermark())).isEqualTo(clock.instant());
            assertThat(heartbeat.getLag().getSeconds()).isZero();
            assertThat(north.subscription().behind()).isFalse();
        }
    }

    @Test
    void behind_is_the_age_of_what_is_due_next() throws Exception {
        try (FlowUnderTest flow = open()) {
            Reader north = flow.subscribe(NORTH, NOW).read();
            contribute(flow, 3);
            flow.settle();
            Instant firstReleased = released(flow, 1).recordedAt();
            clock.move(Duration.ofMinutes(2));

            assertThat(north.subscription().behind()).isTrue();
            Heartbeat behind = heartbeat(north);
            assertThat(Times.instant(behind.getWatermark())).isEqualTo(firstReleased);
            assertThat(behind.getLag().getSeconds())
                    .isEqualTo(Duration.between(firstReleased, clock.instant()).toSeconds());
            north.read();
            assertThat(heartbeat(north).getLag().getSeconds()).isZero();
        }
    }

    @Test
    void what_can_not_be_read_is_a_gap_and_what_comes_after_it_is_delivered() throws Exception {
        try (FlowUnderTest flow = open()) {
            Reader north = flow.subscribe(NORTH, NOW);
            contribute(flow, 1);
            flow.settle();
            long damaged = flow.journal()
                    .append(LogName.PRODUCTS, NewEntry.of(new byte[] {1, 2, 3}))
                    .join()
                    .position();
            for (Entry entry : flow.journal().read(LogName.RELEASED, 1, 3)) {
                flow.journal()
                        .append(
                                LogName.RELEASED,
                                NewEntry.of(StoredRelease.parseFrom(entry.payload()).toBuilder()
                                        .setProductPosition(damaged)
                                        .build()
                                        .toByteArray()))
                        .join();
            }
            contribute(flow, 1);
            north.readDespiteFailures();

            assertThat(kinds(north.messages)).containsSubsequence("DELIVERY", "GAP", "DELIVERY");
            assertThat(gaps(north.messages))
                    .singleElement()
                    .satisfies(gap -> assertThat(gap.getReason()).isEqualTo(GapReason.GAP_REASON_DAMAGED))
                    .satisfies(gap -> assertThat(gap.hasFrom()).isTrue());
        }
    }

    @Test
    void an_end_says_why_when_to_come_back_and_where_to_resume() throws Exception {
        try (FlowUnderTest flow = open()) {
            Reader north = flow.subscribe(NORTH, SNAPSHOT);
            contribute(flow, 2);
            north.read();
            contribute(flow, 1);
            flow.settle();
            north.subscription().close(ClosingReason.CLOSING_REASON_SHUTDOWN);
            north.poll();

            Closing closing = north.messages.get(north.messages.size() - 1).getClosing();
            assertThat(closing.getReason()).isEqualTo(ClosingReason.CLOSING_REASON_SHUTDOWN);
            assertThat(closing.getRetryAfter().getSeconds()).isPositive();
            assertThat(north.subscription().ended()).isTrue();
            Reader resumed = flow.subscribe(NORTH, cursor(closing.getCursor())).read();
            assertThat(ids(resumed.messages)).hasSize(1);
        }
    }

    @Test
    void every_checkpoint_can_be_resumed_from_with_nothing_lost_and_its_numbers_go_on() throws Exception {
        try (FlowUnderTest flow = open()) {
            contribute(flow, 12);
            flow.settle();
            SubscribeRequest since = SubscribeRequest.newBuilder()
                    .setTime(Times.timestamp(Instant.EPOCH))
                    .build();
            Reader whole = flow.subscribe(NORTH, since).readInBatchesOf(1);
            List<String> all = ids(whole.messages);
            List<Checkpoint> checkpoints = checkpoints(whole.messages);
            assertThat(all).hasSize(12);
            assertThat(checkpoints).hasSizeGreaterThan(12);

            for (Checkpoint checkpoint : checkpoints) {
                Reader resumed =
                        flow.subscribe(NORTH, cursor(checkpoint.getCursor())).readInBatchesOf(1);
                assertThat(ids(resumed.messages)).isEqualTo(all.subList((int) checkpoint.getDelivered(), all.size()));
                long sequence = checkpoint.getSequence();
                for (Checkpoint next : checkpoints(resumed.messages)) {
                    assertThat(next.getSequence()).isEqualTo(++sequence);
                }
                assertThat(checkpoints(resumed.messages).get(0).getDelivered()).isEqualTo(checkpoint.getDelivered());
            }
        }
    }

    @Test
    void a_trimmed_cursor_is_told_of_the_gap_and_a_kept_one_goes_on_exactly() throws Exception {
        List<String> all;
        List<Checkpoint> checkpoints;
        SubscribeRequest since = SubscribeRequest.newBuilder()
                .setTime(Times.timestamp(Instant.EPOCH))
                .build();
        try (FlowUnderTest flow = open()) {
            contribute(flow, 6);
            flow.settle();
            clock.move(Duration.ofHours(2));
            contribute(flow, 4);
            flow.settle();
            Reader whole = flow.subscribe(NORTH, since).readInBatchesOf(1);
            all = ids(whole.messages);
            checkpoints = checkpoints(whole.messages);
            flow.journal()
                    .trim(LogName.RELEASED, Retention.byAge(Duration.ofHours(1)))
                    .join();
        }
        for (int life = 0; life < 2; life++) {
            try (FlowUnderTest flow = open()) {
                Reader old = flow.subscribe(NORTH, cursor(checkpoints.get(1).getCursor()))
                        .read();
                assertThat(gaps(old.messages))
                        .singleElement()
                        .satisfies(gap -> assertThat(gap.getReason()).isEqualTo(GapReason.GAP_REASON_TRIMMED));
                assertThat(ids(old.messages)).isEqualTo(all.subList(6, 10));

                Reader kept = flow.subscribe(NORTH, cursor(checkpoints.get(8).getCursor()))
                        .read();
                assertThat(gaps(kept.messages)).isEmpty();
                assertThat(ids(kept.messages))
                        .isEqualTo(all.subList((int) checkpoints.get(8).getDelivered(), 10));

                assertThat(gaps(flow.subscribe(NORTH, since).read().messages)).hasSize(1);
            }
        }
    }

    @Test
    void a_cursor_of_the_future_of_another_tenant_or_filter_is_refused_and_says_what_was_expected() throws Exception {
        ByteString cursor;
        try (FlowUnderTest flow = open()) {
            contribute(flow, 2);
            Reader north = flow.subscribe(NORTH, SNAPSHOT).read();
            List<Checkpoint> checkpoints = checkpoints(north.messages);
            cursor = checkpoints.get(checkpoints.size() - 1).getCursor();

            assertRefused("not a cursor of this tenant", () -> flow.subscribe("deu/space-watch", cursor(cursor)));
            assertRefused(
                    "not a cursor of this tenant",
                    () -> flow.subscribe(
                            NORTH,
                            cursor(cursor).toBuilder()
                                    .addKinds(ProductKind.PRODUCT_KIND_TRACK)
                                    .build()));
            assertRefused("not a cursor of this tenant", () -> flow.subscribe(NORTH, cursor(cursor.substring(1))));
        }
        // the same gateway, put back to an older state
        try (FlowUnderTest younger = new FlowUnderTest(
                folder.resolve("younger"), clock, elements -> new ElementScreening.Found(List.of(), List.of()))) {
            assertRefused("ahead of what was released", () -> younger.subscribe(NORTH, cursor(cursor)));
        }
    }

    @Test
    void another_policy_is_told_and_the_stream_goes_on() throws Exception {
        try (FlowUnderTest flow = open()) {
            Reader north = flow.subscribe(NORTH, NOW).read();
            flow.subscriptions().policyChanged(8);
            contribute(flow, 1);
            north.read();

            assertThat(kinds(north.messages)).containsExactly("CHECKPOINT", "POLICY_CHANGED", "DELIVERY", "CHECKPOINT");
        }
    }

    @Test
    void withheld_by_a_used_up_quota_is_told_as_a_gap_and_heartbeats_say_what_is_left() throws Exception {
        try (FlowUnderTest empty = open()) {
            empty.settle();
        }
        Path policy = folder.resolve("policy/nld.yaml");
        Files.writeString(policy, Files.readString(policy) + """
  - quota: few-warnings
    what: {kind: conjunction}
    to: [partners]
    at_most: 2
    per: 1 h
""");
        try (FlowUnderTest flow = open()) {
            Reader north = flow.subscribe(NORTH, NOW);
            contribute(flow, 4);
            flow.settle();
            north.read();
            assertThat(ids(north.messages)).hasSize(2);
            assertThat(gaps(north.messages))
                    .hasSize(2)
                    .allSatisfy(gap -> assertThat(gap.getReason()).isEqualTo(GapReason.GAP_REASON_QUOTA));
            assertThat(kinds(north.messages)).startsWith("CHECKPOINT", "DELIVERY", "DELIVERY", "GAP");
            assertThat(heartbeat(north).getQuotasList())
                    .singleElement()
                    .satisfies(quota -> assertThat(quota.getName()).isEqualTo("few-warnings"))
                    .satisfies(quota -> assertThat(quota.getLeft()).isZero());
            Reader acme = flow.subscribe("lux/acme-space", NOW);
            assertThat(heartbeat(acme).getQuotasList()).as("another audience's").isEmpty();
        }
    }

    private FlowUnderTest open() throws Exception {
        return new FlowUnderTest(folder, clock, elements -> new ElementScreening.Found(List.of(), List.of()));
    }

    private static Entry released(FlowUnderTest flow, long position) {
        return flow.journal().read(LogName.RELEASED, position, 1).get(0);
    }

    private int contributed;

    private void contribute(FlowUnderTest flow, int count) {
        for (int i = 0; i < count; i++) {
            contributed++;
            flow.contributeWarning("nld/catalogue", flow.label(PUBLIC), contributed);
        }
    }

    private static SubscribeRequest cursor(ByteString cursor) {
        return SubscribeRequest.newBuilder().setCursor(cursor).build();
    }

    private static void assertRefused(String why, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        SubscriptionRefused.class,
                        refused -> assertThat(refused.field()).isEqualTo("cursor"))
                .hasMessageContaining(why)
                .hasMessageContaining("expected");
    }

    private static Heartbeat heartbeat(Reader reader) {
        return FlowUnderTest.parse(reader.subscription().heartbeat()).get(0).getHeartbeat();
    }

    private static List<String> kinds(List<SubscribeResponse> messages) {
        return messages.stream().map(message -> message.getMessageCase().name()).toList();
    }

    private static List<Gap> gaps(List<SubscribeResponse> messages) {
        return messages.stream()
                .filter(SubscribeResponse::hasGap)
                .map(SubscribeResponse::getGap)
                .toList();
    }

    private static List<Checkpoint> checkpoints(List<SubscribeResponse> messages) {
        List<Checkpoint> all = new ArrayList<>();
        messages.stream().filter(SubscribeResponse::hasCheckpoint).forEach(one -> all.add(one.getCheckpoint()));
        return all;
    }

    private static List<String> ids(List<SubscribeResponse> messages) {
        return messages.stream()
                .filter(SubscribeResponse::hasDelivery)
                .map(message -> message.getDelivery().getProductId())
                .toList();
    }
}
