package nl.sluis.gateway.identity;

import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECParameterSpec;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which keys and signatures are strong enough, for callers and for the CAs above them.
 *
 * @param curves accepted elliptic curves by their names in SEC 2: {@code secp384r1}, {@code secp521r1},
 *     {@code secp256r1}
 * @param rsaBitsMin shortest accepted RSA modulus, bits
 * @param rsaBitsMax longest accepted RSA modulus, bits; a longer one only costs the gateway time
 * @param signatures accepted signature algorithms by their JCA names
 */
public record CertificateRules(Set<String> curves, int rsaBitsMin, int rsaBitsMax, Set<String> signatures) {
    /** Orders of the base points, SEC 2 version 2, 2.4.2, 2.5.1 and 2.6.1: they tell the curves apart. */
    private static final Map<String, String> CURVE_OF_ORDER = Map.of(
            "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
            "secp256r1",
            "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
            "secp384r1",
            "1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5"
                    + "d03bb5c9b8899c47aebb6fb71e91386409",
            "secp521r1");

    /** P-384 and stronger, RSA from 3072 bits, SHA-384 and stronger (the level of CNSA 1.0 and BSI TR-02102-1). */
    public static final CertificateRules DEFAULT = new CertificateRules(
            Set.of("secp384r1", "secp521r1"),
            3072,
            8192,
            Set.of("SHA384withECDSA", "SHA512withECDSA", "SHA384withRSA", "SHA512withRSA"));

    /** Copies the sets and checks the names. */
    public CertificateRules {
        curves = Set.copyOf(curves);
        signatures = Set.copyOf(signatures);
        if (!CURVE_OF_ORDER.values().containsAll(curves)) {
            throw new IllegalArgumentException("curves: `" + new TreeSet<>(curves) + "` (expected: some of `"
                    + new TreeSet<>(CURVE_OF_ORDER.values()) + "`)");
        }
        if (rsaBitsMin < 2048 || rsaBitsMax < rsaBitsMin) {
            throw new IllegalArgumentException("RSA bits: `" + rsaBitsMin + "` to `" + rsaBitsMax
                    + "` (expected: at least `2048`, in ascending order)");
        }
    }

    /** Refuses a key or signature that is not on the list. */
    void check(X509Certificate certificate) throws IdentityRejected {
        Optional<String> fault = keyFault(certificate.getPublicKey());
        if (fault.isPresent()) {
            throw new IdentityRejected(IdentityRejected.Reason.KEY_NOT_ACCEPTED, fault.get());
        }
        if (!signatures.contains(certificate.getSigAlgName())) {
            throw new IdentityRejected(
                    IdentityRejected.Reason.SIGNATURE_NOT_ACCEPTED,
                    "signature algorithm: `" + certificate.getSigAlgName() + "` (expected: one of `"
                            + new TreeSet<>(signatures) + "`)");
        }
    }

    private Optional<String> keyFault(PublicKey key) {
        if (key instanceof ECPublicKey ec) {
            String curve = curve(ec.getParams());
            return curves.contains(curve)
                    ? Optional.empty()
                    : Optional.of("curve: `" + curve + "` (expected: one of `" + new TreeSet<>(curves) + "`)");
        }
        if (key instanceof RSAPublicKey rsa) {
            int bits = rsa.getModulus().bitLength();
            return bits >= rsaBitsMin && bits <= rsaBitsMax
                    ? Optional.empty()
                    : Optional.of("RSA key: `" + bits + " bit` (expected: " + rsaBitsMin + " to " + rsaBitsMax + ")");
        }
        return Optional.of("key algorithm: `" + key.getAlgorithm() + "` (expected: EC or RSA)");
    }

    private static String curve(ECParameterSpec parameters) {
        return CURVE_OF_ORDER.getOrDefault(
                parameters.getOrder().toString(16),
                "unknown of " + parameters.getOrder().bitLength() + " bit");
    }
}
