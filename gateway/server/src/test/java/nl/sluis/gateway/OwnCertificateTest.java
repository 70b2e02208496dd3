package nl.sluis.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import nl.sluis.certs.Credential;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.certs.PkiRequest;
import nl.sluis.gateway.rpc.ServerCertificate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A certificate that would fail partners fails the start, and says which file is wrong and how. */
class OwnCertificateTest {
    private static final String CHAIN = "chain: pki/gateway/certificate.pem";
    private static final String KEY = ", key: pki/gateway/key.pem";

    @TempDir
    private static Path folder;

    private static Instant now;
    private static DevelopmentPki pki;

    @BeforeAll
    static void makePki() throws IOException {
        now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        pki = DevelopmentPki.create(
                PkiRequest.of("nld", PkiRequest.Tenant.parse("nld/ssa-centre:subscriber")),
                folder.resolve("pki"),
                Clock.systemUTC(),
                new SecureRandom());
    }

    @Test
    void what_the_ca_says_is_stapled_as_long_as_it_says() throws Exception {
        staple(pki.gateway(), now.minusSeconds(60), now.plusSeconds(3600));

        ServerCertificate certificate = read(CHAIN + KEY + ", ocsp-response: ocsp.der");

        assertThat(certificate.staple().orElseThrow().until()).isEqualTo(now.plusSeconds(3600));
        assertThat(certificate.staple().orElseThrow().response().toByteArray())
                .isEqualTo(Files.readAllBytes(folder.resolve("ocsp.der")));
        assertThat(read(CHAIN + KEY).staple()).isEmpty();
    }

    @Test
    void an_answer_that_partners_would_not_believe_is_refused() throws Exception {
        String config = CHAIN + KEY + ", ocsp-response: ocsp.der";
        staple(pki.gateway(), now.minus(Duration.ofDays(2)), now.minus(Duration.ofDays(1)));
        assertRefused(config, "ocsp.der`: stapled OCSP response: ");

        staple(pki.tenant("nld", "ssa-centre"), now.minusSeconds(60), now.plusSeconds(3600));
        assertRefused(config, "ocsp.der`: stapled OCSP response: ");

        Files.writeString(folder.resolve("ocsp.der"), "no DER");
        assertRefused(config, "ocsp.der`: stapled OCSP response: ");

        Files.delete(folder.resolve("ocsp.der"));
        assertRefused(config, "ocsp.der`: can't be read (expected: OCSP response, DER)");
    }

    @Test
    void the_key_is_in_one_place_and_belongs_to_the_certificate() {
        assertRefused(CHAIN, "`neither key nor pkcs11` (expected: one of the two)");
        assertRefused(
                CHAIN + KEY + ", pkcs11: {library: l.so, label: gateway}",
                "`key and pkcs11` (expected: one of the two)");
        assertRefused(
                CHAIN + ", pkcs11: {library: l.so, label: gateway, pin: '1234'}",
                "certificate.pkcs11.library: `" + folder.resolve("l.so") + "`: no such file");
        assertRefused(
                CHAIN + ", key: pki/tenants/nld/ssa-centre/key.pem",
                "key of another certificate (expected: the key of");
    }

    private static void staple(Credential about, Instant from, Instant until) throws IOException {
        Files.write(folder.resolve("ocsp.der"), pki.ocspResponse(about, from, until));
    }

    private static void assertRefused(String config, String message) {
        assertThatThrownBy(() -> read(config))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("certificate")
                .hasMessageContaining(message);
    }

    private static ServerCertificate read(String certificate) throws Exception {
        Path file = Files.writeString(folder.resolve("gateway.yaml"), """
                sluis:
                  host-nation: nld
                  data-folder: data
                  trust-folder: trust
                  policy-folder: policy
                  certificate: {%s}
                """.formatted(certificate));
        return new OwnCertificate(GatewayConfig.load(file).certificate(), folder).read(now);
    }
}
