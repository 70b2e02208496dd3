package nl.sluis.gateway.rpc;

import static nl.sluis.gateway.rpc.PortUnderTest.DUTCH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.proto.v1.GetSelfRequest;
import nl.sluis.proto.v1.TenantServiceGrpc;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ProtocolTest {
    @TempDir
    private static Path folder;

    private static DevelopmentPki pki;

    private PortUnderTest port;

    @BeforeAll
    static void makePki() throws Exception {
        pki = PortUnderTest.pki(folder);
    }

    @BeforeEach
    void start() {
        port = new PortUnderTest(pki, PartnerLimits.defaults(), methods -> methods);
    }

    @AfterEach
    void stop() throws Exception {
        port.close();
    }

    @Test
    void withoutAClientCertificateTheHandshakeFails() throws Exception {
        assertUnavailable(port.channelWithoutCertificate());
        assertThat(port.count("sluis.rpc.handshake.failures")).isPositive();
        assertThat(port.count("sluis.rpc.connections")).isZero();
    }

    @Test
    void clearTextHttp2IsNotSpoken() {
        assertUnavailable(port.clearTextChannel());
    }

    @Test
    void http11IsNotSpoken() {
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(port.sslContext(DUTCH))
                .build();
        assertThatThrownBy(() ->
                        client.send(HttpRequest.newBuilder(uri("/")).build(), HttpResponse.BodyHandlers.discarding()))
                .isInstanceOf(IOException.class);
    }

    @Test
    void whatIsNotGrpcIsRefused() throws Exception {
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_2)
                .sslContext(port.sslContext(DUTCH))
                .build();
        HttpRequest.Builder json = HttpRequest.newBuilder(uri("/sluis.v1.TenantService/GetSelf"))
                .header("content-type", "application/json");
        assertThat(client.send(
                                json.POST(HttpRequest.BodyPublishers.ofString("{}"))
                                        .build(),
                                HttpResponse.BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(415);
        assertThat(client.send(HttpRequest.newBuilder(uri("/")).build(), HttpResponse.BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(405);
    }

    private URI uri(String path) {
        return URI.create("https://localhost:" + port.port + path);
    }

    private static void assertUnavailable(ManagedChannel channel) {
        assertThatThrownBy(
                        () -> TenantServiceGrpc.newBlockingStub(channel).getSelf(GetSelfRequest.getDefaultInstance()))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failure -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
    }
}
