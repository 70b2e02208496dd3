package nl.sluis.gateway.rpc;

import static nl.sluis.gateway.rpc.PortUnderTest.DUTCH;
import static nl.sluis.gateway.rpc.PortUnderTest.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import nl.sluis.certs.Credential;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.proto.v1.ClosingReason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * An independent client over mutual TLS and reflection: {@code buf curl}. Needs the build's own copy of it:
 * {@code -Dsluis.buf=<root>/proto/target/buf/buf.exe}.
 */
@Timeout(120)
@EnabledIfSystemProperty(named = "sluis.buf", matches = ".+")
class BufCurlTest {
    @TempDir
    private Path folder;

    private DevelopmentPki pki;
    private PortUnderTest port;

    @BeforeEach
    void start() throws Exception {
        pki = PortUnderTest.pki(folder);
        port = new PortUnderTest(pki, PartnerLimits.defaults(), methods -> methods);
    }

    @AfterEach
    void stop() throws Exception {
        port.close();
    }

    @Test
    void itListsEveryMethod() throws Exception {
        assertThat(finish(bufCurl("", "--list-methods")).lines())
                .containsAll(Methods.builder().build().names())
                .contains("grpc.health.v1.Health/Check");
    }

    @Test
    void itReadsASubscriptionToItsEnd() throws Exception {
        Process subscriber = bufCurl("/sluis.v1.SubscriptionService/Subscribe", "-d", "{}");
        FakeSubscriptions.Cursor cursor = port.subscriptions.awaitOpened();
        port.subscriptions.publish(3);
        port.server.closeWhere(caller -> true, ClosingReason.CLOSING_REASON_SHUTDOWN);
        assertThat(finish(subscriber)).contains("CLOSING_REASON_SHUTDOWN");
        assertThat(cursor.released).isDone();
    }

    @Test
    void itIsToldThatAMethodIsNotImplemented() throws Exception {
        assertThat(finish(bufCurl("/sluis.v1.TenantService/GetSelf", "-d", "{}")))
                .contains("unimplemented", "not implemented by this gateway yet", "google.rpc.ErrorInfo");
    }

    private Process bufCurl(String path, String... arguments) throws Exception {
        Credential credential = pki.tenant(DUTCH.nation(), DUTCH.name());
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("sluis.buf")).toAbsolutePath().toString(),
                "curl",
                "--protocol",
                "grpc",
                "--cacert",
                credential.gatewayRootPem().toString(),
                "--cert",
                credential.certificatePem().toString(),
                "--key",
                credential.keyPem().toString()));
        command.addAll(List.of(arguments));
        command.add("https://localhost:" + port.port + path);
        Path empty = Files.createDirectories(folder.resolve("empty"));
        return new ProcessBuilder(command)
                .directory(empty.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output.txt").toFile())
                .start();
    }

    private String finish(Process process) throws Exception {
        boolean ended = process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        process.destroyForcibly();
        String output = Files.readString(folder.resolve("output.txt"));
        assertThat(ended).as(output).isTrue();
        return output;
    }
}
