package nl.sluis.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import nl.sluis.certs.Credential;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.partner.Credentials;
import nl.sluis.partner.PartnerClient;
import nl.sluis.partner.PartnerContext;
import nl.sluis.partner.TlsProbe;
import nl.sluis.proto.v1.GetSelfRequest;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The gateway's key stays in a PKCS#11 token, and partners notice nothing. Needs Debian's softhsm2. */
@EnabledIfSystemProperty(
        named = "sluis.softhsm",
        matches = "true",
        disabledReason = "asked for by -Dsluis.softhsm=true")
class S45TokenKeyTest {
    private static final String LIBRARY = "/usr/lib/softhsm/libsofthsm2.so";
    private static final String PIN = "123456";
    private static final String KEY_FILE = "key: pki/gateway/key.pem";
    private static final String TOKEN = "pkcs11: {library: " + LIBRARY + ", label: gateway, pin-file: pin.txt}";

    @TempDir
    private static Path folder;

    private static DevelopmentPki pki;
    private static Map<String, String> environment;

    @BeforeAll
    static void fillToken() throws Exception {
        pki = GatewayUnderTest.pki(folder.resolve("pki"));
        Path tokens = Files.createDirectories(folder.resolve("tokens"));
        Path settings = Files.writeString(
                folder.resolve("softhsm2.conf"), "directories.tokendir = " + tokens + "\nobjectstore.backend = file\n");
        environment = Map.of("SOFTHSM2_CONF", settings.toString());
        run(List.of("softhsm2-util", "--init-token", "--free", "--label", "sluis", "--pin", PIN, "--so-pin", PIN));
        Path provider = Files.writeString(
                folder.resolve("pkcs11.cfg"), "name = token\nlibrary = " + LIBRARY + "\nslotListIndex = 0\n");
        run(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-importkeystore",
                "-srckeystore",
                pki.gateway().pkcs12().toString(),
                "-srcstorepass",
                DevelopmentPki.PKCS12_PASSWORD,
                "-srcalias",
                "identity",
                "-destalias",
                "gateway",
                "-deststoretype",
                "PKCS11",
                "-destkeystore",
                "NONE",
                "-deststorepass",
                PIN,
                "-addprovider",
                "SunPKCS11",
                "-providerarg",
                provider.toString()));
    }

    @Test
    void partnersAreServedWithAKeyThatNoFileHolds() throws Exception {
        int port = GatewayProcess.freePort();
        Path config = prepare(
                "served",
                Map.of(
                        KEY_FILE,
                        TOKEN + "\n    ocsp-response: pki/gateway/ocsp-response.der",
                        "partner-port: {host: 127.0.0.1, port: 0}",
                        "partner-port: {host: 127.0.0.1, port: " + port + "}"));
        Credential tenant = pki.tenant("nor", "north-watch");
        PartnerContext context = PartnerContext.of(
                "127.0.0.1:" + port, tenant.gatewayRootPem(), tenant.certificatePem(), tenant.keyPem(), null);
        GatewayProcess gateway = GatewayProcess.start(config, environment);
        try (PartnerClient client = PartnerClient.open(context)) {
            TlsProbe.Result seen = TlsProbe.probe(context, Credentials.load(context), Duration.ofSeconds(10));

            assertThat(seen.failure()).isNull();
            assertThat(seen.gateway()).isEqualTo(pki.gateway().certificate());
            assertThat(seen.group()).isEqualTo("X25519MLKEM768");
            assertThat(seen.stapled()).isTrue();
            assertThat(client.tenants()
                            .getSelf(GetSelfRequest.getDefaultInstance())
                            .getTenant()
                            .getTenantId())
                    .isEqualTo("nor/north-watch");
        } finally {
            gateway.close();
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            no library      | libsofthsm2.so, label | nowhere.so, label  | certificate.pkcs11.library: `/usr/lib/softhsm/nowhere.so`: no such file
            no token        | gateway, pin          | gateway, slot-index: 7, pin | certificate.pkcs11.slot-index: `7`: no usable token in this slot
            empty slot      | gateway, pin          | gateway, slot-index: 1, pin | certificate.pkcs11.slot-index: `1`: no usable token in this slot
            no such label   | gateway               | another            | certificate.pkcs11.label: `another`: no key with a certificate of this label (expected: one of [gateway])
            no PIN          | , pin-file: pin.txt   | ''                 | certificate.pkcs11.pin-file: not given
            wrong PIN       | pin.txt               | wrong-pin.txt      | certificate.pkcs11.pin: the token refuses it: CKR_PIN_INCORRECT
            no PIN file     | pin.txt               | absent.txt         | can't be read (expected: the token's PIN)
            """)
    void whatIsMissingFailsTheStart(String what, String found, String changed, String message) throws Exception {
        Path config = prepare(what.replace(' ', '-'), Map.of(KEY_FILE, TOKEN.replace(found, changed)));

        Process gateway = process(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "nl.sluis.gateway.Sluis",
                        "gateway",
                        "--check",
                        "--config",
                        config.toString()))
                .start();
        String printed = new String(gateway.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(gateway.waitFor()).as(printed).isEqualTo(1);
        assertThat(printed).contains(message);
    }

    private static Path prepare(String name, Map<String, String> changes) throws Exception {
        Path home = folder.resolve(name);
        Path config = GatewayUnderTest.prepare(home, pki, GatewayUnderTest.DEMO, changes);
        Files.writeString(home.resolve("pin.txt"), PIN + "\n");
        Files.writeString(home.resolve("wrong-pin.txt"), "654321\n");
        return config;
    }

    private static ProcessBuilder process(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return builder;
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        Process process = process(command).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(GatewayUnderTest.LIMIT.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        assertThat(process.exitValue()).as(printed).isZero();
    }
}
