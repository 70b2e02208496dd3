package nl.sluis.certs;

import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.jspecify.annotations.Nullable;

/** What goes into one certificate; the starting values are those of a good client, and each bad one changes one thing. */
final class CertificateTemplate {
    /** Basic constraints of a CA that may sign certificates of end entities only. */
    static final int CA_OF_LEAVES = 0;

    /** Basic constraints of a CA that may sign one level of CAs. */
    static final int CA_OF_CAS = 1;

    static final int NOT_A_CA = -1;

    final String commonName;
    final String unit;
    final String organisation;
    Instant notBefore;
    Instant notAfter;
    KeyAlgorithm keyAlgorithm = KeyAlgorithm.P384;

    @Nullable
    String signatureAlgorithm;

    @Nullable
    BigInteger serial;

    int pathLength = NOT_A_CA;
    int keyUsage = KeyUsage.digitalSignature;
    List<KeyPurposeId> purposes = List.of(KeyPurposeId.id_kp_clientAuth);
    final List<GeneralName> names = new ArrayList<>();

    @Nullable
    ASN1ObjectIdentifier criticalExtension;

    boolean version1;
    boolean brokenSignature;

    CertificateTemplate(String organisation, String unit, String commonName, Instant notBefore, Instant notAfter) {
        this.organisation = organisation;
        this.unit = unit;
        this.commonName = commonName;
        this.notBefore = notBefore;
        this.notAfter = notAfter;
    }

    CertificateTemplate uri(String uri) {
        names.add(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
        return this;
    }

    CertificateTemplate dns(String name) {
        names.add(new GeneralName(GeneralName.dNSName, name));
        return this;
    }

    CertificateTemplate address(String address) {
        names.add(new GeneralName(GeneralName.iPAddress, address));
        return this;
    }

    CertificateTemplate authority(int pathLength) {
        this.pathLength = pathLength;
        keyUsage = KeyUsage.keyCertSign | KeyUsage.cRLSign;
        purposes = List.of();
        return this;
    }

    boolean isAuthority() {
        return pathLength != NOT_A_CA;
    }

    /** Kinds of key; all but P-384, P-521 and RSA-3072 are there to be refused. */
    enum KeyAlgorithm {
        P256("EC", "secp256r1", "SHA256withECDSA"),
        P384("EC", "secp384r1", "SHA384withECDSA"),
        P521("EC", "secp521r1", "SHA512withECDSA"),
        RSA_1024("RSA", "1024", "SHA256withRSA"),
        RSA_2048("RSA", "2048", "SHA256withRSA"),
        RSA_3072("RSA", "3072", "SHA384withRSA"),
        ED25519("Ed25519", "Ed25519", "Ed25519");

        final String jcaName;
        final String parameter;
        final String signatureAlgorithm;

        KeyAlgorithm(String jcaName, String parameter, String signatureAlgorithm) {
            this.jcaName = jcaName;
            this.parameter = parameter;
            this.signatureAlgorithm = signatureAlgorithm;
        }
    }
}
