package nl.sluis.certs;

import java.math.BigInteger;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import nl.sluis.certs.CertificateTemplate.KeyAlgorithm;
import nl.sluis.certs.Issuer.Signed;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.jspecify.annotations.Nullable;

/** How each {@link BadCertificate} is made: a good certificate of one tenant with one thing changed. */
final class BadCertificates {
    private static final Duration DAY = Duration.ofDays(1);

    /** Below the arc 2.999, which X.660 reserves for examples. */
    private static final ASN1ObjectIdentifier UNKNOWN_EXTENSION = new ASN1ObjectIdentifier("2.999.1");

    private final NationAuthority home;
    private final NationAuthority foreign;
    private final PkiRequest.Tenant victim;
    private final Instant now;
    private final Instant notBefore;
    private final Instant notAfter;
    private final SecureRandom random;

    BadCertificates(
            NationAuthority home,
            NationAuthority foreign,
            PkiRequest.Tenant victim,
            Instant now,
            Instant notBefore,
            Instant notAfter,
            SecureRandom random) {
        this.home = home;
        this.foreign = foreign;
        this.victim = victim;
        this.now = now;
        this.notBefore = notBefore;
        this.notAfter = notAfter;
        this.random = random;
    }

    Chain make(BadCertificate bad) {
        String good = home.tenantUri(victim.name(), victim.roles());
        String path = good.substring(good.indexOf("/tenant/"));
        return switch (bad) {
            case EXPIRED ->
                issued(template -> {
                    template.notBefore = now.minus(DAY.multipliedBy(30));
                    template.notAfter = now.minus(DAY);
                });
            case NOT_YET_VALID -> issued(template -> template.notBefore = now.plus(DAY));
            case REVOKED -> revoked();
            case OTHER_NATIONS_CA -> issuedBy(foreign.issuing, client().uri(good));
            case OTHER_NATIONS_TRUST_DOMAIN -> named(foreign.tenantUri(victim.name(), victim.roles()));
            case OTHER_NATIONS_TENANT ->
                named(good.replace("/tenant/" + home.nation + "/", "/tenant/" + foreign.nation + "/"));
            case UNKNOWN_ROOT -> unknownRoot(good);
            case SELF_SIGNED -> selfSigned(client().uri(good));
            case BROKEN_SIGNATURE -> issued(template -> template.brokenSignature = true);
            case ISSUED_BY_TENANT -> below(home.issuing, home.issuing.issue(client().uri(good)), good);
            case ISSUER_REVOKED -> revokedIssuer(good);
            case ISSUER_EXPIRED -> {
                CertificateTemplate template = home.issuingTemplate("expired issuing CA", notBefore);
                template.notBefore = now.minus(DAY.multipliedBy(30));
                template.notAfter = now.minus(DAY);
                yield below(null, home.root.issue(template), good);
            }
            case ISSUER_WITHOUT_CRL ->
                below(null, home.root.issue(home.issuingTemplate("issuing CA without CRL", notBefore)), good);
            case ISSUER_WITHOUT_CERT_SIGN -> {
                CertificateTemplate template = home.issuingTemplate("issuing CA without keyCertSign", notBefore);
                template.keyUsage = KeyUsage.digitalSignature;
                yield below(null, home.root.issue(template), good);
            }
            case PATH_TOO_LONG ->
                below(home.issuing, home.issuing.issue(home.issuingTemplate("CA below its level", notBefore)), good);
            case RSA_1024 -> issued(template -> template.keyAlgorithm = KeyAlgorithm.RSA_1024);
            case RSA_2048 -> issued(template -> template.keyAlgorithm = KeyAlgorithm.RSA_2048);
            case P_256 -> issued(template -> template.keyAlgorithm = KeyAlgorithm.P256);
            case ED25519 -> issued(template -> template.keyAlgorithm = KeyAlgorithm.ED25519);
            case SHA1_SIGNATURE -> issued(template -> template.signatureAlgorithm = "SHA1withECDSA");
            case NO_ALTERNATIVE_NAME -> issuedBy(home.issuing, home.client(victim.name(), good, notBefore, notAfter));
            case DNS_NAME_ONLY -> issuedBy(home.issuing, client().dns(victim.name() + "." + home.trustDomain()));
            case TWO_URIS ->
                issuedBy(home.issuing, client().uri(good).uri(good.replace("/" + victim.name(), "/other")));
            case SECOND_URI_OF_OTHER_SCHEME ->
                issuedBy(home.issuing, client().uri(good).uri("https://" + home.trustDomain() + path));
            case HTTPS_URI -> named("https://" + home.trustDomain() + path);
            case NO_ROLE -> named("spiffe://" + home.trustDomain() + "/tenant/" + home.nation + "/" + victim.name());
            case UNKNOWN_ROLE -> named(home.tenantUri(victim.name(), List.of("emperor")));
            case ROLES_OUT_OF_ORDER -> named(home.tenantUri(victim.name(), List.of("subscriber", "contributor")));
            case ROLE_TWICE -> named(home.tenantUri(victim.name(), List.of("subscriber", "subscriber")));
            case UPPER_CASE_TENANT -> named(home.tenantUri(home.organisation() + victim.name(), victim.roles()));
            case PERCENT_ENCODED -> named(good.replace("/tenant/", "/%74enant/"));
            case DOT_SEGMENTS -> named(home.tenantUri("other/../" + victim.name(), victim.roles()));
            case TRAILING_SLASH -> named(good + "/");
            case WITH_PORT -> named("spiffe://" + home.trustDomain() + ":443" + path);
            case WITH_USER -> named("spiffe://admin@" + home.trustDomain() + path);
            case WITH_QUERY -> named(good + "?role=operator");
            case NOT_A_TENANT -> named("spiffe://" + home.trustDomain() + "/gateway");
            case NO_PURPOSE -> issued(template -> template.purposes = List.of());
            case ANY_PURPOSE -> issued(template -> template.purposes = List.of(KeyPurposeId.anyExtendedKeyUsage));
            case SERVER_PURPOSE -> issued(template -> template.purposes = List.of(KeyPurposeId.id_kp_serverAuth));
            case CA_TRUE ->
                issued(template -> {
                    template.pathLength = CertificateTemplate.CA_OF_LEAVES;
                    template.keyUsage = KeyUsage.digitalSignature | KeyUsage.keyCertSign;
                });
            case NO_DIGITAL_SIGNATURE -> issued(template -> template.keyUsage = KeyUsage.keyAgreement);
            case CRITICAL_UNKNOWN_EXTENSION -> issued(template -> template.criticalExtension = UNKNOWN_EXTENSION);
            case VERSION_1 -> issued(template -> template.version1 = true);
            case NEGATIVE_SERIAL -> issued(template -> template.serial = BigInteger.valueOf(-7));
            case UNKNOWN_TENANT -> named(home.tenantUri("never-admitted", victim.roles()));
        };
    }

    private CertificateTemplate client() {
        return home.client(victim.name(), victim.name(), notBefore, notAfter);
    }

    /** A good certificate but for one change. */
    private Chain issued(Consumer<CertificateTemplate> change) {
        CertificateTemplate template = client().uri(home.tenantUri(victim.name(), victim.roles()));
        change.accept(template);
        return issuedBy(home.issuing, template);
    }

    private Chain named(String uri) {
        return issuedBy(home.issuing, client().uri(uri));
    }

    private Chain issuedBy(Issuer issuer, CertificateTemplate template) {
        Signed leaf = issuer.issue(template);
        return new Chain(List.of(leaf.certificate(), issuer.certificate), leaf.key());
    }

    private Chain selfSigned(CertificateTemplate template) {
        Signed leaf = Issuer.selfSigned(template, random);
        return new Chain(List.of(leaf.certificate()), leaf.key());
    }

    private Chain revoked() {
        Chain chain = issued(template -> {});
        home.issuing.revoke(chain.certificates().get(0).getSerialNumber(), now);
        return chain;
    }

    private Chain revokedIssuer(String uri) {
        Signed authority = home.root.issue(home.issuingTemplate("revoked issuing CA", notBefore));
        home.root.revoke(authority.certificate().getSerialNumber(), now);
        return below(null, authority, uri);
    }

    private Chain unknownRoot(String uri) {
        NationAuthority impostor = new NationAuthority(home.nation, notBefore, random);
        Signed leaf = impostor.issuing.issue(client().uri(uri));
        return new Chain(
                List.of(leaf.certificate(), impostor.issuing.certificate, impostor.root.certificate), leaf.key());
    }

    /** A leaf under {@code authority}, which itself stands under {@code above} or directly under the root. */
    private Chain below(@Nullable Issuer above, Signed authority, String uri) {
        Signed leaf = Issuer.of(authority, random).issue(client().uri(uri));
        List<X509Certificate> chain = above == null
                ? List.of(leaf.certificate(), authority.certificate())
                : List.of(leaf.certificate(), authority.certificate(), above.certificate);
        return new Chain(chain, leaf.key());
    }

    record Chain(List<X509Certificate> certificates, PrivateKey key) {}
}
