package nl.sluis.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.partner.ContributionOutcome;
import nl.sluis.partner.ReceivedProduct;
import nl.sluis.partner.Violation;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.DocumentFormat;
import nl.sluis.proto.v1.ProductKind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A source speaks for itself, or for whom named it as relay; and what the gateway made does not come back as news. */
class S44RelaysTest {
    private static final int PERMISSION_DENIED = 7;
    private static final String RELAYED = "{NATO: restricted, rel: [NATO], owner: USA/conjunctions}";

    @TempDir
    private static Path folder;

    private static GatewayUnderTest gateway;

    @BeforeAll
    static void start() throws Exception {
        DevelopmentPki pki = GatewayUnderTest.pki(folder.resolve("pki"));
        UnaryOperator<String> relayed = usa -> usa + """
                relays:
                  - tenant: catalogue
                    labels: [{NATO: restricted, rel: [NATO]}]
                """;
        // who sends a product back has received it
        UnaryOperator<String> receives = tenants -> tenants.replace(
                "    clearances: {NLD: unclassified}\n    roles: [contributor]\n\n  # the contributors",
                "    communities: [NATO]\n    clearances: {NATO: restricted, NLD: unclassified}\n"
                        + "    roles: [contributor, subscriber]\n\n  # the contributors");
        GatewayUnderTest.writePolicy(
                folder.resolve("gateway"), pki, Map.of("usa.yaml", relayed, "tenants.yaml", receives));
        gateway = GatewayUnderTest.start(folder.resolve("gateway"), pki, Clock.systemUTC());
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void a_relay_submits_under_the_labels_that_the_originator_allows_and_nobody_else_does() throws Exception {
        byte[] cdm =
                gateway.demo().conjunctions().get(0).getDocument().getContent().toByteArray();

        assertThat(gateway.contribute(Demo.CATALOGUE, cdm("relayed", RELAYED, cdm)))
                .isInstanceOf(ContributionOutcome.Accepted.class);
        assertForbidden(gateway.contribute(
                Demo.CATALOGUE, cdm("wider", "{NATO: unclassified, rel: [NATO], owner: USA/conjunctions}", cdm)));
        assertForbidden(gateway.contribute(
                Demo.CATALOGUE, cdm("other-owner", "{NATO: restricted, rel: [NATO], owner: ITA/fucino}", cdm)));
        assertForbidden(gateway.contribute(Demo.FUCINO.tenant(), cdm("no-relay", RELAYED, cdm)));
    }

    @Test
    void a_product_that_comes_back_under_another_label_makes_nothing_new() throws Exception {
        Received received = gateway.subscribe(Demo.SPACE_WATCH);
        Contribution original = gateway.demo().conjunctions().get(1);
        gateway.accepted(Demo.CONJUNCTIONS, List.of(original));
        gateway.quiet(List.of(received));
        List<ReceivedProduct> before = received.products(ProductKind.PRODUCT_KIND_CONJUNCTION);
        assertThat(before).isNotEmpty();

        // as if its own, and releasable to everybody
        gateway.accepted(
                Demo.CATALOGUE,
                List.of(cdm(
                        "laundered",
                        Demo.PUBLIC_LABEL,
                        original.getDocument().getContent().toByteArray())));
        gateway.quiet(List.of(received));

        assertThat(received.products(ProductKind.PRODUCT_KIND_CONJUNCTION)).hasSameSizeAs(before);
    }

    private static Contribution cdm(String name, String label, byte[] content) {
        return gateway.demo().document(name, DocumentFormat.DOCUMENT_FORMAT_CDM_KVN, label, content);
    }

    private static void assertForbidden(ContributionOutcome outcome) {
        assertThat(outcome).isInstanceOfSatisfying(ContributionOutcome.Refused.class, refused -> {
            assertThat(refused.code()).isEqualTo(PERMISSION_DENIED);
            assertThat(refused.violations()).extracting(Violation::field).containsExactly("contribution.label.owners");
        });
    }
}
