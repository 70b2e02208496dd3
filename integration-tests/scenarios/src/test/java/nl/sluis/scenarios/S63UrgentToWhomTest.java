package nl.sluis.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.proto.v1.ConjunctionUrgency;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.scenarios.Histories.Marking;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two centres of one nation have the same rights and get the same warnings; one of them states from which probability on it
 * watches and acts. The same day is played with other thresholds of that centre: its classes change, the other's stream does
 * not by a byte.
 */
class S63UrgentToWhomTest {
    private static final String SOURCE = "deu/radar-north";
    private static final String PLAIN = "nor/centre-fjord";
    private static final String CHOOSY = "nor/centre-choosy";
    private static final double[] WARY = {1e-9, 1e-7};
    private static final double[] BOLD = {1e-3, 0.1};

    @TempDir
    static Path folder;

    private static Map<String, Received> wary;
    private static Map<String, Received> bold;

    @BeforeAll
    static void bothDays() throws Exception {
        Instant start = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        DevelopmentPki pki = GatewayUnderTest.pki(
                folder.resolve("pki"),
                "nld",
                List.of(
                        "nld/centre-host:officer,operator",
                        SOURCE + ":contributor",
                        PLAIN + ":subscriber",
                        CHOOSY + ":subscriber"),
                "nld/centre-host:first-officer");
        wary = play("wary", pki, start, WARY);
        bold = play("bold", pki, start, BOLD);
    }

    @Test
    void eachWarningIsClassedByTheThresholdsOfWhomItGoesTo() {
        assertClassed(wary.get(PLAIN), 1e-6, 1e-4);
        assertClassed(wary.get(CHOOSY), WARY[0], WARY[1]);
        assertClassed(bold.get(CHOOSY), BOLD[0], BOLD[1]);
        assertThat(classes(wary.get(CHOOSY))).isNotEqualTo(classes(wary.get(PLAIN)));
        assertThat(classes(bold.get(CHOOSY))).isNotEqualTo(classes(wary.get(CHOOSY)));
    }

    @Test
    void theClassIsAllThatDiffers() {
        assertThat(unclassed(wary.get(CHOOSY))).isEqualTo(unclassed(wary.get(PLAIN)));
        assertThat(unclassed(bold.get(CHOOSY))).isEqualTo(unclassed(wary.get(PLAIN)));
    }

    @Test
    void anotherTenantsThresholdsChangeNoByte() {
        assertThat(deliveries(bold.get(PLAIN))).isEqualTo(deliveries(wary.get(PLAIN)));
    }

    private static void assertClassed(Received received, double observe, double critical) {
        assertThat(warnings(received)).hasSizeGreaterThan(5).allSatisfy(warning -> {
            double probability = warning.getProbability().getValue();
            assertThat(warning.getUrgency())
                    .as("%s", probability)
                    .isEqualTo(
                            probability >= critical
                                    ? ConjunctionUrgency.CONJUNCTION_URGENCY_CRITICAL
                                    : probability >= observe
                                            ? ConjunctionUrgency.CONJUNCTION_URGENCY_OBSERVE
                                            : ConjunctionUrgency.CONJUNCTION_URGENCY_LOW);
        });
    }

    private static List<ConjunctionWarning> warnings(Received received) {
        return received.warnings(ConjunctionWarning::hasProbability).stream()
                .map(one -> one.product().getConjunction())
                .toList();
    }

    private static List<ConjunctionUrgency> classes(Received received) {
        return warnings(received).stream().map(ConjunctionWarning::getUrgency).toList();
    }

    private static List<ConjunctionWarning> unclassed(Received received) {
        return warnings(received).stream()
                .map(warning -> warning.toBuilder().clearUrgency().build())
                .toList();
    }

    private static List<ByteString> deliveries(Received received) {
        return received.deliveries().stream()
                .map(SubscribeResponse::toByteString)
                .toList();
    }

    private static Map<String, Received> play(String name, DevelopmentPki pki, Instant start, double[] thresholds)
            throws Exception {
        Path home = Files.createDirectories(folder.resolve(name));
        if (Files.exists(folder.resolve("wary/data"))) {
            Path data = Files.createDirectories(home.resolve("data"));
            for (String key : List.of("signing.pk8", "signing.pub.pem", "cursor.key")) {
                Files.copy(folder.resolve("wary/data").resolve(key), data.resolve(key));
            }
        }
        String before = "  centre-alps:";
        String choosy = "  centre-choosy: {nations: [NOR], communities: [NATO, PARTNERS],"
                + " clearances: {NATO: restricted, NLD: unclassified}, roles: [subscriber],"
                + " warnings: {observe: " + thresholds[0] + ", critical: " + thresholds[1] + "}}\n";
        try (GatewayUnderTest gateway = GatewayUnderTest.start(
                home, pki, new MovedClock(start), "/non-interference/", Map.of(before, choosy + before))) {
            Map<String, Received> received = new TreeMap<>();
            for (String subscriber : List.of(PLAIN, CHOOSY)) {
                received.put(subscriber, gateway.subscribe(subscriber));
            }
            Label label = gateway.demo().label(Marking.ALLIES.notation(SOURCE));
            for (Contribution message : gateway.demo().conjunctionsUnder(label)) {
                gateway.accepted(SOURCE, List.of(message));
            }
            gateway.quiet(List.copyOf(received.values()));
            return received;
        }
    }
}
