package nl.sluis.certs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevelopmentPkiTest {
    private static final Instant NOW = Instant.parse("2026-11-01T12:00:00.750Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    private static final PkiRequest REQUEST = PkiRequest.of(
                    "nld",
                    PkiRequest.Tenant.parse("nld/ssa-centre:subscriber,contributor"),
                    PkiRequest.Tenant.parse("deu/radar-site:contributor"))
            .withOfficers(
                    PkiRequest.Officer.parse("nld/ssa-centre:first"), PkiRequest.Officer.parse("nld/ssa-centre:second"))
            .withBadCertificates();

    @TempDir
    private static Path folder;

    private static DevelopmentPki pki;

    @BeforeAll
    static void makeOnce() throws Exception {
        pki = DevelopmentPki.create(REQUEST, folder.resolve("pki"), CLOCK, seeded(1));
    }

    @Test
    void every_good_chain_leads_to_its_own_nations_root() throws Exception {
        for (Credential credential : pki.tenants().values()) {
            String nation = credential.name().split("/", -1)[1];
            X509Certificate root = read(pki.trustFolder().resolve(nation + "/root.pem"));
            root.verify(root.getPublicKey());
            credential.chain().get(1).verify(root.getPublicKey());
            credential.certificate().verify(credential.chain().get(1).getPublicKey());
            credential.certificate().checkValidity(Date.from(NOW));
            assertThat(credential.chain()).hasSize(2);
            assertThat(((ECPublicKey) credential.certificate().getPublicKey())
                            .getParams()
                            .getOrder()
                            .bitLength())
                    .isEqualTo(384);
        }
    }

    @Test
    void a_tenants_certificate_names_tenant_and_roles_in_one_uri() throws Exception {
        assertThat(pki.tenant("nld", "ssa-centre").certificate().getSubjectAlternativeNames())
                .containsExactly(List.of(6, "spiffe://nld.sluis.test/tenant/nld/ssa-centre/contributor/subscriber"));
    }

    @Test
    void officers_share_the_tenants_name_and_differ_in_key_and_common_name() throws Exception {
        X509Certificate first = pki.officers().get("nld/ssa-centre:first").certificate();
        X509Certificate second = pki.officers().get("nld/ssa-centre:second").certificate();
        assertThat(first.getSubjectAlternativeNames())
                .containsExactly(List.of(6, "spiffe://nld.sluis.test/tenant/nld/ssa-centre/officer"))
                .containsExactlyElementsOf(second.getSubjectAlternativeNames());
        assertThat(first.getPublicKey()).isNotEqualTo(second.getPublicKey());
        assertThat(first.getSubjectX500Principal().getName()).contains("CN=first");
    }

    @Test
    void the_gateways_certificate_is_for_the_loopback_and_serves_only() throws Exception {
        X509Certificate gateway = pki.gateway().certificate();
        assertThat(gateway.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(gateway.getSubjectAlternativeNames())
                .contains(List.of(2, "localhost"), List.of(7, "127.0.0.1"), List.of(7, "0:0:0:0:0:0:0:1"));
    }

    @Test
    void keys_are_readable_by_their_owner_only() throws Exception {
        try (Stream<Path> files = Files.walk(pki.folder())) {
            List<Path> secrets = files.filter(file -> file.toString().endsWith("key.pem")
                            || file.toString().endsWith(".p12"))
                    .toList();
            assertThat(secrets)
                    .hasSizeGreaterThan(100)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
    }

    @Test
    void the_pkcs12_file_holds_the_same_key_and_chain_as_the_pem_files() throws Exception {
        Credential credential = pki.tenant("deu", "radar-site");
        KeyStore store = KeyStore.getInstance("PKCS12");
        char[] password = DevelopmentPki.PKCS12_PASSWORD.toCharArray();
        try (InputStream in = Files.newInputStream(credential.pkcs12())) {
            store.load(in, password);
        }
        assertThat(store.getCertificateChain("identity")).hasSize(2).startsWith(read(credential.certificatePem()));
        assertThat(Files.readString(credential.keyPem()))
                .contains(java.util.Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(credential.key().getEncoded()));
    }

    @Test
    void each_ca_publishes_a_signed_list_that_holds_what_it_revoked() throws Exception {
        Path crls = pki.trustFolder().resolve("nld/crl");
        X509CRL ofIssuing = readCrl(crls.resolve("issuing.pem"));
        ofIssuing.verify(read(pki.trustFolder().resolve("nld/issuing.pem")).getPublicKey());
        assertThat(ofIssuing.isRevoked(pki.bad(BadCertificate.REVOKED).certificate()))
                .isTrue();
        assertThat(ofIssuing.isRevoked(pki.tenant("nld", "ssa-centre").certificate()))
                .isFalse();
        assertThat(ofIssuing.getNextUpdate()).isAfter(Date.from(NOW));
        X509CRL ofRoot = readCrl(crls.resolve("root.pem"));
        ofRoot.verify(read(pki.trustFolder().resolve("nld/root.pem")).getPublicKey());
        assertThat(ofRoot.isRevoked(
                        pki.bad(BadCertificate.ISSUER_REVOKED).chain().get(1)))
                .isTrue();
    }

    @Test
    void revoking_writes_the_next_list_of_that_ca(@TempDir Path other) throws Exception {
        DevelopmentPki small = DevelopmentPki.create(
                PkiRequest.of("nld", PkiRequest.Tenant.parse("nld/a:subscriber")), other, CLOCK, seeded(2));
        Path list = small.trustFolder().resolve("nld/crl/issuing.pem");
        byte[] numberBefore = readCrl(list).getExtensionValue("2.5.29.20");
        Credential second = small.issue(PkiRequest.Tenant.parse("nld/a:subscriber"), "a-next");
        small.revoke(second);
        assertThat(readCrl(list).isRevoked(second.certificate())).isTrue();
        assertThat(readCrl(list).isRevoked(small.tenant("nld", "a").certificate()))
                .isFalse();
        assertThat(readCrl(list).getExtensionValue("2.5.29.20")).isNotEqualTo(numberBefore);
    }

    @Test
    void every_bad_certificate_is_made_with_its_reason_beside_it() {
        assertThat(BadCertificate.values()).hasSizeGreaterThanOrEqualTo(30);
        assertThat(pki.bad().keySet()).containsExactly(BadCertificate.values());
        assertThat(pki.bad().values())
                .allSatisfy(credential ->
                        assertThat(credential.folder().resolve("why.txt")).isNotEmptyFile());
    }

    @Test
    void a_bad_certificate_is_wrong_in_the_way_it_says() throws Exception {
        assertThat(bad(BadCertificate.EXPIRED).getNotAfter()).isBefore(Date.from(NOW));
        assertThat(bad(BadCertificate.NOT_YET_VALID).getNotBefore()).isAfter(Date.from(NOW));
        assertThat(bad(BadCertificate.SHA1_SIGNATURE).getSigAlgName()).isEqualTo("SHA1withECDSA");
        assertThat(bad(BadCertificate.TWO_URIS).getSubjectAlternativeNames()).hasSize(2);
        assertThat(bad(BadCertificate.CA_TRUE).getBasicConstraints()).isZero();
        assertThat(bad(BadCertificate.NO_PURPOSE).getExtendedKeyUsage()).isNull();
        assertThat(bad(BadCertificate.CRITICAL_UNKNOWN_EXTENSION).hasUnsupportedCriticalExtension())
                .isTrue();
        assertThat(bad(BadCertificate.VERSION_1).getVersion()).isEqualTo(1);
        assertThat(bad(BadCertificate.NEGATIVE_SERIAL).getSerialNumber()).isNegative();
        assertThat(bad(BadCertificate.RSA_1024).getPublicKey().getAlgorithm()).isEqualTo("RSA");
        X509Certificate issuing = read(pki.trustFolder().resolve("nld/issuing.pem"));
        assertThatThrownBy(() -> bad(BadCertificate.BROKEN_SIGNATURE).verify(issuing.getPublicKey()))
                .isInstanceOf(java.security.SignatureException.class);
        assertThat(bad(BadCertificate.OTHER_NATIONS_CA).getIssuerX500Principal().getName())
                .contains("O=DEU");
    }

    @Test
    void the_same_seed_and_clock_give_the_same_files(@TempDir Path other) throws Exception {
        PkiRequest request = PkiRequest.of("nld", PkiRequest.Tenant.parse("fra/centre:subscriber"));
        Map<String, String> first = pemFiles(DevelopmentPki.create(request, other.resolve("a"), CLOCK, seeded(3)));
        Map<String, String> second = pemFiles(DevelopmentPki.create(request, other.resolve("b"), CLOCK, seeded(3)));
        Map<String, String> third = pemFiles(DevelopmentPki.create(request, other.resolve("c"), CLOCK, seeded(4)));
        assertThat(second).isEqualTo(first);
        assertThat(third).isNotEqualTo(first);
    }

    @Test
    void a_folder_that_holds_anything_is_left_alone() {
        assertThatThrownBy(() -> DevelopmentPki.create(REQUEST, pki.folder(), CLOCK, seeded(1)))
                .isInstanceOf(DirectoryNotEmptyException.class);
    }

    @Test
    void a_request_is_refused_by_the_part_that_is_wrong() {
        assertThatThrownBy(() -> PkiRequest.Tenant.parse("nl/centre:subscriber"))
                .hasMessage("nation: `nl` (expected: 3 to 16 lower-case letters)");
        assertThatThrownBy(() -> PkiRequest.Tenant.parse("nld/../x:subscriber")).hasMessageContaining("expected");
        assertThatThrownBy(() -> PkiRequest.Tenant.parse("nld/a:")).hasMessageContaining("role: ``");
        assertThatThrownBy(() -> PkiRequest.of("nld").withOfficers(PkiRequest.Officer.parse("nld/a:b")))
                .hasMessage("officer `nld/a:b`: no tenant `nld/a` in the request");
        assertThatThrownBy(() -> new PkiRequest("nld", List.of(), List.of(), List.of(), Duration.ZERO, false))
                .hasMessageContaining("validity");
    }

    private static X509Certificate bad(BadCertificate which) {
        return pki.bad(which).certificate();
    }

    private static Map<String, String> pemFiles(DevelopmentPki made) throws Exception {
        Map<String, String> content = new TreeMap<>();
        try (Stream<Path> files = Files.walk(made.folder())) {
            for (Path file : (Iterable<Path>) files.filter(f -> f.toString().endsWith(".pem"))::iterator) {
                content.put(made.folder().relativize(file).toString(), Files.readString(file));
            }
        }
        return content;
    }

    static SecureRandom seeded(long seed) throws Exception {
        // SHA1PRNG repeats itself only if seeded before its first use
        SecureRandom random = SecureRandom.getInstance("SHA1PRNG");
        random.setSeed(seed);
        return random;
    }

    private static X509Certificate read(Path file) throws Exception {
        try (InputStream in = Files.newInputStream(file)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private static X509CRL readCrl(Path file) throws Exception {
        try (InputStream in = Files.newInputStream(file)) {
            return (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(in);
        }
    }
}
