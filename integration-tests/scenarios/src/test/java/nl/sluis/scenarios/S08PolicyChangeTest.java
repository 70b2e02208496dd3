package nl.sluis.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import nl.sluis.certs.Credential;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.gateway.ConfigException;
import nl.sluis.gateway.PolicyFolder;
import nl.sluis.policy.bundle.BundleSignatures;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.proto.v1.ApproveBundleRequest;
import nl.sluis.proto.v1.ChangeDirection;
import nl.sluis.proto.v1.CheckDraftRequest;
import nl.sluis.proto.v1.ClosingReason;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.DecisionOutcome;
import nl.sluis.proto.v1.GetBundleRequest;
import nl.sluis.proto.v1.GetSelfRequest;
import nl.sluis.proto.v1.ListDecisionsRequest;
import nl.sluis.proto.v1.PolicyFile;
import nl.sluis.proto.v1.PolicyServiceGrpc;
import nl.sluis.proto.v1.PolicySignature;
import nl.sluis.proto.v1.ProposeBundleRequest;
import nl.sluis.proto.v1.TenantServiceGrpc;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Policy changes while partners are subscribed: a stricter one holds at once, an improper one never, a wider one late. */
@TestMethodOrder(OrderAnnotation.class)
class S08PolicyChangeTest {
    private static final String RULES = "nld.yaml";
    private static final String NO_WARNINGS_TO_OPERATORS = """
          - deny: no-warnings-to-operators
            what: {kind: conjunction}
            to: [commercial]
        """;

    private static final String ONE_WARNING_A_DAY = """
          - quota: one-warning-a-day
            what: {kind: conjunction}
            to: [commercial]
            at_most: 1
            per: 1 d
        """;

    @TempDir
    static Path folder;

    private static DevelopmentPki pki;
    private static GatewayUnderTest gateway;
    private static Received north;
    private static Received acme;
    private static List<Contribution> likely;
    private static String rules;

    @BeforeAll
    static void start() throws Exception {
        pki = GatewayUnderTest.pki(folder.resolve("pki"));
        gateway = GatewayUnderTest.start(folder, pki, Clock.systemUTC());
        north = gateway.subscribe(Demo.NORTH_WATCH);
        acme = gateway.subscribe(Demo.ACME_SPACE);
        rules = Files.readString(policy().resolve(RULES));
        likely = gateway.demo().conjunctions();
        gateway.accepted(Demo.CONJUNCTIONS, likely.subList(0, 5));
        gateway.quiet(List.of(north, acme));
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    @Order(1)
    void a_stricter_policy_holds_on_the_streams_that_are_open() throws Exception {
        int warned = warnings(acme);
        assertThat(warned).isPositive();

        change(2, RULES, rules.replace("rules:\n", "rules:\n" + NO_WARNINGS_TO_OPERATORS));
        signedBy("nld/ssa-centre/first-officer");
        north.await(
                "version 2 holds",
                GatewayUnderTest.LIMIT,
                () -> gateway.gateway().policyVersion() == 2);
        gateway.accepted(Demo.CONJUNCTIONS, likely.subList(5, 10));
        gateway.quiet(List.of(north, acme));

        assertThat(warnings(north)).isEqualTo(10);
        assertThat(warnings(acme)).isEqualTo(warned);
    }

    @Test
    @Order(2)
    void a_wider_policy_needs_two_officers_of_each_whose_words_widen_and_the_old_one_stays() throws Exception {
        change(3, RULES, rules);
        signedBy("nld/ssa-centre/first-officer");
        north.await("the operator is told", GatewayUnderTest.LIMIT, () -> health().contains("a bundle was rejected"));

        assertThat(gateway.gateway().policyVersion()).isEqualTo(2);
    }

    @Test
    @Order(3)
    void a_wider_policy_releases_what_was_withheld_before() throws Exception {
        signedBy("officer");
        acme.await("the withheld warnings come", GatewayUnderTest.LIMIT, () -> warnings(acme) == 6);

        assertThat(health()).doesNotContain("rejected");
        assertThat(gateway.gateway().policyVersion()).isEqualTo(3);
    }

    @Test
    @Order(4)
    void what_is_over_a_quota_is_held_and_officers_are_told() throws Exception {
        change(4, RULES, rules.replace("rules:\n", "rules:\n" + ONE_WARNING_A_DAY));
        signedBy("nld/ssa-centre/first-officer");
        north.await(
                "version 4 holds",
                GatewayUnderTest.LIMIT,
                () -> gateway.gateway().policyVersion() == 4);

        gateway.accepted(
                Demo.CONJUNCTIONS,
                likely.stream()
                        .map(one -> one.toBuilder()
                                .setClientId("again " + one.getClientId())
                                .build())
                        .toList());
        gateway.quiet(List.of(north, acme));

        assertThat(warnings(north)).isEqualTo(20);
        assertThat(warnings(acme)).isEqualTo(7);
        assertThat(PolicyServiceGrpc.newBlockingStub(
                                gateway.officer("nld/ssa-centre/first-officer").channel())
                        .listDecisions(ListDecisionsRequest.newBuilder()
                                .setTenant("acme-space")
                                .setOutcome(DecisionOutcome.DECISION_OUTCOME_DELAYED)
                                .build())
                        .getDecisionsList())
                .hasSize(5)
                .allSatisfy(decision -> assertThat(decision.getRulesList())
                        .anySatisfy(rule -> assertThat(rule.getName()).isEqualTo("one-warning-a-day")));
    }

    @Test
    @Order(5)
    void an_officer_proposes_a_bundle_who_is_removed_in_it_is_shut_out_and_who_has_less_clearance_reads_on()
            throws Exception {
        Map<String, byte[]> files = new TreeMap<>(PolicyFolder.read(policy()));
        files.put("bundle.yaml", header(5).getBytes(StandardCharsets.UTF_8));
        files.put(
                "tenants.yaml",
                new String(files.get("tenants.yaml"), StandardCharsets.UTF_8)
                        .replace("acme-space:\n", "acme-space:\n    status: removed\n")
                        .replace("{NATO: restricted, NLD: unclassified}", "{NATO: restricted}")
                        .getBytes(StandardCharsets.UTF_8));
        PolicyServiceGrpc.PolicyServiceBlockingStub officer = PolicyServiceGrpc.newBlockingStub(
                gateway.officer("nld/ssa-centre/first-officer").channel());
        nl.sluis.proto.v1.PolicyBundle.Builder proposed = nl.sluis.proto.v1.PolicyBundle.newBuilder();
        files.forEach((path, content) ->
                proposed.addFiles(PolicyFile.newBuilder().setPath(path).setContent(ByteString.copyFrom(content))));

        assertThat(officer.checkDraft(CheckDraftRequest.newBuilder()
                                .addAllFiles(proposed.getFilesList())
                                .build())
                        .getDirection())
                .isEqualTo(ChangeDirection.CHANGE_DIRECTION_NARROWS);
        assertThat(officer.proposeBundle(ProposeBundleRequest.newBuilder()
                                .setBundle(proposed)
                                .build())
                        .getOfficersMissing())
                .isEqualTo(1);
        PolicyBundle bundle = PolicyBundle.load(files);
        Credential credential = pki.officers().values().stream()
                .filter(one -> one.name().endsWith("nld/ssa-centre/first-officer"))
                .findFirst()
                .orElseThrow();
        assertThat(officer.approveBundle(ApproveBundleRequest.newBuilder()
                                .setDigest(ByteString.copyFrom(BundleSignatures.digest(bundle)))
                                .setSignature(PolicySignature.newBuilder()
                                        .setCms(ByteString.copyFrom(BundleSignatures.sign(
                                                bundle, credential.key(), credential.certificate()))))
                                .build())
                        .getOfficersMissing())
                .isZero();

        assertThat(officer.getBundle(GetBundleRequest.getDefaultInstance())
                        .getBundle()
                        .getVersion())
                .isEqualTo(5);
        TenantServiceGrpc.TenantServiceBlockingStub shutOut = TenantServiceGrpc.newBlockingStub(
                gateway.tenant(Demo.ACME_SPACE).channel());
        assertThatThrownBy(() ->
                        shutOut.withDeadlineAfter(10, TimeUnit.SECONDS).getSelf(GetSelfRequest.getDefaultInstance()))
                .isInstanceOf(StatusRuntimeException.class);
        int told = north.messages().size();
        north.await(
                "the stream goes on, as another audience",
                GatewayUnderTest.LIMIT,
                () -> north.messages().size() > told + 1);
        assertThat(north.closing()).isEqualTo(ClosingReason.CLOSING_REASON_UNSPECIFIED);
    }

    @Test
    @Order(6)
    void a_gateway_starts_with_the_bundle_that_was_in_force_and_never_with_an_older_one() throws Exception {
        gateway.close();
        try (GatewayUnderTest again = GatewayUnderTest.start(folder, pki, Clock.systemUTC())) {
            assertThat(again.gateway().policyVersion()).isEqualTo(5);
        }

        Path header = policy().resolve("bundle.yaml");
        Files.writeString(header, Files.readString(header).replace("2100-01-01", "2101-01-01"));
        signedBy("officer");
        assertThatThrownBy(() -> GatewayUnderTest.start(folder, pki, Clock.systemUTC()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("version 4 is stale (expected: above 5)")
                .hasMessageContaining("bundle is forked");
    }

    private static Path policy() {
        return folder.resolve("policy");
    }

    /** Puts the next version in the folder. */
    private static void change(int version, String file, String content) throws Exception {
        String next = header(version);
        Files.writeString(policy().resolve("bundle.yaml"), next);
        Files.writeString(policy().resolve(file), content);
    }

    /** The header of the version after the one in the folder. */
    private static String header(int version) throws Exception {
        String before = PolicyBundle.load(PolicyFolder.read(policy())).digestHex();
        return Files.readString(policy().resolve("bundle.yaml"))
                .replaceAll("predecessor: .*\n", "")
                .replaceAll("version: .*\n", "version: " + version + "\npredecessor: \"" + before + "\"\n");
    }

    private static void signedBy(String officer) throws Exception {
        GatewayUnderTest.sign(policy(), pki, one -> one.name().endsWith(officer));
    }

    private static int warnings(Received received) {
        return received.warnings(ConjunctionWarning::hasProbability).size();
    }

    private static String health() {
        try {
            return HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                            + gateway.gateway().adminPort() + "/health/ready"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
