package nl.sluis.partner.command;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import nl.sluis.certs.Credential;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.partner.FakeGateway;
import nl.sluis.partner.PartnerClient;
import nl.sluis.partner.TlsProbe;
import nl.sluis.proto.v1.Checkpoint;
import nl.sluis.proto.v1.Clearance;
import nl.sluis.proto.v1.Closing;
import nl.sluis.proto.v1.ClosingReason;
import nl.sluis.proto.v1.DataMode;
import nl.sluis.proto.v1.GetSelfRequest;
import nl.sluis.proto.v1.GetSelfResponse;
import nl.sluis.proto.v1.Role;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.proto.v1.Tenant;
import nl.sluis.proto.v1.TenantStatus;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {
    @TempDir
    static Path folder;

    private static FakeGateway gateway;
    private static Clock clock;

    @BeforeAll
    static void start() throws Exception {
        gateway = new FakeGateway(folder.resolve("pki"));
        clock = Clock.fixed(Instant.now(), ZoneOffset.UTC);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @BeforeEach
    void reset() {
        gateway.health.setStatus("", HealthCheckResponse.ServingStatus.SERVING);
        gateway.self = self(Duration.ZERO);
        gateway.ocspResponse = null;
        gateway.subscriptions.clear();
        for (int i = 0; i < 2; i++) {
            gateway.subscriptions.add((request, answers) -> answers.onNext(SubscribeResponse.newBuilder()
                    .setCheckpoint(Checkpoint.getDefaultInstance())
                    .build()));
        }
    }

    @Test
    void oneScreenSaysThatAllIsWell() {
        Ran ran = Ran.run(gateway, new DoctorCommand(clock));
        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out().lines()).hasSizeLessThan(24).allMatch(line -> line.startsWith("ok    "));
        assertThat(ran.out())
                .contains("spiffe://nld.sluis.test/tenant/nld/ssa-centre/contributor/subscriber")
                .contains("TLSv1.3, TLS_AES_")
                .contains("ok    key exchange      X25519MLKEM768, post-quantum")
                .contains("ok    revocation        the gateway staples no OCSP response")
                .contains("ok    ALPN              h2")
                .contains("ok    health            serving")
                .contains("ok    tenant            nld/ssa-centre, active")
                .contains("ok    clearances        NATO RESTRICTED")
                .contains("+0.000 s against the gateway")
                .contains("ok    first message     checkpoint after ");
    }

    @Test
    void aWrongClockIsFoundAndMendable() {
        gateway.self = self(Duration.ofMinutes(-1));
        Ran ran = Ran.run(gateway, new DoctorCommand(clock));
        assertThat(ran.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(ran.out())
                .contains("FAIL  clock             +60.000 s against the gateway")
                .contains("-> set this machine's clock");
        gateway.self = self(Duration.ofSeconds(2));
        Ran little = Ran.run(gateway, new DoctorCommand(clock));
        assertThat(little.exitCode()).isZero();
        assertThat(little.out()).contains("warn  clock             -2.000 s");
    }

    @Test
    void anExpiredAndASoonExpiringCertificateAreFound() {
        Ran expired = Ran.run(gateway, new DoctorCommand(Clock.offset(clock, Duration.ofDays(366))));
        assertThat(expired.exitCode()).isEqualTo(ExitCode.NOT_PERMITTED);
        assertThat(expired.out()).contains("FAIL  own certificate").contains("-> ask your own CA for a new one");
        Ran soon = Ran.run(gateway, new DoctorCommand(Clock.offset(clock, Duration.ofDays(350))));
        assertThat(soon.out()).contains("warn  own certificate");
    }

    @Test
    void aKeyOfAnotherCertificateIsFound() {
        Credential own = gateway.pki.tenant("nld", "ssa-centre");
        Ran ran = doctor(
                gateway.endpoint(), own, gateway.pki.tenant("deu", "radar-site").keyPem(), own.gatewayRootPem());
        assertThat(ran.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ran.out()).contains("FAIL  own key").contains("does not belong to");
    }

    @Test
    void anUntrustedGatewayIsShownAllTheSame() {
        Credential own = gateway.pki.tenant("nld", "ssa-centre");
        Path otherRoot = gateway.pki.trustFolder().resolve("deu").resolve("root.pem");
        Ran ran = doctor(gateway.endpoint(), own, own.keyPem(), otherRoot);
        assertThat(ran.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(ran.out())
                .contains("ok    gateway's cert")
                .contains("FAIL  TLS")
                .contains("-> --trust must hold the root");
    }

    @Test
    void aCertificateThatTheGatewayRefusesIsFoundAfterTheHandshake() {
        Credential stranger = gateway.pki.tenant("deu", "radar-site");
        Ran ran = doctor(gateway.endpoint(), stranger, stranger.keyPem(), stranger.gatewayRootPem());
        assertThat(ran.exitCode()).isEqualTo(ExitCode.NOT_PERMITTED);
        assertThat(ran.out()).contains("FAIL  health").contains("-> the gateway does not accept this certificate");
    }

    @Test
    void nobodyListeningAndNoSuchHostAreFound() throws IOException {
        Credential own = gateway.pki.tenant("nld", "ssa-centre");
        int freePort;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            freePort = socket.getLocalPort();
        }
        Ran nobody = doctor("localhost:" + freePort, own, own.keyPem(), own.gatewayRootPem());
        assertThat(nobody.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(nobody.out()).contains("FAIL  TCP").contains("-> is the gateway running");
        Ran nowhere = doctor("gateway.invalid:7443", own, own.keyPem(), own.gatewayRootPem());
        assertThat(nowhere.out()).contains("FAIL  DNS").contains("`gateway.invalid` has no address");
    }

    @Test
    void whatTheGatewaysCaSaysOfItIsBelievedWhereItIsStapled() throws Exception {
        Instant now = clock.instant();
        Credential own = gateway.pki.gateway();
        gateway.ocspResponse = gateway.pki.ocspResponse(own, now.minusSeconds(60), now.plusSeconds(3600));
        Ran good = Ran.run(gateway, new DoctorCommand(clock));
        assertThat(good.exitCode()).isZero();
        assertThat(good.out()).contains("ok    revocation        the gateway's CA says good");

        gateway.ocspResponse = gateway.pki.ocspResponse(own, now.minusSeconds(7200), now.minusSeconds(3600));
        Ran old = Ran.run(gateway, new DoctorCommand(clock));
        assertThat(old.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(old.out())
                .contains("FAIL  revocation        stapled OCSP response: ")
                .contains("-> tell the gateway's operator");

        Credential other = gateway.pki.tenant("nld", "ssa-centre");
        gateway.ocspResponse = gateway.pki.ocspResponse(other, now.minusSeconds(60), now.plusSeconds(3600));
        assertThat(Ran.run(gateway, new DoctorCommand(clock)).out()).contains("FAIL  revocation");
    }

    /** The channel that streams use refuses it too, not only the doctor. */
    @Test
    void aGatewayThatItsCaHasRevokedGetsNoCall(@TempDir Path another) throws Exception {
        Instant now = clock.instant();
        try (FakeGateway revoked = new FakeGateway(another)) {
            revoked.pki.revoke(revoked.pki.gateway());
            revoked.ocspResponse =
                    revoked.pki.ocspResponse(revoked.pki.gateway(), now.minusSeconds(60), now.plusSeconds(3600));
            Ran ran = Ran.run(revoked, new DoctorCommand(clock));
            assertThat(ran.out()).contains("FAIL  revocation").contains("evoked");
            try (PartnerClient client = PartnerClient.open(revoked.context())) {
                assertThatExceptionOfType(StatusRuntimeException.class)
                        .isThrownBy(() -> client.tenants().getSelf(GetSelfRequest.getDefaultInstance()))
                        .satisfies(failure -> assertThat(
                                        TlsProbe.oneLine(failure.getStatus().getCause()))
                                .contains("revoked"));
            }
        }
    }

    @Test
    void aGatewayThatDoesNotServeIsAWarning() {
        gateway.health.setStatus("", HealthCheckResponse.ServingStatus.NOT_SERVING);
        Ran ran = Ran.run(gateway, new DoctorCommand(clock));
        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out()).contains("warn  health            not_serving");
    }

    @Test
    void aStreamThatEndsOrIsRefusedAtOnceIsFound() {
        gateway.subscriptions.clear();
        gateway.subscriptions.add((request, answers) -> answers.onCompleted());
        Ran ended = Ran.run(gateway, new DoctorCommand(clock));
        assertThat(ended.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(ended.out()).contains("FAIL  first message     the stream ended without one");
        gateway.subscriptions.add((request, answers) -> answers.onNext(SubscribeResponse.newBuilder()
                .setClosing(Closing.newBuilder().setReason(ClosingReason.CLOSING_REASON_SHUTDOWN))
                .build()));
        assertThat(Ran.run(gateway, new DoctorCommand(clock)).out())
                .contains("FAIL  first message     closing: shutdown");
        gateway.subscriptions.add(
                (request, answers) -> answers.onError(Status.RESOURCE_EXHAUSTED.asRuntimeException()));
        assertThat(Ran.run(gateway, new DoctorCommand(clock)).out())
                .contains("FAIL  first message     resource exhausted")
                .contains("-> ask the gateway's operator");
    }

    @Test
    void aChainInTheWrongOrderIsFound() throws IOException {
        Credential own = gateway.pki.tenant("nld", "ssa-centre");
        String root = Files.readString(gateway.pki.trustFolder().resolve("deu").resolve("root.pem"));
        Path chain = Files.writeString(
                folder.resolve("wrong-chain.pem"),
                Files.readString(own.certificatePem()).split("(?<=-----END CERTIFICATE-----\n)", -1)[0] + root);
        Ran ran = Ran.run(
                new DoctorCommand(clock),
                "--endpoint",
                gateway.endpoint(),
                "--trust",
                own.gatewayRootPem().toString(),
                "--cert",
                chain.toString(),
                "--key",
                own.keyPem().toString());
        assertThat(ran.out())
                .contains("FAIL  own chain         certificate 2 did not sign certificate 1")
                .contains("-> put the own certificate first");
    }

    @Test
    void aPortThatSpeaksNoTlsAndOneThatSpeaksNoHttp2AreFound() throws Exception {
        Credential own = gateway.pki.tenant("nld", "ssa-centre");
        try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread greeter =
                    answering(plain, socket -> socket.getOutputStream().write("SSH-2.0\r\n\r\n".getBytes(US_ASCII)));
            Ran ran = doctor("localhost:" + plain.getLocalPort(), own, own.keyPem(), own.gatewayRootPem());
            assertThat(ran.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(ran.out()).contains("FAIL  TLS").contains("-> the endpoint must speak TLS 1.3");
            greeter.join();
        }
        try (ServerSocket web = webServer()) {
            Thread server = answering(web, socket -> ((SSLSocket) socket).startHandshake());
            Ran ran = doctor("localhost:" + web.getLocalPort(), own, own.keyPem(), own.gatewayRootPem());
            assertThat(ran.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(ran.out())
                    .contains("warn  key exchange      X25519, not post-quantum")
                    .contains("FAIL  ALPN              `` (expected: `h2`)")
                    .contains("-> this port is not the partners' gRPC port");
            server.join();
        }
    }

    /** TLS with the gateway's own certificate, and no ALPN. */
    private static ServerSocket webServer() throws Exception {
        char[] password = DevelopmentPki.PKCS12_PASSWORD.toCharArray();
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(KeyStore.getInstance(gateway.pki.gateway().pkcs12().toFile(), password), password);
        SSLContext tls = SSLContext.getInstance("TLSv1.3");
        tls.init(keys.getKeyManagers(), null, null);
        return tls.getServerSocketFactory().createServerSocket(0, 2, InetAddress.getLoopbackAddress());
    }

    private interface Answer {
        void to(Socket socket) throws IOException;
    }

    /** Answers two connections, which doctor makes: one to see TCP, one for TLS. */
    private static Thread answering(ServerSocket server, Answer answer) {
        Thread thread = new Thread(() -> {
            for (int i = 0; i < 2; i++) {
                try (Socket socket = server.accept()) {
                    answer.to(socket);
                } catch (IOException gone) {
                    // the first of the two says nothing
                }
            }
        });
        thread.start();
        return thread;
    }

    private static Ran doctor(String endpoint, Credential who, Path key, Path trust) {
        return Ran.run(
                new DoctorCommand(clock),
                "--endpoint",
                endpoint,
                "--trust",
                trust.toString(),
                "--cert",
                who.certificatePem().toString(),
                "--key",
                key.toString());
    }

    private static GetSelfResponse self(Duration gatewayAhead) {
        Instant time = clock.instant().plus(gatewayAhead);
        return GetSelfResponse.newBuilder()
                .setTenant(Tenant.newBuilder()
                        .setTenantId("nld/ssa-centre")
                        .addNations("NLD")
                        .addCommunities("NATO")
                        .addRoles(Role.ROLE_SUBSCRIBER)
                        .addDataModes(DataMode.DATA_MODE_REAL)
                        .setStatus(TenantStatus.TENANT_STATUS_ACTIVE)
                        .addClearances(
                                Clearance.newBuilder().setPolicyName("NATO").setLevel("RESTRICTED")))
                .setGatewayTime(
                        Timestamp.newBuilder().setSeconds(time.getEpochSecond()).setNanos(time.getNano()))
                .build();
    }
}
