package nl.sluis.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import nl.sluis.certs.Credential;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.certs.PkiRequest;
import nl.sluis.partner.Credentials;
import nl.sluis.partner.TlsProbe;
import nl.sluis.proto.v1.AuditEntry;
import nl.sluis.proto.v1.AuditEvent;
import nl.sluis.proto.v1.AuditLogChoice;
import nl.sluis.proto.v1.AuditServiceGrpc;
import nl.sluis.proto.v1.ClosingReason;
import nl.sluis.proto.v1.GetSelfRequest;
import nl.sluis.proto.v1.IndexedEntry;
import nl.sluis.proto.v1.ListEntriesRequest;
import nl.sluis.proto.v1.ListTenantsRequest;
import nl.sluis.proto.v1.RevokeCredentialRequest;
import nl.sluis.proto.v1.RevokeCredentialResponse;
import nl.sluis.proto.v1.Tenant;
import nl.sluis.proto.v1.TenantServiceGrpc;
import nl.sluis.proto.v1.TenantServiceGrpc.TenantServiceBlockingStub;
import nl.sluis.proto.v1.TenantStatus;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever may no longer take part is out at once, stays out, and nobody else notices; trust is renewed meanwhile. */
class S41ShutOutTest {
    private static final String FIRST_OFFICER = "nld/ssa-centre/first-officer";
    private static final String FOREIGN_OFFICER = "zaf/pretoria/release-officer";

    @TempDir
    private static Path folder;

    private static DevelopmentPki pki;
    private static GatewayUnderTest gateway;

    @BeforeAll
    static void start() throws Exception {
        pki = GatewayUnderTest.pki(folder.resolve("pki"));
        GatewayUnderTest.writePolicy(folder.resolve("gateway"), pki, "tenants.yaml", S41ShutOutTest::moreTenants);
        gateway = GatewayUnderTest.start(folder.resolve("gateway"), pki, Clock.systemUTC());
    }

    /** An auditor, and a tenant of a nation that is not trusted yet. */
    private static String moreTenants(String demo) {
        return demo + """
                  audit-office:
                    nations: [NLD]
                    roles: [auditor]
                  cnes:
                    nations: [FRA]
                    roles: [subscriber]
                """.indent(0);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void a_certificate_on_a_new_revocation_list_leaves_and_no_other() throws Exception {
        Received leaves = gateway.subscribe(Demo.NORTH_WATCH);
        Received stays = gateway.subscribe(Demo.SPACE_WATCH);

        pki.revoke(pki.tenant("nor", "north-watch"));

        awaitClosing(leaves);
        int before = stays.messages().size();
        stays.await(
                "the other stream goes on",
                GatewayUnderTest.LIMIT,
                () -> stays.messages().size() > before + 1);
        assertThat(stays.closing()).isEqualTo(ClosingReason.CLOSING_REASON_UNSPECIFIED);
        assertShutOut("tenants/nor/north-watch");
        assertThat(entries("nor/north-watch")).anySatisfy(entry -> {
            assertThat(entry.getEvent()).isEqualTo(AuditEvent.AUDIT_EVENT_REVOKED);
            assertThat(entry.getReason()).isEqualTo("REVOKED");
        });
    }

    @Test
    void an_officer_of_the_host_shuts_out_a_certificate_and_it_stays_out_after_a_restart() throws Exception {
        Received leaves = gateway.subscribe(Demo.ACME_SPACE);

        RevokeCredentialResponse revoked = tenants("officers/" + FIRST_OFFICER)
                .revokeCredential(RevokeCredentialRequest.newBuilder()
                        .setCertificateSha256(fingerprint(pki.tenant("lux", "acme-space")))
                        .setReason("laptop lost")
                        .build());

        assertThat(revoked.getStreamsClosed()).isEqualTo(1);
        awaitClosing(leaves);
        assertShutOut("tenants/lux/acme-space");
        assertThat(entries("nld/ssa-centre")).anySatisfy(entry -> {
            assertThat(entry.getOtherTenant()).isEqualTo("lux/acme-space");
            assertThat(entry.getPerson()).isEqualTo("first-officer");
            assertThat(entry.getReason()).isEqualTo("laptop lost");
        });
        // who is shut out learns that it is, and not by whom or why
        assertThat(entries("lux/acme-space"))
                .filteredOn(entry -> entry.getEvent() == AuditEvent.AUDIT_EVENT_REVOKED)
                .isNotEmpty()
                .allSatisfy(entry -> {
                    assertThat(entry.getPerson()).isEmpty();
                    assertThat(entry.getReason()).isIn("", "REVOKED_BY_OFFICER");
                });

        gateway.close();
        gateway = GatewayUnderTest.start(folder.resolve("gateway"), pki, Clock.systemUTC());
        assertShutOut("tenants/lux/acme-space");
        Credential next = pki.issue(PkiRequest.Tenant.parse("lux/acme-space:subscriber"), "acme-space-next");
        assertThat(self(next.name())).isEqualTo("lux/acme-space");
    }

    @Test
    void an_officer_shuts_out_its_own_nations_tenants_and_no_others() throws Exception {
        TenantServiceBlockingStub foreign = tenants("officers/" + FOREIGN_OFFICER);
        assertThatThrownBy(() -> foreign.revokeCredential(RevokeCredentialRequest.newBuilder()
                        .setTenantId("aus/uralla")
                        .setReason("not ours")
                        .build()))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        refused -> assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED));
        // a fingerprint that was never shown here is shut out for the officer's own nation alone
        foreign.revokeCredential(RevokeCredentialRequest.newBuilder()
                .setCertificateSha256(fingerprint(pki.tenant("ita", "fucino")))
                .setReason("not ours either")
                .build());
        assertThat(self("tenants/ita/fucino")).isEqualTo("ita/fucino");

        tenants("officers/" + FIRST_OFFICER)
                .revokeCredential(RevokeCredentialRequest.newBuilder()
                        .setTenantId("aus/uralla")
                        .setReason("left the community")
                        .build());
        assertShutOut("tenants/aus/uralla");
        assertThat(tenants("officers/" + FIRST_OFFICER)
                        .listTenants(ListTenantsRequest.getDefaultInstance())
                        .getTenantsList())
                .filteredOn(tenant -> tenant.getTenantId().equals("aus/uralla"))
                .extracting(Tenant::getStatus)
                .containsExactly(TenantStatus.TENANT_STATUS_REMOVED);
    }

    @Test
    void a_nation_that_is_added_to_the_trust_folder_comes_in() throws Exception {
        DevelopmentPki french = DevelopmentPki.create(
                PkiRequest.of("fra", PkiRequest.Tenant.parse("fra/cnes:subscriber")),
                folder.resolve("french"),
                Clock.systemUTC(),
                new SecureRandom());
        Path credential = Files.createDirectories(folder.resolve("pki/tenants/fra/cnes"));
        copy(french.tenant("fra", "cnes").certificatePem(), credential.resolve("certificate.pem"));
        copy(french.tenant("fra", "cnes").keyPem(), credential.resolve("key.pem"));
        copy(pki.tenant("deu", "space-watch").gatewayRootPem(), credential.resolve("gateway-root.pem"));
        assertShutOut("tenants/fra/cnes");

        Path trust = Files.createDirectories(pki.trustFolder().resolve("fra/crl"));
        for (String file : List.of("crl/root.pem", "crl/issuing.pem", "issuing.pem", "root.pem", "trust-domain.txt")) {
            copy(
                    french.trustFolder().resolve("fra").resolve(file),
                    trust.getParent().resolve(file));
        }

        assertThat(eventually(() -> self("tenants/fra/cnes"))).isEqualTo("fra/cnes");
    }

    @Test
    void a_renewed_certificate_is_served_and_a_broken_one_is_not() throws Exception {
        Credential served = pki.gateway();
        Received live = gateway.subscribe(Demo.SPACE_WATCH);
        X509Certificate first = shown();
        byte[] chain = Files.readAllBytes(served.certificatePem());
        byte[] key = Files.readAllBytes(served.keyPem());

        Files.writeString(served.keyPem(), "half a ke");
        assertThat(eventually(() -> health().contains("changed files are not used") ? "told" : ""))
                .isEqualTo("told");
        assertThat(shown()).isEqualTo(first);

        DevelopmentPki other = DevelopmentPki.create(
                PkiRequest.of("nld"), folder.resolve("other"), Clock.systemUTC(), new SecureRandom());
        copy(other.gateway().certificatePem(), served.certificatePem());
        copy(other.gateway().keyPem(), served.keyPem());
        assertThat(eventually(() -> shown().equals(other.gateway().certificate()) ? "renewed" : ""))
                .isEqualTo("renewed");
        assertThat(live.closing()).isEqualTo(ClosingReason.CLOSING_REASON_UNSPECIFIED);

        Files.write(served.certificatePem(), chain);
        Files.write(served.keyPem(), key);
        assertThat(eventually(() -> shown().equals(first) ? "as before" : "")).isEqualTo("as before");
        assertThat(health()).doesNotContain("changed files are not used");
    }

    private static void awaitClosing(Received received) throws InterruptedException {
        received.await(
                "the stream ends",
                GatewayUnderTest.LIMIT,
                () -> received.closing() == ClosingReason.CLOSING_REASON_REVOKED);
    }

    private static TenantServiceBlockingStub tenants(String credential) throws Exception {
        return TenantServiceGrpc.newBlockingStub(gateway.client(credential).channel());
    }

    private static String self(String credential) throws Exception {
        return tenants(credential)
                .getSelf(GetSelfRequest.getDefaultInstance())
                .getTenant()
                .getTenantId();
    }

    private static void assertShutOut(String credential) {
        assertThatThrownBy(() -> self(credential))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        refused -> assertThat(refused.getStatus().getCode())
                                .isIn(Status.Code.UNAVAILABLE, Status.Code.UNAUTHENTICATED));
    }

    private static List<AuditEntry> entries(String tenant) throws Exception {
        return AuditServiceGrpc.newBlockingStub(
                        gateway.tenant("nld/audit-office").channel())
                .listEntries(ListEntriesRequest.newBuilder()
                        .setPageSize(1_000)
                        .setLog(AuditLogChoice.newBuilder().setTenant(tenant))
                        .build())
                .getEntriesList()
                .stream()
                .map(IndexedEntry::getEntry)
                .toList();
    }

    private static X509Certificate shown() throws Exception {
        var context = gateway.context(pki.tenant("deu", "space-watch").folder());
        return Objects.requireNonNull(TlsProbe.probe(context, Credentials.load(context), Duration.ofSeconds(10))
                .gateway());
    }

    private static String health() throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(
                                        "http://127.0.0.1:" + gateway.gateway().adminPort() + "/health/ready"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    /** Asks again until there is an answer; each question is a call of its own. */
    private static String eventually(Callable<String> question) throws Exception {
        long end = System.nanoTime() + GatewayUnderTest.LIMIT.toNanos();
        while (true) {
            try {
                String answer = question.call();
                if (!answer.isEmpty()) {
                    return answer;
                }
            } catch (StatusRuntimeException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
            }
            if (System.nanoTime() > end) {
                return "not within " + GatewayUnderTest.LIMIT;
            }
        }
    }

    private static String fingerprint(Credential credential) throws Exception {
        return java.util.HexFormat.of()
                .formatHex(java.security.MessageDigest.getInstance("SHA-256")
                        .digest(credential.certificate().getEncoded()));
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
}
