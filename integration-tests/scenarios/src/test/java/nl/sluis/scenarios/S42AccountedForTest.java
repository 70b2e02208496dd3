package nl.sluis.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.gateway.Sluis;
import nl.sluis.partner.ContributionOutcome;
import nl.sluis.partner.Credentials;
import nl.sluis.partner.PartnerContext;
import nl.sluis.partner.audit.AuditCheck;
import nl.sluis.proto.v1.AuditEntry;
import nl.sluis.proto.v1.AuditEvent;
import nl.sluis.proto.v1.AuditLogChoice;
import nl.sluis.proto.v1.AuditServiceGrpc;
import nl.sluis.proto.v1.AuditServiceGrpc.AuditServiceBlockingStub;
import nl.sluis.proto.v1.GetInclusionProofRequest;
import nl.sluis.proto.v1.GetTreeHeadRequest;
import nl.sluis.proto.v1.IndexedEntry;
import nl.sluis.proto.v1.ListEntriesRequest;
import nl.sluis.proto.v1.TreeHead;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything released can be accounted for: each partner checks its own account, and sees nothing of another's. */
class S42AccountedForTest {
    private static final AuditLogChoice OWN = AuditLogChoice.getDefaultInstance();
    private static final AuditLogChoice WHOLE =
            AuditLogChoice.newBuilder().setWhole(true).build();
    private static final List<String> SUBSCRIBERS = List.of(Demo.SPACE_WATCH, Demo.ACME_SPACE);

    @TempDir
    private static Path folder;

    private static DevelopmentPki pki;
    private static GatewayUnderTest gateway;
    private static Map<String, Received> received;
    private static Set<String> contributions;

    @BeforeAll
    static void play() throws Exception {
        pki = GatewayUnderTest.pki(folder.resolve("pki"));
        GatewayUnderTest.writePolicy(folder.resolve("gateway"), pki, "tenants.yaml", demo -> demo + """
                  audit-office:
                    nations: [NLD]
                    roles: [auditor]
                """.indent(0));
        gateway = GatewayUnderTest.start(folder.resolve("gateway"), pki, Clock.systemUTC());
        received = Map.of(
                Demo.SPACE_WATCH, gateway.subscribe(Demo.SPACE_WATCH),
                Demo.ACME_SPACE, gateway.subscribe(Demo.ACME_SPACE));
        contributions = gateway.contribute(Demo.CONJUNCTIONS, gateway.demo().conjunctions()).stream()
                .map(ContributionOutcome.Accepted.class::cast)
                .map(ContributionOutcome.Accepted::contributionId)
                .collect(Collectors.toSet());
        gateway.quiet(List.copyOf(received.values()));
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void each_partner_finds_exactly_what_it_received_in_its_account() throws Exception {
        for (String tenant : SUBSCRIBERS) {
            List<String> got = received.get(tenant).products().stream()
                    .map(product -> product.product().getProductId() + " "
                            + product.product().getVersion() + " "
                            + hex(product.boundLabel().getPayloadSha256()))
                    .toList();
            assertThat(got).isNotEmpty();
            assertThat(entries(tenant, OWN).stream()
                            .map(IndexedEntry::getEntry)
                            .filter(entry -> entry.getEvent() == AuditEvent.AUDIT_EVENT_RELEASED)
                            .map(entry ->
                                    entry.getItemId() + " " + entry.getVersion() + " " + hex(entry.getVariantSha256())))
                    .containsExactlyElementsOf(got);
        }
    }

    @Test
    void every_entry_is_proved_to_be_in_the_log_whose_head_the_gateway_signed() throws Exception {
        var keys = Credentials.load(context(Demo.SPACE_WATCH)).signingKeys();
        assertThat(keys).isNotEmpty();
        for (String tenant : SUBSCRIBERS) {
            AuditServiceBlockingStub audit = audit(tenant);
            TreeHead head =
                    audit.getTreeHead(GetTreeHeadRequest.getDefaultInstance()).getHead();
            assertThat(AuditCheck.head(head, tenant, keys)).isEmpty();
            // the size of a tree tells of its own entries alone; connections may be entered meanwhile
            List<IndexedEntry> entries = entries(tenant, OWN).stream()
                    .filter(entry -> entry.getIndex() < head.getTreeSize())
                    .toList();
            assertThat(head.getTreeSize()).isEqualTo(entries.size());
            for (IndexedEntry entry : entries) {
                List<ByteString> proof = audit.getInclusionProof(GetInclusionProofRequest.newBuilder()
                                .setIndex(entry.getIndex())
                                .setTreeSize(head.getTreeSize())
                                .build())
                        .getHashesList();
                assertThat(AuditCheck.entry(entry, head, proof)).isEmpty();
                IndexedEntry changed = entry.toBuilder()
                        .setEntry(entry.getEntry().toBuilder().setVersion(99))
                        .build();
                assertThat(AuditCheck.entry(changed, head, proof)).isPresent();
            }
        }
    }

    @Test
    void no_partner_sees_anothers_account_or_what_its_own_was_made_from() throws Exception {
        for (AuditLogChoice choice : List.of(
                WHOLE, AuditLogChoice.newBuilder().setTenant(Demo.SPACE_WATCH).build())) {
            assertThatThrownBy(() -> entries(Demo.ACME_SPACE, choice))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            refused ->
                                    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED));
        }
        for (String tenant : SUBSCRIBERS) {
            assertThat(entries(tenant, OWN)).allSatisfy(entry -> {
                assertThat(entry.hasBasis()).isFalse();
                assertThat(entry.getEntry().getTenant()).isEqualTo(tenant);
                String bytes = entry.toByteString().toString(java.nio.charset.StandardCharsets.ISO_8859_1);
                assertThat(contributions).noneMatch(bytes::contains);
            });
        }
    }

    @Test
    void an_auditor_of_the_host_sees_what_each_release_was_made_from() throws Exception {
        List<IndexedEntry> whole = entries("nld/audit-office", WHOLE);
        assertThat(whole)
                .filteredOn(entry -> entry.getEntry().getEvent() == AuditEvent.AUDIT_EVENT_RELEASED)
                .isNotEmpty()
                .allSatisfy(entry -> {
                    assertThat(entry.getBasis().getInputIdsList()).isNotEmpty().isSubsetOf(contributions);
                    assertThat(nl.sluis.partner.audit.BasisDigest.binds(entry.getEntry(), entry.getBasis()))
                            .isTrue();
                });
        assertThat(whole)
                .extracting(entry -> entry.getEntry().getEvent())
                .contains(AuditEvent.AUDIT_EVENT_POLICY_CHANGED);
    }

    @Test
    void each_use_of_a_declared_downgrade_is_in_its_originators_account() throws Exception {
        List<AuditEntry> uses = entries(Demo.CONJUNCTIONS, OWN).stream()
                .map(IndexedEntry::getEntry)
                .filter(entry -> entry.getEvent() == AuditEvent.AUDIT_EVENT_DOWNGRADED)
                .toList();
        assertThat(uses).extracting(AuditEntry::getRule).containsOnly("usa-demo/safety-of-flight");
        assertThat(uses.stream()
                        .filter(use -> use.getOtherTenant().equals(Demo.ACME_SPACE))
                        .map(AuditEntry::getItemId))
                .containsExactlyElementsOf(received.get(Demo.ACME_SPACE).products().stream()
                        .map(product -> product.product().getProductId())
                        .toList());
    }

    @Test
    void the_command_checks_an_account_and_finds_a_log_that_does_not_continue() throws Exception {
        Path head = folder.resolve("head");
        Ran first = audit(Demo.SPACE_WATCH, "--head", head.toString());
        assertThat(first.exitCode()).as(first.text()).isZero();
        assertThat(first.text()).contains("released").contains("each in the log of");
        Ran second = audit(Demo.SPACE_WATCH, "--head", head.toString());
        assertThat(second.exitCode()).as(second.text()).isZero();
        assertThat(second.text()).contains("0 entries").contains("which begins with the");

        TreeHead signed = TreeHead.parseFrom(Files.readAllBytes(head));
        Files.write(
                head,
                signed.toBuilder().setTreeSize(signed.getTreeSize() + 7).build().toByteArray());
        Ran forged = audit(Demo.SPACE_WATCH, "--head", head.toString());
        assertThat(forged.exitCode()).isEqualTo(2);
        assertThat(forged.text()).contains("signature does not verify");
    }

    private record Ran(int exitCode, String text) {}

    private static Ran audit(String tenant, String... options) {
        PartnerContext context = context(tenant);
        List<String> arguments = new ArrayList<>(List.of(
                "audit",
                "--endpoint",
                context.endpoint(),
                "--trust",
                context.trustPem().toString(),
                "--cert",
                context.certificatePem().toString(),
                "--key",
                context.keyPem().toString(),
                "--signing-keys",
                String.valueOf(context.signingKeysPem())));
        arguments.addAll(List.of(options));
        StringWriter text = new StringWriter();
        int exitCode = Sluis.commandLine()
                .setOut(new PrintWriter(text))
                .setErr(new PrintWriter(text))
                .execute(arguments.toArray(String[]::new));
        return new Ran(exitCode, text.toString());
    }

    private static PartnerContext context(String tenant) {
        return gateway.context(pki.folder().resolve("tenants").resolve(tenant));
    }

    private static AuditServiceBlockingStub audit(String tenant) throws Exception {
        return AuditServiceGrpc.newBlockingStub(gateway.tenant(tenant).channel());
    }

    private static List<IndexedEntry> entries(String tenant, AuditLogChoice choice) throws Exception {
        return audit(tenant)
                .listEntries(ListEntriesRequest.newBuilder()
                        .setPageSize(1_000)
                        .setLog(choice)
                        .build())
                .getEntriesList();
    }

    private static String hex(ByteString bytes) {
        return java.util.HexFormat.of().formatHex(bytes.toByteArray());
    }
}
