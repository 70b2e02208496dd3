package nl.sluis.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.proto.v1.GapReason;
import nl.sluis.proto.v1.ProductKind;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.SubscribeResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that keeps products for no time takes them from its log; who comes back for them is told. */
class S11RetentionTest {
    private static final String STORE = "\n  store: {trim-interval: PT0.2S, retention: {products: {age: PT0S}}}";

    @TempDir
    private Path folder;

    @Test
    void what_has_come_of_age_goes_by_itself_and_who_resumes_from_before_is_told_of_the_gap() throws Exception {
        DevelopmentPki pki = GatewayUnderTest.pki(folder.resolve("pki"));
        ByteString before;
        try (GatewayUnderTest gateway = start(pki)) {
            Received watching = gateway.subscribe(Demo.NORTH_WATCH);
            watching.await(
                    "a place to resume from",
                    GatewayUnderTest.LIMIT,
                    () -> !cursors(watching).isEmpty());
            before = cursors(watching).get(0);
            report(gateway, 1);
            watching.await("it is gone", GatewayUnderTest.LIMIT, () -> trimmed(gateway) > 0);
        }
        // what was read before is kept for a while, but not from one life to the next
        try (GatewayUnderTest gateway = start(pki)) {
            Received back = gateway.subscribe(
                    Demo.NORTH_WATCH,
                    SubscribeRequest.newBuilder().setCursor(before).build());
            back.await(
                    "the gap is told",
                    GatewayUnderTest.LIMIT,
                    () -> back.messages().stream()
                            .filter(SubscribeResponse::hasGap)
                            .anyMatch(told -> told.getGap().getReason() == GapReason.GAP_REASON_TRIMMED));
            assertThat(back.products(ProductKind.PRODUCT_KIND_INTERFERENCE)).isEmpty();
        }
    }

    private GatewayUnderTest start(DevelopmentPki pki) throws Exception {
        Map<String, String> changes = new HashMap<>(ReportLoad.POLICY_CHANGES);
        changes.put("data-folder: data", "data-folder: data" + STORE);
        return GatewayUnderTest.start(folder, pki, Clock.systemUTC(), GatewayUnderTest.DEMO, changes);
    }

    private static void report(GatewayUnderTest gateway, long number) throws Exception {
        gateway.accepted(
                Demo.PRETORIA.tenant(),
                List.of(ReportLoad.report(number, gateway.demo().label(Demo.PRETORIA.label()))));
    }

    private static List<ByteString> cursors(Received received) {
        return received.messages().stream()
                .filter(SubscribeResponse::hasCheckpoint)
                .map(message -> message.getCheckpoint().getCursor())
                .toList();
    }

    private static double trimmed(GatewayUnderTest gateway) {
        try {
            return GatewayProcess.metric(gateway.gateway().adminPort(), "sluis_journal_trimmed_total");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }
}
