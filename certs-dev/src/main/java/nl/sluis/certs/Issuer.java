package nl.sluis.certs;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.TreeMap;
import nl.sluis.certs.CertificateTemplate.KeyAlgorithm;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509ExtensionUtils;
import org.bouncycastle.cert.X509v1CertificateBuilder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.DigestCalculator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.jspecify.annotations.Nullable;

/** One CA: its key, its certificate, and the serial numbers it has revoked. */
final class Issuer {
    // an instance of our own: registering it would change how every other class of this JVM reads keys
    private static final Provider BOUNCY_CASTLE = new BouncyCastleProvider();

    /** 20 octets is the limit of RFC 5280, 4.1.2.2; 16 random ones never collide. */
    private static final int SERIAL_BITS = 127;

    final X509Certificate certificate;
    final PrivateKey key;
    private final X500Name name;
    private final SecureRandom random;
    private final Map<BigInteger, Instant> revoked = new TreeMap<>();
    private long crlNumber;

    private Issuer(X509Certificate certificate, PrivateKey key, SecureRandom random) {
        this.certificate = certificate;
        this.key = key;
        this.name = X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
        this.random = random;
    }

    /** A CA over a key and certificate made elsewhere, whether or not the certificate allows it. */
    static Issuer of(Signed signed, SecureRandom random) {
        return new Issuer(signed.certificate(), signed.key(), random);
    }

    static Issuer root(CertificateTemplate template, SecureRandom random) {
        return of(sign(template, null, random), random);
    }

    Issuer subordinate(CertificateTemplate template) {
        return of(issue(template), random);
    }

    Signed issue(CertificateTemplate template) {
        return sign(template, this, random);
    }

    static Signed selfSigned(CertificateTemplate template, SecureRandom random) {
        return sign(template, null, random);
    }

    void revoke(BigInteger serial, Instant at) {
        revoked.put(serial, at);
    }

    /** The next CRL: number one higher than the last, all revoked serials (RFC 5280, 5). */
    X509CRL crl(Instant thisUpdate, Instant nextUpdate) {
        try {
            X509v2CRLBuilder builder = new X509v2CRLBuilder(name, Date.from(thisUpdate));
            builder.setNextUpdate(Date.from(nextUpdate));
            crlNumber++;
            builder.addExtension(Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(crlNumber)));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(certificate.getPublicKey()));
            revoked.forEach((serial, at) -> builder.addCRLEntry(serial, Date.from(at), CRLReason.keyCompromise));
            return new JcaX509CRLConverter().getCRL(builder.build(signer("SHA384withECDSA", key, random)));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("cannot sign the CRL of `" + name + "`", e);
        }
    }

    /** An answer about one certificate of this CA, signed by the CA itself (RFC 6960, 4.2). */
    byte[] ocspResponse(X509Certificate about, Instant thisUpdate, Instant nextUpdate) {
        try {
            DigestCalculator sha1 = new JcaDigestCalculatorProviderBuilder()
                    .setProvider(BOUNCY_CASTLE)
                    .build()
                    .get(CertificateID.HASH_SHA1);
            CertificateID id =
                    new CertificateID(sha1, new JcaX509CertificateHolder(certificate), about.getSerialNumber());
            Instant since = revoked.get(about.getSerialNumber());
            CertificateStatus status = since == null
                    ? CertificateStatus.GOOD
                    : new RevokedStatus(Date.from(since), CRLReason.keyCompromise);
            BasicOCSPResp answer = new BasicOCSPRespBuilder(new RespID(name))
                    .addResponse(id, status, Date.from(thisUpdate), Date.from(nextUpdate))
                    .build(signer("SHA384withECDSA", key, random), null, Date.from(thisUpdate));
            return new OCSPRespBuilder()
                    .build(OCSPRespBuilder.SUCCESSFUL, answer)
                    .getEncoded();
        } catch (GeneralSecurityException | OCSPException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("cannot answer for a certificate of `" + name + "`", e);
        }
    }

    private static Signed sign(CertificateTemplate template, @Nullable Issuer issuer, SecureRandom random) {
        try {
            KeyPair pair = keyPair(template.keyAlgorithm, random);
            X500Name subject = subject(template);
            X500Name issuerName = issuer == null ? subject : issuer.name;
            PrivateKey issuerKey = issuer == null ? pair.getPrivate() : issuer.key;
            BigInteger serial =
                    template.serial != null ? template.serial : new BigInteger(SERIAL_BITS, random).setBit(0);
            String algorithm = template.signatureAlgorithm != null
                    ? template.signatureAlgorithm
                    : issuer == null ? template.keyAlgorithm.signatureAlgorithm : KeyAlgorithm.P384.signatureAlgorithm;
            SubjectPublicKeyInfo publicKey =
                    SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded());
            Date notBefore = Date.from(template.notBefore);
            Date notAfter = Date.from(template.notAfter);
            ContentSigner signer = signer(algorithm, issuerKey, random);
            X509CertificateHolder holder;
            if (template.version1) {
                holder = new X509v1CertificateBuilder(issuerName, serial, notBefore, notAfter, subject, publicKey)
                        .build(signer);
            } else {
                X509v3CertificateBuilder builder =
                        new X509v3CertificateBuilder(issuerName, serial, notBefore, notAfter, subject, publicKey);
                addExtensions(builder, template, publicKey, issuer);
                holder = builder.build(signer);
            }
            if (template.brokenSignature) {
                holder = breakSignature(holder);
            }
            return new Signed(new JcaX509CertificateConverter().getCertificate(holder), pair.getPrivate());
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("cannot make the certificate `" + template.commonName + "`", e);
        }
    }

    private static void addExtensions(
            X509v3CertificateBuilder builder,
            CertificateTemplate template,
            SubjectPublicKeyInfo publicKey,
            @Nullable Issuer issuer)
            throws GeneralSecurityException, IOException {
        X509ExtensionUtils keys = new JcaX509ExtensionUtils();
        builder.addExtension(Extension.subjectKeyIdentifier, false, keys.createSubjectKeyIdentifier(publicKey));
        SubjectPublicKeyInfo authority = issuer == null
                ? publicKey
                : SubjectPublicKeyInfo.getInstance(
                        issuer.certificate.getPublicKey().getEncoded());
        builder.addExtension(Extension.authorityKeyIdentifier, false, keys.createAuthorityKeyIdentifier(authority));
        BasicConstraints constraints =
                template.isAuthority() ? new BasicConstraints(template.pathLength) : new BasicConstraints(false);
        builder.addExtension(Extension.basicConstraints, true, constraints);
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(template.keyUsage));
        if (!template.purposes.isEmpty()) {
            builder.addExtension(
                    Extension.extendedKeyUsage,
                    false,
                    new ExtendedKeyUsage(template.purposes.toArray(KeyPurposeId[]::new)));
        }
        if (!template.names.isEmpty()) {
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(template.names.toArray(GeneralName[]::new)));
        }
        if (template.criticalExtension != null) {
            builder.addExtension(template.criticalExtension, true, new DEROctetString(new byte[] {1}));
        }
    }

    private static X500Name subject(CertificateTemplate template) {
        return new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.O, template.organisation)
                .addRDN(BCStyle.OU, template.unit)
                .addRDN(BCStyle.CN, template.commonName)
                .build();
    }

    private static X509CertificateHolder breakSignature(X509CertificateHolder holder) throws IOException {
        byte[] signature = holder.getSignature();
        signature[signature.length - 1] ^= 1;
        org.bouncycastle.asn1.x509.Certificate whole = holder.toASN1Structure();
        return new X509CertificateHolder(org.bouncycastle.asn1.x509.Certificate.getInstance(
                new DERSequence(new org.bouncycastle.asn1.ASN1Encodable[] {
                    whole.getTBSCertificate(), whole.getSignatureAlgorithm(), new DERBitString(signature)
                })));
    }

    private static KeyPair keyPair(KeyAlgorithm algorithm, SecureRandom random) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm.jcaName, BOUNCY_CASTLE);
        switch (algorithm.jcaName) {
            case "EC" -> generator.initialize(new ECGenParameterSpec(algorithm.parameter), random);
            case "RSA" -> generator.initialize(Integer.parseInt(algorithm.parameter), random);
            default -> generator.initialize(255, random);
        }
        return generator.generateKeyPair();
    }

    private static ContentSigner signer(String algorithm, PrivateKey key, SecureRandom random)
            throws OperatorCreationException {
        return new JcaContentSignerBuilder(algorithm)
                .setProvider(BOUNCY_CASTLE)
                .setSecureRandom(random)
                .build(key);
    }

    /** A new certificate and its key. */
    record Signed(X509Certificate certificate, PrivateKey key) {}
}
