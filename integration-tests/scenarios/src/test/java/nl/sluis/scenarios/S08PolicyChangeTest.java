package nl.sluis.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.StatusRuntimeException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.gateway.ConfigException;
import nl.sluis.gateway.PolicyFolder;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.GetSelfRequest;
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
    void a_tenant_that_is_removed_is_shut_out() throws Exception {
        String tenants = Files.readString(policy().resolve("tenants.yaml"));
        change(4, "tenants.yaml", tenants.replace("acme-space:\n", "acme-space:\n    status: removed\n"));
        signedBy("nld/ssa-centre/first-officer");

        north.await(
                "version 4 holds",
                GatewayUnderTest.LIMIT,
                () -> gateway.gateway().policyVersion() == 4);
        TenantServiceGrpc.TenantServiceBlockingStub shutOut = TenantServiceGrpc.newBlockingStub(
                gateway.tenant(Demo.ACME_SPACE).channel());
        assertThatThrownBy(() ->
                        shutOut.withDeadlineAfter(10, TimeUnit.SECONDS).getSelf(GetSelfRequest.getDefaultInstance()))
                .isInstanceOf(StatusRuntimeException.class);
        gateway.quiet(List.of(north));
    }

    @Test
    @Order(5)
    void a_gateway_does_not_start_with_an_older_bundle() throws Exception {
        gateway.close();
        Files.writeString(
                policy().resolve("bundle.yaml"),
                Files.readString(policy().resolve("bundle.yaml"))
                        .replace("version: 4", "version: 3")
                        .replaceAll("predecessor: .*\n", ""));
        GatewayUnderTest.sign(policy(), pki, officer -> true);

        assertThatThrownBy(() -> GatewayUnderTest.start(folder, pki, Clock.systemUTC()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("version 3 is stale (expected: above 4)")
                .hasMessageContaining("bundle is forked");
    }

    private static Path policy() {
        return folder.resolve("policy");
    }

    /** Puts the next version in the folder. */
    private static void change(int version, String file, String content) throws Exception {
        String before = PolicyBundle.load(PolicyFolder.read(policy())).digestHex();
        Path header = policy().resolve("bundle.yaml");
        String next = "version: " + version + "\npredecessor: \"" + before + "\"\n";
        Files.writeString(
                header,
                Files.readString(header).replaceAll("predecessor: .*\n", "").replaceAll("version: .*\n", next));
        Files.writeString(policy().resolve(file), content);
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
